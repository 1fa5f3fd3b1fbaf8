import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { type Confusion, confusionOf, type Ranking, rankingOf } from '../../lib/quality/ranking.ts'
import { isNumbers } from '../../lib/tabular/table.ts'
import { readTable } from './read-input.ts'
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
  /** The labels of what is normal. */
  readonly normal: readonly string[]
  readonly exclude: readonly string[]
  readonly train?: string | undefined
  /** From which score on something is called odd; without it, where we would. */
  readonly threshold?: number | undefined
  readonly stdin: Readable
  readonly onNote: (note: string) => void
}

/** How well scores find what somebody labelled. */
export interface Evaluation {
  readonly rows: number
  readonly odd: number
  readonly ranking: Ranking
  readonly threshold: number
  readonly confusion: Confusion
  readonly seconds: number
}

/** Where we would draw the line: a row in a hundred of a table; a session that one of a hundred surprises as much; a series knows itself. */
const thresholds: Readonly<Record<ScoredKind, number>> = { table: 0.99, sessions: 0.5, series: Number.NaN }

interface Scored {
  readonly score: number
  readonly isCalled: boolean
}

/** Scores a labelled file and compares. The column of labels is kept from the scorer. */
export const evaluateScores = async (request: EvaluateRequest): Promise<Evaluation> => {
  const { kind, path, threshold: given } = request
  if (path === '-') throw new AppError('INVALID_REQUEST', 'Evaluating reads a file twice, which stdin cannot be.')
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
  const { columns, rows } = await readTable(path, stdin)
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
    throw new AppError('INVALID_REQUEST', `All rows of ${path} are ${count === 0 ? 'normal' : 'odd'} by "${label}".`, {
      hint: 'Say which labels are normal: --normal WORD.',
    })
  }
  return odd
}
