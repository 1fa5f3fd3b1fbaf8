import { createRowReader } from '../csv/row-reader.ts'
import { type ColumnReader, createColumnReader } from './column-reader.ts'
import type { Table } from './table.ts'

/** Reads CSV (RFC 4180) chunk by chunk into a table, in memory that grows by 12 bytes a cell. */
export interface CsvReader {
  /** Takes the next chunk of the text, cut anywhere. */
  push(text: string): void
  /** The table, after the last chunk. Throws RangeError when there was no header. */
  finish(): Table
}

/**
 * Makes a reader. The first row names the columns. Rows that are too short lack the cells at their end, and cells past the last column
 * are left aside; empty lines are no rows, but where there is one column only.
 */
export const createCsvReader = (): CsvReader => {
  let header: readonly string[] | undefined
  let columns: ColumnReader[] = []
  let rows = 0

  const reader = createRowReader((cells) => {
    if (cells.length === 1 && cells[0] === '' && columns.length !== 1) return
    if (!header) {
      header = cells.map((name) => name.trim())
      columns = header.map(createColumnReader)
    } else {
      rows++
      for (let index = 0; index < columns.length; index++) columns[index]?.add(cells[index] ?? '')
    }
  })

  return {
    push: reader.push,
    finish() {
      reader.end()
      if (!header) throw new RangeError('There is no header.')
      const names = header
      return { rows, columns: columns.map((column, index) => column.finish(names[index] ?? '')) }
    },
  }
}
