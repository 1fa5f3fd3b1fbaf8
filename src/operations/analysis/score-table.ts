import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { type Cell, type Column, isNumbers, type Table } from '../../lib/tabular/table.ts'
import { fitTable, scoreTable } from '../../lib/tabular/tabular.ts'
import { readCsvTable } from './read-input.ts'

/** The score of one row of a file. */
export interface RowScore {
  /** Counts from 0, without the header. */
  readonly row: number
  /** 0–1, high for anomalies. */
  readonly score: number
  /** The columns that explain the score, most important first. */
  readonly why: () => readonly ColumnReason[]
}

interface ColumnReason {
  readonly column: string
  readonly value: number | string | null
  /** The contribution of the column to the score. */
  readonly part: number
}

interface ScoreRequest {
  /** A CSV file with a header; gzip and zstd are unpacked, `-` is stdin. */
  readonly path: string
  /** Names of excluded columns. */
  readonly exclude?: readonly string[] | undefined
  /** A file of normal rows to learn from. By default, learns from the rows of `path`, including anomalies. */
  readonly train?: string | undefined
  readonly stdin: Readable
  /** Receives notes about missing columns. */
  readonly onNote: (note: string) => void
}

/** The columns that an explanation names at most. */
const mostReasons = 3

/** Scores the rows of a CSV file in order. Holds the columns of the file in memory. */
export async function* scoreRows({ path, exclude = [], train, stdin, onNote }: ScoreRequest): AsyncGenerator<RowScore> {
  if (train === '-' && path === '-') {
    throw new AppError('INVALID_REQUEST', 'Only one of the two files can be stdin ("-").', {
      hint: 'Give a path for one of them.',
    })
  }
  const whole = await readCsvTable(path, stdin)
  for (const name of exclude) {
    if (!whole.columns.some((column) => column.name === name)) onNote(`${path} has no column "${name}" to exclude.`)
  }
  const table = leaveOut(path, whole, exclude)
  if (table.rows === 0) return
  const training = train === undefined ? table : leaveOut(train, await readCsvTable(train, stdin), exclude)
  if (training.rows === 0) throw new AppError('SOURCE_FAILED', `${train} has no rows.`)
  let model: ReturnType<typeof fitTable> | undefined
  const asked = training === table ? table : inOrder(path, table, training)
  if (training !== table) model = fitTable(training, { isClean: true })
  const scores = model ? model.score(asked) : scoreTable(table)
  for (let row = 0; row < table.rows; row++) {
    const why = (): ColumnReason[] => {
      model ??= fitTable(training)
      return explain(asked.columns, row, model.explain(asked.columns.map((column) => cellOf(column, row))))
    }
    yield { row, score: scores[row] ?? 0, why }
  }
}

const explain = (
  columns: readonly Column[],
  row: number,
  parts: readonly { readonly column: string; readonly part: number }[],
): ColumnReason[] =>
  parts
    .map(({ column, part }, index) => {
      const shown = columns[index]
      return { column, value: (shown && cellOf(shown, row)) ?? null, part: Number(part.toFixed(4)) }
    })
    .filter(({ part }) => part > 0)
    .toSorted((a, b) => b.part - a.part)
    .slice(0, mostReasons)

const cellOf = (column: Column, row: number): Cell => {
  if (!isNumbers(column)) return column.words[column.codes[row] ?? -1]
  const value = column.values[row]
  return value === undefined || Number.isNaN(value) ? undefined : value
}

const leaveOut = (path: string, table: Table, exclude: readonly string[]): Table => {
  const columns = table.columns.filter(({ name }) => !exclude.includes(name))
  if (columns.length > 0) return { ...table, columns }
  throw new AppError('INVALID_REQUEST', `Every column of ${path} is excluded.`, { hint: 'Keep at least one column.' })
}

/** The table's columns in the order of another's, by their names. */
const inOrder = (path: string, table: Table, training: Table): Table => ({
  ...table,
  columns: training.columns.map(({ name }) => requireColumn(path, table, name)),
})

const requireColumn = (path: string, { columns }: Table, name: string): Column => {
  const column = columns.find((one) => one.name === name)
  if (column) return column
  throw new AppError('INVALID_REQUEST', `${path} has no column "${name}".`, {
    hint: `Its columns are: ${columns
      .map((one) => one.name)
      .slice(0, 40)
      .join(', ')}.`,
  })
}
