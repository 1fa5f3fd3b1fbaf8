import { type ColumnReader, createColumnReader } from './column-reader.ts'
import type { Table } from './table.ts'

/** Reads CSV (RFC 4180) chunk by chunk into a table, in memory that grows by 12 bytes a cell. */
export interface CsvReader {
  /** Takes the next chunk of the text, cut anywhere. */
  push(text: string): void
  /** The table, after the last chunk. Throws RangeError when there was no header. */
  finish(): Table
}

const quote = 34
const comma = 44
const lineFeed = 10

/**
 * Makes a reader. The first row names the columns. Rows that are too short lack the cells at their end, and cells past the last column
 * are left aside; empty lines are no rows, but where there is one column only. A quote that is never closed runs to the end.
 */
export const createCsvReader = (): CsvReader => {
  let header: readonly string[] | undefined
  let columns: ColumnReader[] = []
  let rows = 0
  let cells: string[] = []
  /** The text so far of a cell that is not complete yet. */
  let cell = ''
  let quoted = false
  /** The last character was a quote inside quotes: it closes them, unless another follows. */
  let closing = false

  const endRow = (): void => {
    const last = cell.endsWith('\r') ? cell.slice(0, -1) : cell
    cell = ''
    if (cells.length === 0 && last === '' && columns.length !== 1) return
    cells.push(last)
    if (!header) {
      header = cells.map((name, index) => (index === 0 ? name.replace(/^\ufeff/, '') : name).trim())
      columns = header.map(createColumnReader)
    } else {
      rows++
      for (let index = 0; index < columns.length; index++) columns[index]?.add(cells[index] ?? '')
    }
    cells = []
  }

  const push = (text: string): void => {
    let from = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (closing) {
        closing = false
        if (code === quote) {
          // The first of the two is dropped, the second is the cell's.
          from = at
          continue
        }
        quoted = false
      }
      if (quoted) {
        if (code !== quote) continue
        cell += text.slice(from, at)
        from = at + 1
        closing = true
      } else if (code === comma) {
        cells.push(cell + text.slice(from, at))
        cell = ''
        from = at + 1
      } else if (code === lineFeed) {
        cell += text.slice(from, at)
        from = at + 1
        endRow()
      } else if (code === quote && cell === '' && at === from) {
        quoted = true
        from = at + 1
      }
    }
    cell += text.slice(from)
  }

  return {
    push,
    finish() {
      if (cell !== '' || cells.length > 0) endRow()
      if (!header) throw new RangeError('There is no header.')
      const names = header
      return { rows, columns: columns.map((column, index) => column.finish(names[index] ?? '')) }
    },
  }
}
