import { CellFault } from './cell.ts'
import type { ColumnMatch } from './columns.ts'
import type { FileRow } from './table-file.ts'

/** The text of a cell that removes a value. An empty cell keeps the earlier value. */
const removal = '-'

/** The cells of a row by the field of their column. Undefined: the row has no value. Null: the row removes the value. */
export interface Cells {
  /** Reads an optional field. */
  read<Value>(field: string, parse: (cell: string) => Value): Value | null | undefined
  /** Reads a field that cannot be removed. */
  require<Value>(field: string, parse: (cell: string) => Value): Value | undefined
  /** Reads a list from all columns of its field. */
  list(field: string, parse: (cell: string) => readonly string[]): string[] | undefined
}

/** Creates the cells of a row. If `parse` throws a CellFault, adds the name of the column to it. */
export const createCells = ({ cells }: FileRow, { byField }: Pick<ColumnMatch, 'byField'>): Cells => {
  const filledCells = (field: string) =>
    (byField.get(field) ?? []).flatMap((column) => {
      const text = cells.get(column) ?? ''
      return text === '' ? [] : [{ column, text }]
    })
  const parsed = <Value>({ column, text }: { column: string; text: string }, parse: (cell: string) => Value): Value => {
    try {
      return parse(text)
    } catch (error) {
      if (error instanceof CellFault) error.column = column
      throw error
    }
  }
  const read: Cells['read'] = (field, parse) => {
    const [cell] = filledCells(field)
    if (!cell) return undefined
    return cell.text === removal ? null : parsed(cell, parse)
  }
  return {
    read,
    require(field, parse) {
      const value = read(field, parse)
      if (value !== null) return value
      throw new CellFault(`${field} cannot be removed`)
    },
    list(field, parse) {
      const found = filledCells(field)
      if (found.length === 0) return undefined
      return [...new Set(found.flatMap((cell) => (cell.text === removal ? [] : parsed(cell, parse))))]
    },
  }
}
