import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { AppError, messageOf } from '../../errors.ts'
import { delimiterOf } from '../../lib/csv/delimiter.ts'

const mostRows = 100_000
const mostColumns = 200

/** A row of a file: its line, or its place in a list of JSON, from 1; and its cells by the name of their column. */
export interface FileRow {
  readonly row: number
  readonly cells: ReadonlyMap<string, string>
}

/** The fault of a row. */
export interface RowFault {
  readonly row: number
  /** As the file writes it; empty when the whole row is meant. */
  readonly column: string
  readonly message: string
}

export interface TableFile {
  /** As the file writes them. */
  readonly columns: readonly string[]
  readonly rows: readonly FileRow[]
  readonly faults: readonly RowFault[]
}

/** The spelling that names of columns are compared by: `Host Name` and `host-name` are one. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')

/**
 * Reads a table from CSV (separated by commas, semicolons, tabs or bars; the first row names the columns) or JSON (a list of objects, or
 * an object that holds one). A row that cannot be read is a fault of its own; throws INVALID_REQUEST when nothing can be read at all.
 */
export const readTableFile = (text: string): TableFile => {
  const content = text.replace(/^\ufeff/, '')
  if (content.trim() === '') throw unreadable('The file is empty.')
  return /^\s*[[{]/.test(content) ? readJson(content) : readCsv(content)
}

const unreadable = (what: string, cause?: unknown): AppError =>
  new AppError('INVALID_REQUEST', what, {
    hint: 'Send CSV whose first row names the columns, or JSON: a list of objects.',
    ...(cause !== undefined && { cause }),
  })

const tooMany = (): AppError =>
  new AppError('TOO_LARGE', `The file has more than ${mostRows} rows.`, { hint: 'Import it in parts.' })

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
        to: mostRows + 2,
        on_skip(error) {
          if (error)
            faults.push({ row: Number(error.lines ?? 0), column: '', message: `cannot be read: ${error.message}` })
        },
      }),
    )
  } catch (error) {
    throw unreadable(`The file is no CSV: ${messageOf(error)}`, error)
  }
  const [header, ...rows] = records
  if (!header) throw unreadable('The file has no header that can be read.')
  if (rows.length > mostRows) throw tooMany()
  const columns = header.record.slice(0, mostColumns)
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
    throw unreadable(`The file is no JSON: ${messageOf(error)}`, error)
  }
  const list = listOf(value)
  if (!list) throw unreadable('The JSON holds no list of objects.')
  if (list.length > mostRows) throw tooMany()
  const rows = list.map((item, index) => ({ row: index + 1, cells: new Map(cellsOf(item)) }))
  const columns = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()].slice(0, mostColumns)))]
  return { columns: columns.slice(0, mostColumns), rows, faults: [] }
}

/** A list of objects, the only list in an object, or objects under their ids. */
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

/** Plain values by their names, those of objects within as `outer_inner`, lists joined by semicolons. */
const cellsOf = (item: Record<string, unknown>, prefix = ''): [string, string][] =>
  Object.entries(item).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return []
    if (Array.isArray(value)) return [[prefix + name, value.filter((entry) => typeof entry !== 'object').join(';')]]
    const inner = holder.safeParse(value)
    if (inner.success) return prefix === '' ? cellsOf(inner.data, `${name}_`) : []
    return [[prefix + name, String(value).trim()]]
  })
