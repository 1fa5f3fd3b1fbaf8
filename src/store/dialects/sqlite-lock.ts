import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { translateSqliteError } from './sqlite-error.ts'

/** The programs that need a store to themselves. */
const storeUsers = z.enum(['server', 'restore', 'compact', 'adoption'])
export type StoreUser = z.output<typeof storeUsers>

/** The process that has a store to itself. */
export interface StoreHolder {
  readonly user: StoreUser
  readonly pid: number
  readonly host: string
  /** When it started, in ms. */
  readonly since: number
  /** Where it listens, once it does. */
  readonly address?: string | undefined
}

export interface StoreLock {
  /** Publishes the address of the server. */
  announce(address: string): Promise<void>
  release(): Promise<void>
}

const holderShape = z.object({
  user: storeUsers.default('server'),
  pid: z.number(),
  host: z.string(),
  since: z.number(),
  address: z.string().optional(),
})

/**
 * Locks a database file for one process, or returns the holder. The lock is one of the operating system, on a file next to the database: it
 * ends with the process in every case, and works across containers that share the folder. A file with a PID would do neither. Backups and
 * other programs may still open the database itself.
 */
export const lockSqliteFile = async (
  path: string,
  holder: StoreHolder,
): Promise<StoreLock | { readonly heldBy: StoreHolder | undefined }> => {
  const file = resolve(path)
  const note = `${file}.server.json`
  const taken = await take(`${file}.lock`)
  if (!taken) return { heldBy: await readHolder(note) }
  const { lock, made } = taken

  const write = async (text: string): Promise<void> => {
    await writeFile(`${note}.part`, text, { mode: 0o600 })
    await rename(`${note}.part`, note)
  }
  await write(JSON.stringify(holder))
  return {
    announce: (address) => write(JSON.stringify({ ...holder, address })),
    async release() {
      await rm(note, { force: true })
      const isUseless = made !== undefined && !existsSync(file)
      // Remove it while it is locked: afterwards it may be the lock of another process.
      if (isUseless) await rm(`${file}.lock`, { force: true })
      lock.close()
      if (isUseless) await removeEmptyFolders(dirname(file), made)
    },
  }
}

interface Taken {
  readonly lock: Database.Database
  /** The outermost folder that was made for the lock. */
  readonly made: string | undefined
}

/** Takes the lock and holds it in a transaction that never ends; undefined if another process holds it. */
const take = async (file: string): Promise<Taken | undefined> => {
  for (;;) {
    const made = await makeFile(file)
    const inode = await inodeOf(file)
    const lock = lockFile(file)
    if (!lock) return undefined
    // A holder that ends without a database removes the file. A lock on a removed file would exclude nobody.
    if (inode !== undefined && (await inodeOf(file)) === inode) return { lock, made }
    lock.close()
  }
}

/** Makes a file and its folders; returns the outermost folder that was made. */
const makeFile = async (file: string): Promise<string | undefined> => {
  try {
    const made = await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, '', { flag: 'ax', mode: 0o600 }).catch(unlessThere)
    return made
  } catch (error) {
    throw translateSqliteError(error, file)
  }
}

const lockFile = (file: string): Database.Database | undefined => {
  let lock: Database.Database | undefined
  try {
    // A server that is being restarted may need a moment to let go.
    lock = new Database(file, { timeout: 1_000 })
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return undefined
    throw translateSqliteError(error, file)
  }
}

const inodeOf = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ ino }) => ino,
    () => undefined,
  )

/** Removes folders from the innermost to the outermost, until one has something in it. */
const removeEmptyFolders = async (innermost: string, outermost: string): Promise<void> => {
  try {
    for (let folder = innermost; folder.startsWith(outermost); folder = dirname(folder)) await rmdir(folder)
  } catch {
    // Another process put something there.
  }
}

/** Do not open an existing file: closing it would drop the lock that this process may hold on it. */
const unlessThere = (error: unknown): void => {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}

const readHolder = async (note: string): Promise<StoreHolder | undefined> => {
  try {
    return holderShape.parse(JSON.parse(await readFile(note, 'utf8')))
  } catch {
    return undefined
  }
}
