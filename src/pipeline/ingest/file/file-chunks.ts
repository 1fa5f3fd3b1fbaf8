import type { RawRecord } from '../../../schema/record/record.ts'
import { textOfRecords } from '../join/join-records.ts'
import { type FileReadOptions, readFiles } from './read-files.ts'
import type { ReadReport } from './read-report.ts'

/** Records of one file, as a body that a server reads as the same records. */
export interface Chunk {
  readonly source: string
  readonly path: string
  /** How many chunks of the file came before. */
  readonly index: number
  readonly bytes: Buffer
  /** Lines of text, or a list of texts as JSON where lines would be read as other records. */
  readonly type: 'text/plain' | 'application/json'
  readonly lines: number
  /** The zone that the last write of the file proves, for times that name none. */
  readonly fileZone?: number | undefined
  /** The host of records that name none. */
  readonly host?: string | undefined
}

interface ChunkOptions extends Omit<FileReadOptions, 'reading' | 'dates'> {
  /** A chunk ends with the record that exceeds this size. */
  readonly chunkBytes: number
  /** Silence after which pending lines of a pipe are returned, so that a slow one is not delayed. */
  readonly quietMs?: number
}

/** Reads files, folders, patterns and `-` as `readFiles` does, in chunks of whole records for forwarding. */
export const readChunks = (
  paths: readonly string[],
  options: ChunkOptions,
): { readonly chunks: AsyncIterable<Chunk>; readonly report: ReadReport } => {
  const { chunkBytes, quietMs = 1_000, signal } = options
  const { batches, report } = readFiles(paths, {
    ...options,
    dates: false,
    reading: (path) => ({
      batchSize: Number.POSITIVE_INFINITY,
      batchChars: chunkBytes,
      ...(path === '-' && { quietMs, signal }),
    }),
  })
  const counts = new Map<string, number>()
  async function* chunks(): AsyncGenerator<Chunk> {
    for await (const batch of batches) {
      const [first] = batch
      if (!first) continue
      const path = first.file ?? '-'
      const index = counts.get(path) ?? 0
      counts.set(path, index + 1)
      const { source, fileZone, host } = first
      const chunk = { source, path, index, fileZone, host, ...toBody(batch) }
      report.lines += chunk.lines - batch.length
      yield chunk
    }
  }
  return { chunks: chunks(), report }
}

const toBody = (records: readonly RawRecord[]): Pick<Chunk, 'bytes' | 'type' | 'lines'> => {
  const texts = records.map(({ text }) => text)
  const text = textOfRecords(texts)
  if (text === undefined) {
    return { bytes: Buffer.from(JSON.stringify(texts)), type: 'application/json', lines: texts.length }
  }
  const bytes = Buffer.from(text)
  return { bytes, type: 'text/plain', lines: countLines(bytes) }
}

const newline = 10

const countLines = (bytes: Buffer): number => {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1
  return lines
}
