import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { createDetector, type Observation } from '../../lib/series/detector.ts'
import { readCsvRows } from './read-input.ts'

/** A row of a series with its score. */
export interface PointScore extends Observation {
  /** Counts data rows from 0. */
  readonly row: number
}

interface ScoreRequest {
  /** A CSV file with the columns `timestamp` and `value`; gzip and zstd are unpacked, `-` is stdin. */
  readonly path: string
  readonly stdin: Readable
}

/**
 * Scores each row of a series by the rows before it, in bounded memory. A row without a number is a gap and scores 0. A
 * row without a time uses the previous time.
 */
export async function* scoreSeries({ path, stdin }: ScoreRequest): AsyncGenerator<PointScore> {
  const detector = createDetector()
  let columns: Columns | undefined
  let time = 0
  let row = 0
  for await (const cells of readCsvRows(path, stdin)) {
    if (columns === undefined) {
      columns = findColumns(path, cells)
      continue
    }
    const read = readTime(cells[columns.timestamp]?.trim() ?? '')
    if (!Number.isNaN(read)) time = read
    const text = cells[columns.value]?.trim() ?? ''
    yield { row: row++, ...detector.observe(time, text === '' ? Number.NaN : Number(text)) }
  }
  if (columns === undefined) throw new AppError('SOURCE_FAILED', `${path} is empty.`)
}

interface Columns {
  readonly timestamp: number
  readonly value: number
}

const findColumns = (path: string, header: readonly string[]): Columns => {
  const names = header.map((name) => name.trim())
  const timestamp = names.indexOf('timestamp')
  const value = names.indexOf('value')
  if (timestamp >= 0 && value >= 0) return { timestamp, value }
  throw new AppError('INVALID_REQUEST', `${path} has no column "${value < 0 ? 'value' : 'timestamp'}".`, {
    hint: 'The first line names the columns: timestamp,value.',
  })
}

/** Seconds or milliseconds since 1970, or a date; one without a zone is UTC, so that a file scores alike everywhere. */
const readTime = (text: string): number => {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Math.abs(Number(text)) < 1e11 ? Number(text) * 1000 : Number(text)
  const date = text.replace(' ', 'T')
  return Date.parse(/T[\d:.]+$/.test(date) ? `${date}Z` : date)
}
