import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../errors.ts'
import { type ArchiveEntry, readTarEntries, readZipEntries } from '../../../lib/archive/entries.ts'
import { type ExpansionLimits, expansionGuard } from './decompress.ts'

/** Reads the entries of an archive. Throws if it is corrupt or cut off. */
export type ReadEntries = (stream: AsyncIterable<Uint8Array>) => AsyncIterable<ArchiveEntry>

const mostFiles = 20_000
/** Leave this part of the free space to others. */
const spareSpace = 0.2

/** Returns the reader of an archive by its first bytes; undefined for other content. */
export const archiveReader = (head: Uint8Array): ReadEntries | undefined => {
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return readZipEntries
  return Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar' ? readTarEntries : undefined
}

/** A file of an archive, unpacked. */
export interface UnpackedFile {
  /** Where it lies now. */
  readonly path: string
  /** Its path within the archive. */
  readonly name: string
}

/** A temporary folder for the files of archives. Their logs are merged by time, which needs them side by side. */
export interface Unpacking {
  /** Unpacks the files of an archive. Skips links, devices and hidden files. Throws SOURCE_FAILED if it is corrupt or expands too much. */
  unpack(bytes: AsyncIterable<Buffer>, read: ReadEntries, limits: ExpansionLimits): AsyncGenerator<UnpackedFile>
  /** Removes the folder. */
  remove(): Promise<void>
}

/** Creates the folder when the first file needs it. */
export const openUnpacking = (): Unpacking => {
  let folder: Promise<string> | undefined
  let archives = 0
  return {
    async *unpack(bytes, read, limits) {
      folder ??= mkdtemp(join(tmpdir(), 'vedette-archive-'))
      archives += 1
      const target = join(await folder, String(archives))
      const guard = expansionGuard(limits)
      const { bavail, bsize } = await statfs(await folder)
      const space = bavail * bsize * (1 - spareSpace)
      let files = 0
      let written = 0
      const checked = async function* (content: AsyncIterable<Uint8Array>) {
        for await (const chunk of content) {
          guard.expanded(chunk.length)
          written += chunk.length
          if (written > space) {
            throw new AppError('SOURCE_FAILED', `There is not enough space in ${tmpdir()} to unpack the archive.`, {
              hint: 'Set TMPDIR to another folder, or unpack the archive yourself.',
            })
          }
          yield chunk
        }
      }
      try {
        for await (const entry of read(guard.received(bytes))) {
          const name = entry.isFile ? nameOfEntry(entry.path) : undefined
          if (name === undefined) continue
          files += 1
          if (files > mostFiles) throw new AppError('SOURCE_FAILED', `The archive has more than ${mostFiles} files.`)
          const path = join(target, folderOf(entry.path), name.split('/').at(-1) ?? '')
          await mkdir(dirname(path), { recursive: true })
          await pipeline(checked(entry.content()), createWriteStream(path, { flags: 'a', mode: 0o600 }))
          yield { path, name }
        }
      } catch (error) {
        if (error instanceof AppError) throw error
        throw new AppError('SOURCE_FAILED', 'The archive is incomplete or corrupt.', { cause: error })
      }
    },
    async remove() {
      if (folder) await rm(await folder, { recursive: true, force: true })
    },
  }
}

/** Returns a safe folder name for the folder of an entry: rotated files of one log stay together. */
const folderOf = (path: string): string =>
  createHash('sha256')
    .update(dirname(path.replaceAll('\\', '/')))
    .digest('hex')
    .slice(0, 16)

/** Returns the path of an entry for people; undefined for hidden files. */
export const nameOfEntry = (path: string): string | undefined => {
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
  const last = parts.at(-1)
  if (last === undefined || last.startsWith('.') || parts.includes('__MACOSX')) return undefined
  return parts
    .slice(-16)
    .map((part) => part.replaceAll(/[^\p{L}\p{N} .()+,@=_-]/gu, '_').slice(0, 120))
    .join('/')
}
