import { CellFault } from './cell.ts'
import type { ColumnMatch } from './columns.ts'
import type { FileRow } from './table-file.ts'

/** Removes a value; an empty cell keeps the earlier one. */
const nothing = '-'

/** The cells of a row by the field of their column. Undefined: the row has no value. Null: the row removes the value. */
export interface Cells {
  /** Reads a field that may be taken away. */
  read<Value>(field: string, parse: (cell: string) => Value): Value | null | undefined
  /** Reads a field that there always is. */
  require<Value>(field: string, parse: (cell: string) => Value): Value | undefined
  /** Reads a list from all columns of its field. */
  list(field: string, parse: (cell: string) => readonly string[]): string[] | undefined
}

/** Makes the cells of a row; what `parse` finds wrong is thrown with the name of the column. */
export const createCells = ({ cells }: FileRow, { byField }: Pick<ColumnMatch, 'byField'>): Cells => {
  const told = (field: string) =>
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
    const [cell] = told(field)
    if (!cell) return undefined
    return cell.text === nothing ? null : parsed(cell, parse)
  }
  return {
    read,
    require(field, parse) {
      const value = read(field, parse)
      if (value !== null) return value
      throw new CellFault(`${field} cannot be taken away`)
    },
    list(field, parse) {
      const found = told(field)
      if (found.length === 0) return undefined
      return [...new Set(found.flatMap((cell) => (cell.text === nothing ? [] : parsed(cell, parse))))]
    },
  }
}
