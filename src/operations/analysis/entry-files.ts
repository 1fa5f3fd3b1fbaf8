import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { unreadableFile } from '../../errors.ts'
import { isGzip } from '../../lib/bytes/begins-with.ts'
import { textOfFile } from '../records/record-content.ts'
import { type EntryFormat, readEntries } from './log-entries.ts'

const entryFile = /\.(json|jsonl|ndjson|csv)(\.gz)?$/i
const textFile = /(\.(log|txt)|^(auth|sys|secure|messages)[\w.-]*)(\.gz)?$/i

/** The entries of one file. */
export interface EntryFile {
  readonly path: string
  readonly entries: ReturnType<typeof readEntries>
}

/** Lists the files of log events below a folder, in order of their names; those of plain text too when `withText`. */
export const findEntryFiles = async (folder: string, withText = false): Promise<readonly string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw unreadableFile(folder, error)
  })
  return found
    .filter((item) => item.isFile() && (entryFile.test(item.name) || (withText && textFile.test(item.name))))
    .map((item) => join(item.parentPath, item.name))
    .sort()
}

/** Reads a file of log events; gzip is unpacked. */
export const readEntryFile = async (path: string, format: EntryFormat = 'auto'): Promise<EntryFile> => {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadableFile(path, error)
  })
  const text = textOfFile(path, isGzip(bytes) ? gunzipSync(bytes) : bytes)
  const named = /\.csv(\.gz)?$/i.test(path) ? 'csv' : entryFile.test(path) ? 'json' : 'text'
  return { path, entries: text.trim() === '' ? [] : readEntries(text, format === 'auto' ? named : format) }
}

/** Reads a file, or all below a folder. */
export const readEntryFiles = async (path: string, format: EntryFormat): Promise<readonly EntryFile[]> => {
  const kind = await stat(path).catch((error: unknown) => {
    throw unreadableFile(path, error)
  })
  const paths = kind.isDirectory() ? await findEntryFiles(path, true) : [path]
  return Promise.all(paths.map((one) => readEntryFile(one, format)))
}
