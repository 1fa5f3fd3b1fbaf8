import { AppError } from '../../errors.ts'
import { CellFault } from './cell.ts'
import { type Cells, createCells } from './cells.ts'
import { type ColumnMatch, matchColumns, type Synonyms } from './columns.ts'
import { type RowFault, readTableFile } from './table-file.ts'

/** The imported fields of an item; undefined if missing. */
export type Imported<Item> = { readonly [Field in keyof Item]: Item[Field] | undefined }

/** Reads one kind of item from tables. */
export interface RowReader<Item extends object> {
  readonly synonyms: Synonyms
  /** The fields that contain lists. */
  readonly lists: ReadonlySet<string>
  /** Reads a row. Throws CellFault. */
  read(cells: Cells): Imported<Item>
  /** Returns the ID of the item in a row; undefined if the row has none. */
  idOf(fields: Imported<Item>): string | undefined
}

/** The data of a file about one item. */
export interface ImportedRow<Item> {
  readonly row: number
  readonly id: string
  readonly fields: Imported<Item>
}

export interface ReadRows<Item> {
  readonly rows: readonly ImportedRow<Item>[]
  /** The number of rows in the file. */
  readonly total: number
  readonly faults: readonly RowFault[]
  readonly columns: ColumnMatch['columns']
}

/**
 * Reads the items of a file. Rows about the same item are merged unless they conflict. A row with a fault is skipped. Throws
 * INVALID_REQUEST if no column is known.
 */
export const readImportRows = <Item extends object>(text: string, reader: RowReader<Item>): ReadRows<Item> => {
  const file = readTableFile(text)
  const match = matchColumns(file.columns, reader.synonyms, reader.lists)
  if (match.byField.size === 0) {
    throw new AppError('INVALID_REQUEST', `No known columns. Found: ${file.columns.slice(0, 10).join(', ')}.`, {
      hint: `Use column names such as: ${Object.keys(reader.synonyms).join(', ')}.`,
    })
  }
  const faults: RowFault[] = [...file.faults]
  const byId = new Map<string, ImportedRow<Item>>()
  for (const row of file.rows) {
    try {
      const fields = reader.read(createCells(row, match))
      const id = reader.idOf(fields)
      if (id === undefined) throw new CellFault('needs an ID, a name or an address')
      const before = byId.get(id.toLowerCase())
      const found = { row: row.row, id, fields }
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

const join = <Item extends object>(before: ImportedRow<Item>, later: ImportedRow<Item>): ImportedRow<Item> => {
  const known = new Map<string, unknown>(Object.entries(before.fields))
  const joined = Object.entries<unknown>(later.fields).map(([field, value]): [string, unknown] => {
    const first = known.get(field)
    if (value === undefined || first === undefined) return [field, value ?? first]
    if (Array.isArray(value) && Array.isArray(first)) return [field, [...new Set([...first, ...value])]]
    if (JSON.stringify(value) === JSON.stringify(first)) return [field, value]
    throw new CellFault(`has another ${field} for "${before.id}" than row ${before.row}`)
  })
  return { ...before, fields: { ...before.fields, ...Object.fromEntries(joined) } }
}
