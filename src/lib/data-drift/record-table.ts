/** A row of a result: any JSON value. */
export type RecordRow = Readonly<Record<string, unknown>>

/** Numbers, or dates in ms since the epoch; NaN for missing values. */
export interface DriftNumberColumn {
  readonly kind: 'number' | 'date'
  readonly values: Float64Array
  /** The number of values. */
  readonly present: number
}

/** Words, as codes into a list; -1 for missing values. */
export interface CategoryColumn {
  readonly kind: 'category'
  readonly codes: Int32Array
  readonly words: readonly string[]
  /** How often each word occurs in it. */
  readonly counts: readonly number[]
  readonly present: number
}

export type DriftColumn = DriftNumberColumn | CategoryColumn

/** Rows as columns, by name in order of the alphabet. */
export interface RecordTable {
  readonly rows: number
  readonly columns: ReadonlyMap<string, DriftColumn>
}

const mostFields = 100
const longestWord = 200
const datePart = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
const numberText = /^-?\d{1,15}(?:\.\d{1,15})?$/

/** Reads a date; undefined when the value is none. Times without a zone are UTC. */
export const readDate = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || value.length > 40 || !datePart.test(value)) return undefined
  const zoned = /[T ]/.test(value) && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(value) ? `${value}Z` : value
  const time = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(time) ? undefined : time
}

/** Reads a number, also one that is written as text, and the length of a list or an object; undefined when the value is none. */
export const readNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'string') return numberText.test(value) ? Number(value) : undefined
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined
}

/** The names of the fields of some rows, in order of the alphabet; at most 100. */
export const fieldsOf = (rows: readonly RecordRow[]): readonly string[] => {
  const names = new Set<string>()
  for (const row of rows) for (const name in row) names.add(name)
  return [...names].sort().slice(0, mostFields)
}

/** Converts rows to columns. A column contains dates or numbers if all its values are, else words. */
export const toRecordTable = (rows: readonly RecordRow[]): RecordTable => ({
  rows: rows.length,
  columns: new Map(fieldsOf(rows).map((name) => [name, readColumn(rows.map((row) => row[name]))])),
})

const readColumn = (cells: readonly unknown[]): DriftColumn =>
  readNumbers(cells, 'number', readNumber) ?? readNumbers(cells, 'date', readDate) ?? readWords(cells)

const readNumbers = (
  cells: readonly unknown[],
  kind: DriftNumberColumn['kind'],
  read: (value: unknown) => number | undefined,
): DriftNumberColumn | undefined => {
  const values = new Float64Array(cells.length).fill(Number.NaN)
  let present = 0
  for (let row = 0; row < cells.length; row += 1) {
    const cell = cells[row]
    if (cell === null || cell === undefined) continue
    const value = read(cell)
    if (value === undefined) return undefined
    values[row] = value
    present += 1
  }
  return present === 0 && kind === 'number' ? undefined : { kind, values, present }
}

const readWords = (cells: readonly unknown[]): CategoryColumn => {
  const codes = new Int32Array(cells.length).fill(-1)
  const byWord = new Map<string, number>()
  const counts: number[] = []
  let present = 0
  for (let row = 0; row < cells.length; row += 1) {
    const cell = cells[row]
    if (cell === null || cell === undefined) continue
    const word = (typeof cell === 'object' ? JSON.stringify(cell) : String(cell)).slice(0, longestWord)
    const code = byWord.get(word) ?? byWord.size
    byWord.set(word, code)
    codes[row] = code
    counts[code] = (counts[code] ?? 0) + 1
    present += 1
  }
  return { kind: 'category', codes, words: [...byWord.keys()], counts, present }
}
