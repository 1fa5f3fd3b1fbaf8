import { readFileSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { type Content, readBytes } from './content.ts'

/** Identifies a file by device and inode, whatever its name. */
export const fileKey = (found: { readonly dev: bigint; readonly ino: bigint }): string => `${found.dev}:${found.ino}`

/** Opens files of which only so many are held open. */
export interface FileHandles {
  /** Opens a file by its key. `pathOf` returns its present path. Returns undefined if another file is there. */
  open(pathOf: () => string, key: string): Promise<Content | undefined>
}

/**
 * Keeps the handles of the files that were read last, and closes the others until they grow. A file without a handle is found by its path:
 * while another file is there, it has nothing new. For use by one reader at a time.
 */
export const createFileHandles = (most: number = mostHandles(openFilesLimit())): FileHandles => {
  /** The open ones by key, read last at the end. */
  const handles = new Map<string, FileHandle>()
  const closeOldest = async (count: number): Promise<void> => {
    for (const [key, handle] of [...handles].slice(0, count)) {
      handles.delete(key)
      await handle.close()
    }
  }
  /** Opens the file at a path; undefined if it is another one by now. */
  const openAt = async (path: string, key: string): Promise<FileHandle | undefined> => {
    await closeOldest(Math.max(0, handles.size + 1 - most))
    const handle = await open(path).catch(async (error) => {
      if (!isOutOfHandles(error) || handles.size === 0) throw error
      await closeOldest(handles.size)
      return open(path)
    })
    if (fileKey(await handle.stat({ bigint: true })) === key) return handle
    await handle.close()
    return undefined
  }
  const handleOf = async (pathOf: () => string, key: string): Promise<FileHandle | undefined> => {
    const known = handles.get(key)
    handles.delete(key)
    const handle = known ?? (await openAt(pathOf(), key))
    if (handle) handles.set(key, handle)
    return handle
  }

  return {
    async open(pathOf, key) {
      const first = await handleOf(pathOf, key)
      if (!first) return undefined
      let { size, mtimeMs } = await first.stat()
      return {
        async stat() {
          const handle = handles.get(key)
          if (handle) ({ size, mtimeMs } = await handle.stat())
          else {
            const found = await stat(pathOf(), { bigint: true }).catch(() => undefined)
            if (found && fileKey(found) === key) [size, mtimeMs] = [Number(found.size), Number(found.mtimeMs)]
          }
          return { size, mtimeMs }
        },
        ready: async () => (await handleOf(pathOf, key)) !== undefined,
        async read(length, offset) {
          const handle = await handleOf(pathOf, key)
          return handle ? readBytes(handle, length, offset) : Buffer.alloc(0)
        },
        async close() {
          const handle = handles.get(key)
          handles.delete(key)
          await handle?.close()
        },
      }
    },
  }
}

const isOutOfHandles = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')

/** How many handles one source may hold of those that the process may have. The rest is for connections, the database and other sources. */
export const mostHandles = (limit: number): number => Math.min(1_000, Math.max(8, Math.floor((limit - 128) / 4)))

/** How many files the process may have open; ∞ where the system does not say. */
const openFilesLimit = (): number => {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
