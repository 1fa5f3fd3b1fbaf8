import type { RawRecord } from '../../schema/record.ts'
import { joinDocuments } from './documents.ts'
import { joinContinuations, type Line, splitLines } from './lines.ts'

const maxRecords = 4_096
const maxChars = 4_194_304

interface FileLines {
  readonly source: string
  readonly file?: string | undefined
  readonly zoneMinutes?: number | undefined
  /** How many records a batch has at most. */
  readonly batchSize?: number
  readonly now: () => number
}

/**
 * Turns the bytes of one file into batches of records with their line numbers. Lines that belong together become one record, and the
 * records that a JSON document wraps become one each.
 */
export async function* recordsOf(chunks: AsyncIterable<Buffer>, options: FileLines): AsyncGenerator<RawRecord[]> {
  const { source, file, zoneMinutes, batchSize = maxRecords, now } = options
  const splitter = splitLines({ inParts: true })
  const joiner = joinDocuments(joinContinuations())
  let receivedAt = now()
  let batch: RawRecord[] = []
  let chars = 0

  function* add(lines: readonly Line[]): Generator<RawRecord[]> {
    for (const line of lines) {
      if (isBlank(line.text)) continue
      batch.push({ text: line.text, source, receivedAt, file, line: line.number, zoneMinutes })
      chars += line.text.length
      if (batch.length < batchSize && chars < maxChars) continue
      yield batch
      batch = []
      chars = 0
    }
  }

  for await (const chunk of chunks) {
    receivedAt = now()
    yield* add(joiner.push(splitter.push(chunk)))
  }
  yield* add(joiner.push(splitter.flush()))
  yield* add(joiner.flush())
  if (batch.length > 0) yield batch
}

/** Whether there is nothing in it: no record. */
export const isBlank = (text: string): boolean => {
  const first = text.charCodeAt(0)
  // Most lines begin with a letter, a digit or a bracket, which tells without looking at both their ends.
  return !(first > 32 && first < 127) && text.trim() === ''
}
