import type { RawRecord } from '../../../schema/record/record.ts'
import { joinBlocks } from '../blocks.ts'
import { joinDocuments } from '../documents.ts'
import { joinContinuations, splitLines, type TextLine } from '../lines.ts'
import { joinRows } from '../rows.ts'
import { joinXmlEvents } from '../xml-events.ts'
import { ClockDays } from './clock-days.ts'

const maxRecords = 4_096
const maxChars = 4_194_304

interface FileLines {
  readonly source: string
  readonly file?: string | undefined
  readonly zoneMinutes?: number | undefined
  readonly fileZone?: number | undefined
  /** The midnight before the first line of a file without dates. */
  readonly midnight?: number | undefined
  /** The maximum number of records in a batch. */
  readonly batchSize?: number
  readonly now: () => number
}

/**
 * Turns the bytes of one file into batches of records with line numbers. Joins lines that belong together, and splits JSON documents and
 * tables into their records.
 */
export async function* recordsOf(chunks: AsyncIterable<Buffer>, options: FileLines): AsyncGenerator<RawRecord[]> {
  const { source, file, zoneMinutes, fileZone, batchSize = maxRecords, now } = options
  const days = options.midnight === undefined ? undefined : new ClockDays(options.midnight)
  let midnight = options.midnight
  const splitter = splitLines({ inParts: true })
  const joiner = joinXmlEvents(joinBlocks(joinRows(joinDocuments(joinContinuations()))))
  let receivedAt = now()
  let batch: RawRecord[] = []
  let chars = 0

  function* add(lines: readonly TextLine[]): Generator<RawRecord[]> {
    for (const line of lines) {
      if (isBlank(line.text)) continue
      midnight = days?.midnightOf(line.text) ?? midnight
      const { text, number } = line
      batch.push({ text, source, receivedAt, file, line: number, zoneMinutes, fileZone, midnight })
      chars += line.text.length
      if (batch.length < batchSize && chars < maxChars) continue
      yield batch
      batch = []
      chars = 0
    }
  }

  for await (const chunk of chunks) {
    // Batches are cut where it changes. A file arrives at once, however fast it is read, so that each run finds the same.
    if (file === undefined) receivedAt = now()
    yield* add(joiner.push(splitter.push(chunk)))
  }
  yield* add(joiner.push(splitter.flush()))
  yield* add(joiner.flush())
  if (batch.length > 0) yield batch
}

/** Whether a text is blank and so no record. */
export const isBlank = (text: string): boolean => {
  const first = text.charCodeAt(0)
  // Most lines begin with a printable ASCII character, which avoids the trim.
  return !(first > 32 && first < 127) && text.trim() === ''
}
