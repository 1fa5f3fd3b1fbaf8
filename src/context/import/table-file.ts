import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { AppError, messageOf } from '../../errors.ts'
import { delimiterOf } from '../../lib/csv/delimiter.ts'

const maxRows = 100_000
const maxColumns = 200

/** A row of a file: its line number, or its position in a JSON list from 1, and its cells by column name. */
export interface FileRow {
  readonly row: number
  readonly cells: ReadonlyMap<string, string>
}

/** The fault of a row. */
export interface RowFault {
  readonly row: number
  /** The column name in the file; empty if the fault concerns the whole row. */
  readonly column: string
  readonly message: string
}

export interface TableFile {
  /** The column names in the file. */
  readonly columns: readonly string[]
  readonly rows: readonly FileRow[]
  readonly faults: readonly RowFault[]
}

/** Normalizes a column name for comparison: `Host Name` and `host-name` are equal. */
export const plainColumnName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')

/**
 * Reads a table from CSV (with commas, semicolons, tabs or vertical bars, and a header row) or JSON (a list of objects, or an object that
 * contains one). An invalid row becomes a fault. Throws INVALID_REQUEST if the file cannot be read at all.
 */
export const readTableFile = (text: string): TableFile => {
  const content = text.replace(/^\ufeff/, '')
  if (content.trim() === '') throw unreadable('The file is empty.')
  return /^\s*[[{]/.test(content) ? readJson(content) : readCsv(content)
}

const unreadable = (what: string, cause?: unknown): AppError =>
  new AppError('INVALID_REQUEST', what, {
    hint: 'Send CSV with a header row, or JSON with a list of objects.',
    ...(cause !== undefined && { cause }),
  })

const tooMany = (): AppError =>
  new AppError('TOO_LARGE', `The file has more than ${maxRows} rows.`, { hint: 'Import it in parts.' })

/** The parser's actual output, which its types omit. */
const parsedRows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }))

const readCsv = (text: string): TableFile => {
  const faults: RowFault[] = []
  let records: z.output<typeof parsedRows>
  try {
    records = parsedRows.parse(
      parse(text, {
        delimiter: delimiterOf(text.split('\n', 1)[0] ?? ''),
        info: true,
        relax_column_count: true,
        relax_quotes: true,
        skip_empty_lines: true,
        skip_records_with_error: true,
        trim: true,
        max_record_size: 1_000_000,
        to: maxRows + 2,
        on_skip(error) {
          if (error)
            faults.push({ row: Number(error.lines ?? 0), column: '', message: `cannot be read: ${error.message}` })
        },
      }),
    )
  } catch (error) {
    throw unreadable(`The file is not valid CSV: ${messageOf(error)}`, error)
  }
  const [header, ...rows] = records
  if (!header) throw unreadable('The file has no readable header row.')
  if (rows.length > maxRows) throw tooMany()
  const columns = header.record.slice(0, maxColumns)
  return {
    columns,
    faults,
    rows: rows.flatMap(({ record, info }) =>
      record.every((cell) => cell === '')
        ? []
        : { row: info.lines, cells: new Map(columns.map((column, index) => [column, record[index] ?? ''])) },
    ),
  }
}

const objects = z.array(z.record(z.string(), z.unknown()))
const holder = z.record(z.string(), z.unknown())

const readJson = (text: string): TableFile => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw unreadable(`The file is not valid JSON: ${messageOf(error)}`, error)
  }
  const list = listOf(value)
  if (!list) throw unreadable('The JSON contains no list of objects.')
  if (list.length > maxRows) throw tooMany()
  const rows = list.map((item, index) => ({ row: index + 1, cells: new Map(cellsOf(item)) }))
  const columns = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()].slice(0, maxColumns)))]
  return { columns: columns.slice(0, maxColumns), rows, faults: [] }
}

/** Finds the rows: a list of objects, the first such list in an object, or objects under their IDs. */
const listOf = (value: unknown): readonly Record<string, unknown>[] | undefined => {
  const list = objects.safeParse(value)
  if (list.success) return list.data
  const held = holder.safeParse(value)
  if (!held.success) return undefined
  for (const inner of Object.values(held.data)) {
    const found = objects.safeParse(inner)
    if (found.success) return found.data
  }
  const byId = z.record(z.string(), holder).safeParse(value)
  return byId.success ? Object.entries(byId.data).map(([id, item]) => ({ id, ...item })) : undefined
}

/** Flattens an object: nested fields become `outer_inner`, and lists are joined by semicolons. */
const cellsOf = (item: Record<string, unknown>, prefix = ''): [string, string][] =>
  Object.entries(item).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return []
    if (Array.isArray(value)) return [[prefix + name, value.filter((entry) => typeof entry !== 'object').join(';')]]
    const inner = holder.safeParse(value)
    if (inner.success) return prefix === '' ? cellsOf(inner.data, `${name}_`) : []
    return [[prefix + name, String(value).trim()]]
  })
