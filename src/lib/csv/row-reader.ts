const quote = 34
const lineFeed = 10

/**
 * Reads rows of CSV (RFC 4180) from chunks with any borders, and calls `onRow` with the cells of each. An empty line is a row with one
 * empty cell. A quote that is never closed extends to the end. The separator is one character.
 */
export const createRowReader = (onRow: (cells: string[]) => void, separator = ',') => {
  const comma = separator.charCodeAt(0)
  let cells: string[] = []
  /** The text so far of a cell that is not complete yet. */
  let cell = ''
  let quoted = false
  /** The last character was a quote inside quotes: it closes them, unless another follows. */
  let closing = false
  let first = true

  const endRow = (): void => {
    cells.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell)
    cell = ''
    onRow(cells)
    cells = []
  }

  return {
    push(chunk: string): void {
      const text = first ? chunk.replace(/^\ufeff/, '') : chunk
      if (chunk !== '') first = false
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
    },
    /** Ends the last row, if it has no line feed. */
    end(): void {
      if (cell !== '' || cells.length > 0) endRow()
    },
  }
}
