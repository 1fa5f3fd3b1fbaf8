import type { RawRecord } from '../../../schema/record/record.ts'
import { joinRecords } from '../join/join-records.ts'
import type { LineJoiner } from '../join/line-joiner.ts'
import { splitLines, type TextLine } from '../lines.ts'
import { readWithPauses } from '../pauses.ts'
import { ClockDays } from './clock-days.ts'

const maxRecords = 4_096
const maxChars = 4_194_304

/** How the records of a text are read. */
export interface LineReading {
  /** Joins its lines to records. */
  readonly joiner?: LineJoiner
  /** Whether blank lines are records. */
  readonly keepsBlank?: boolean
  /** The maximum number of records in a batch, and of their characters, which the last one may exceed. */
  readonly batchSize?: number
  readonly batchChars?: number
  /**
   * For a text that is still written: the silence after which records that may continue are complete, and the time after which records are
   * returned without waiting for more.
   */
  readonly quietMs?: number | undefined
  /** The silence after which a document is complete, too. */
  readonly silentMs?: number
  readonly signal?: AbortSignal | undefined
}

interface FileLines extends LineReading {
  readonly source: string
  readonly file?: string | undefined
  readonly host?: string | undefined
  readonly zoneMinutes?: number | undefined
  readonly fileZone?: number | undefined
  /** The midnight before the first line of a file without dates. */
  readonly midnight?: number | undefined
  readonly now: () => number
  /** A monotonic clock, in ms. */
  readonly steady?: () => number
}

/**
 * Turns the bytes of one file into batches of records with line numbers. Joins lines that belong together, and splits JSON documents and
 * tables into their records.
 */
export async function* recordsOf(chunks: AsyncIterable<Uint8Array>, options: FileLines): AsyncGenerator<RawRecord[]> {
  const {
    source,
    file,
    host,
    zoneMinutes,
    fileZone,
    batchSize = maxRecords,
    batchChars = maxChars,
    quietMs,
    now,
  } = options
  const { keepsBlank = false, steady = () => performance.now() } = options
  const days = options.midnight === undefined ? undefined : new ClockDays(options.midnight)
  let midnight = options.midnight
  const splitter = splitLines({ inParts: true })
  const joiner = options.joiner ?? joinRecords()
  let receivedAt = now()
  let begunAt = 0
  let batch: RawRecord[] = []
  let chars = 0

  const take = (): RawRecord[] => {
    const taken = batch
    batch = []
    chars = 0
    return taken
  }
  function* add(lines: readonly TextLine[]): Generator<RawRecord[]> {
    for (const line of lines) {
      if (!keepsBlank && isBlank(line.text)) continue
      midnight = days?.midnightOf(line.text) ?? midnight
      const { text, number } = line
      if (batch.length === 0 && quietMs !== undefined) begunAt = steady()
      batch.push({ text, source, receivedAt, file, line: number, host, zoneMinutes, fileZone, midnight })
      chars += line.text.length
      if (batch.length >= batchSize || chars >= batchChars) yield take()
    }
  }

  for await (const came of quietMs === undefined ? chunks : readWithPauses(chunks, { ...options, quietMs })) {
    // Batches are cut where it changes. A file arrives at once, however fast it is read, so that each run finds the same.
    if (file === undefined) receivedAt = now()
    if (came === 'pause') yield* add(joiner.settle())
    else if (came === 'silence') yield* add(joiner.flush())
    else yield* add(joiner.push(splitter.push(came)))
    const isDue = typeof came === 'string' || steady() - begunAt >= (quietMs ?? Number.POSITIVE_INFINITY)
    if (batch.length > 0 && isDue) yield take()
  }
  yield* add(joiner.push(splitter.flush()))
  yield* add(joiner.flush())
  if (batch.length > 0) yield take()
}

/** Whether a text is blank and so no record. */
export const isBlank = (text: string): boolean => {
  const first = text.charCodeAt(0)
  // Most lines begin with a printable ASCII character, which avoids the trim.
  return !(first > 32 && first < 127) && text.trim() === ''
}
