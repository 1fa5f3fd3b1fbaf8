/** A column of numbers; NaN is a missing cell. */
export interface NumberColumn {
  readonly name: string
  readonly values: Float64Array
}

/** A column of words: each cell a place in the list of words, −1 for a missing one. */
export interface WordColumn {
  readonly name: string
  readonly codes: Int32Array
  readonly words: readonly string[]
}

export type Column = NumberColumn | WordColumn

/** Columns of the same length. */
export interface Table {
  readonly rows: number
  readonly columns: readonly Column[]
}

/** A cell on its own, as `scoreRow` takes it. */
export type Cell = number | string | null | undefined

export const isNumbers = (column: Column): column is NumberColumn => 'values' in column

/** Makes a table of a row-major matrix. Throws RangeError when it is not one or more whole rows. */
export const matrixTable = (matrix: Float64Array, width: number): Table => {
  const rows = matrix.length / width
  if (!(width >= 1 && rows >= 1 && Number.isInteger(rows))) {
    throw new RangeError(`${matrix.length} numbers are not one or more rows of ${width}.`)
  }
  const columns = Array.from({ length: width }, (_, column) => ({
    name: `column ${column}`,
    values: Float64Array.from({ length: rows }, (_, row) => matrix[row * width + column] ?? Number.NaN),
  }))
  return { rows, columns }
}

/** The rows of a table that are listed, in that order. */
export const pickRows = (table: Table, rows: Uint32Array): Table => ({
  rows: rows.length,
  columns: table.columns.map((column) =>
    isNumbers(column)
      ? { ...column, values: Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN) }
      : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] ?? -1) },
  ),
})

/** A table of one row with the columns of another. */
export const rowTable = (columns: readonly { readonly name: string }[], cells: readonly Cell[]): Table => ({
  rows: 1,
  columns: columns.map(({ name }, index) => {
    const cell = cells[index]
    if (typeof cell === 'string') return { name, codes: Int32Array.of(0), words: [cell] }
    return { name, values: Float64Array.of(cell ?? Number.NaN) }
  }),
})
