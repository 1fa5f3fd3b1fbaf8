import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { type Confusion, confusionOf, type Ranking, rankingOf } from '../../lib/quality/ranking.ts'
import { isNumbers } from '../../lib/tabular/table.ts'
import { readCsvTable } from './read-input.ts'
import { scoreSeries } from './score-series.ts'
import { scoreSessions } from './score-sessions.ts'
import { scoreRows } from './score-table.ts'

export const scoredKinds = ['table', 'series', 'sessions'] as const
export type ScoredKind = (typeof scoredKinds)[number]

interface EvaluateRequest {
  readonly kind: ScoredKind
  /** A CSV file with a column of labels. */
  readonly path: string
  readonly label: string
  /** The labels of normal items. */
  readonly normal: readonly string[]
  readonly exclude: readonly string[]
  readonly train?: string | undefined
  /** The lowest score of an anomaly. The default depends on the kind. */
  readonly threshold?: number | undefined
  readonly stdin: Readable
  readonly onNote: (note: string) => void
}

/** How well scores match the labels. */
export interface Evaluation {
  readonly rows: number
  readonly odd: number
  readonly ranking: Ranking
  readonly threshold: number
  readonly confusion: Confusion
  readonly seconds: number
}

/** The default thresholds: 1 % of table rows, 1 % of sessions, and the fixed threshold of series. */
const thresholds: Readonly<Record<ScoredKind, number>> = { table: 0.99, sessions: 0.5, series: Number.NaN }

interface Scored {
  readonly score: number
  readonly isCalled: boolean
}

/** Scores a labelled file and compares. The scorer does not see the label column. */
export const evaluateScores = async (request: EvaluateRequest): Promise<Evaluation> => {
  const { kind, path, threshold: given } = request
  if (path === '-') throw new AppError('INVALID_REQUEST', 'Evaluation reads the file twice, so it cannot read stdin.')
  const odd = await readLabels(request)
  const threshold = given ?? thresholds[kind]
  const started = performance.now()
  const scored: Scored[] = []
  for await (const { score, isAlarm } of scoresOf(request)) {
    scored.push({ score, isCalled: given === undefined && isAlarm !== undefined ? isAlarm : score >= threshold })
  }
  const seconds = (performance.now() - started) / 1000
  if (scored.length !== odd.length) {
    throw new AppError('SOURCE_FAILED', `${path} has ${odd.length} labels and ${scored.length} ${kind} scores.`)
  }
  return {
    rows: odd.length,
    odd: odd.filter(Boolean).length,
    ranking: rankingOf(
      odd,
      scored.map(({ score }) => score),
    ),
    threshold,
    confusion: confusionOf(
      odd,
      scored.map(({ isCalled }) => isCalled),
    ),
    seconds,
  }
}

async function* scoresOf({ kind, path, label, exclude, train, stdin, onNote }: EvaluateRequest): AsyncGenerator<{
  readonly score: number
  readonly isAlarm?: boolean
}> {
  if (kind === 'table') yield* scoreRows({ path, exclude: [label, ...exclude], train, stdin, onNote })
  else if (kind === 'sessions') yield* scoreSessions({ path, train, stdin })
  else for await (const { score, alarm } of scoreSeries({ path, stdin })) yield { score, isAlarm: alarm }
}

const readLabels = async ({ path, label, normal, stdin }: EvaluateRequest): Promise<boolean[]> => {
  const { columns, rows } = await readCsvTable(path, stdin)
  const column = columns.find(({ name }) => name === label)
  if (!column) {
    throw new AppError('INVALID_REQUEST', `${path} has no column "${label}".`, {
      hint: `Name the label column with --label COLUMN. Columns: ${columns.map(({ name }) => name).join(', ')}.`,
    })
  }
  const textOf = (row: number): string =>
    isNumbers(column) ? String(column.values[row] ?? '') : (column.words[column.codes[row] ?? -1] ?? '')
  const odd = Array.from({ length: rows }, (_, row) => !normal.includes(textOf(row)))
  const count = odd.filter(Boolean).length
  if (count === 0 || count === rows) {
    throw new AppError(
      'INVALID_REQUEST',
      `All rows of ${path} are ${count === 0 ? 'normal' : 'anomalous'} by "${label}".`,
      {
        hint: 'Name the normal labels: --normal WORD.',
      },
    )
  }
  return odd
}
