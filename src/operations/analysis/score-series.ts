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
  /** A CSV file with the column `value`, in order of time; gzip and zstd are unpacked, `-` is stdin. */
  readonly path: string
  readonly stdin: Readable
}

/** Scores each row of a series by the rows before it, in bounded memory. A row without a number is a gap and scores 0. */
export async function* scoreSeries({ path, stdin }: ScoreRequest): AsyncGenerator<PointScore> {
  const detector = createDetector()
  let column: number | undefined
  let row = 0
  for await (const cells of readCsvRows(path, stdin)) {
    if (column === undefined) {
      column = findValue(path, cells)
      continue
    }
    const text = cells[column]?.trim() ?? ''
    yield { row: row++, ...detector.observe(text === '' ? Number.NaN : Number(text)) }
  }
  if (column === undefined) throw new AppError('SOURCE_FAILED', `${path} is empty.`)
}

const findValue = (path: string, header: readonly string[]): number => {
  const column = header.findIndex((name) => name.trim() === 'value')
  if (column >= 0) return column
  throw new AppError('INVALID_REQUEST', `${path} has no column "value".`, {
    hint: 'The first line names the columns: timestamp,value.',
  })
}
