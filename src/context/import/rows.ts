import { AppError } from '../../errors.ts'
import { CellFault } from './cell.ts'
import { type Cells, createCells } from './cells.ts'
import { type ColumnMatch, matchColumns, type Synonyms } from './columns.ts'
import { type RowFault, readTableFile } from './table-file.ts'

/** The imported fields of a thing; undefined if missing. */
export type Told<Item> = { readonly [Field in keyof Item]: Item[Field] | undefined }

/** How a kind of thing is read from tables. */
export interface RowReader<Item extends object> {
  readonly synonyms: Synonyms
  /** The fields that hold lists. */
  readonly lists: ReadonlySet<string>
  /** Reads a row; throws CellFault. */
  read(cells: Cells): Told<Item>
  /** The id of the thing that a row describes; undefined if the row has none. */
  idOf(told: Told<Item>): string | undefined
}

/** The content of a file about one thing. */
export interface ToldRow<Item> {
  readonly row: number
  readonly id: string
  readonly told: Told<Item>
}

export interface ReadRows<Item> {
  readonly rows: readonly ToldRow<Item>[]
  /** How many rows the file has. */
  readonly total: number
  readonly faults: readonly RowFault[]
  readonly columns: ColumnMatch['columns']
}

/**
 * Reads a file, each thing once: rows about the same thing are merged unless they contradict each other. A row with a fault is left out
 * as a whole. Throws INVALID_REQUEST when no column is known.
 */
export const readRows = <Item extends object>(text: string, reader: RowReader<Item>): ReadRows<Item> => {
  const file = readTableFile(text)
  const match = matchColumns(file.columns, reader.synonyms, reader.lists)
  if (match.byField.size === 0) {
    throw new AppError('INVALID_REQUEST', `None of the columns is known: ${file.columns.slice(0, 10).join(', ')}.`, {
      hint: `Name them like: ${Object.keys(reader.synonyms).join(', ')}.`,
    })
  }
  const faults: RowFault[] = [...file.faults]
  const byId = new Map<string, ToldRow<Item>>()
  for (const row of file.rows) {
    try {
      const told = reader.read(createCells(row, match))
      const id = reader.idOf(told)
      if (id === undefined) throw new CellFault('names nothing: give it an id, a name or an address')
      const before = byId.get(id.toLowerCase())
      const found = { row: row.row, id, told }
      byId.set(id.toLowerCase(), before ? join(before, found) : found)
    } catch (error) {
      if (!(error instanceof CellFault)) throw error
      faults.push({ row: row.row, column: error.column, message: error.message })
    }
  }
  return {
    rows: [...byId.values()],
    total: file.rows.length + file.faults.length,
    faults: faults.toSorted((a, b) => a.row - b.row),
    columns: match.columns,
  }
}

const join = <Item extends object>(before: ToldRow<Item>, later: ToldRow<Item>): ToldRow<Item> => {
  const known = new Map<string, unknown>(Object.entries(before.told))
  const joined = Object.entries<unknown>(later.told).map(([field, value]): [string, unknown] => {
    const first = known.get(field)
    if (value === undefined || first === undefined) return [field, value ?? first]
    if (Array.isArray(value) && Array.isArray(first)) return [field, [...new Set([...first, ...value])]]
    if (JSON.stringify(value) === JSON.stringify(first)) return [field, value]
    throw new CellFault(`says another ${field} of "${before.id}" than row ${before.row}`)
  })
  return { ...before, told: { ...before.told, ...Object.fromEntries(joined) } }
}
