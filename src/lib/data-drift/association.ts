import { isCategorical } from './categorical.ts'
import { climb, type DriftFinding, show } from './finding.ts'
import type { CategoryColumn, DriftColumn, DriftNumberColumn, RecordTable } from './record-table.ts'

const fewest = 20
const mostNumeric = 16
const mostEnums = 8
const mostWords = 20
const sure = 4
const ladder = { medium: 0.3, high: 0.5 }

/** Compares how the fields go together: numbers with numbers, and words with numbers or words. */
export const associationDrift = (before: RecordTable, after: RecordTable): readonly DriftFinding[] => {
  if (before.rows < fewest || after.rows < fewest) return []
  const shared = [...before.columns].flatMap(([name, old]) => {
    const young = after.columns.get(name)
    return young && young.kind === old.kind ? [{ name, old, young }] : []
  })
  const numeric = shared.flatMap((field) => pairOf(field, isNumbers)).slice(0, mostNumeric)
  const enums = shared.flatMap((field) => pairOf(field, isEnum)).slice(0, mostEnums)
  return [
    ...pairs(numeric).flatMap(([a, b]) =>
      compare('correlation', [a.name, b.name], correlation(a.old, b.old), correlation(a.young, b.young)),
    ),
    ...enums.flatMap((a) =>
      numeric.flatMap((b) =>
        compare(
          'enum_correlation',
          [a.name, b.name],
          correlationRatio(a.old, b.old),
          correlationRatio(a.young, b.young),
        ),
      ),
    ),
    ...pairs(enums).flatMap(([a, b]) =>
      compare('enum_correlation', [a.name, b.name], contingency(a.old, b.old), contingency(a.young, b.young)),
    ),
  ]
}

interface Field<Kind> {
  readonly name: string
  readonly old: Kind
  readonly young: Kind
}

const pairOf = <Kind extends DriftColumn>(
  { name, old, young }: Field<DriftColumn>,
  is: (column: DriftColumn) => column is Kind,
): readonly Field<Kind>[] => (is(old) && is(young) ? [{ name, old, young }] : [])

const isNumbers = (column: DriftColumn): column is DriftNumberColumn =>
  column.kind === 'number' && column.present >= fewest
const isEnum = (column: DriftColumn): column is CategoryColumn =>
  column.kind === 'category' && column.words.length >= 2 && column.words.length <= mostWords && isCategorical(column)

const pairs = <Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] =>
  items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const))

/** How strongly two fields go together, −1…1 or 0…1, over so many rows. */
interface Association {
  readonly strength: number
  readonly rows: number
}

const compare = (
  type: 'correlation' | 'enum_correlation',
  fields: readonly [string, string],
  before: Association | undefined,
  after: Association | undefined,
): readonly DriftFinding[] => {
  if (!before || !after) return []
  const change = Math.abs(after.strength - before.strength)
  // Fisher's transformation makes what chance does the same everywhere.
  const apart = Math.abs(fisher(after.strength) - fisher(before.strength))
  if (apart <= sure * Math.sqrt(1 / (before.rows - 3) + 1 / (after.rows - 3))) return []
  const step = climb(change, ladder)
  const [a, b] = fields
  const verb = Math.abs(after.strength) > Math.abs(before.strength) ? 'stronger' : 'weaker'
  return step
    ? [
        {
          type,
          fields,
          ...step,
          value: change,
          before: show(before.strength),
          after: show(after.strength),
          sentence: `${a} and ${b} go together ${verb} than before: ${show(before.strength)} became ${show(after.strength)}.`,
        },
      ]
    : []
}

const fisher = (strength: number): number => Math.atanh(Math.max(-0.999, Math.min(0.999, strength)))

/** Pearson's correlation over the rows that have both numbers. */
const correlation = ({ values: a }: DriftNumberColumn, { values: b }: DriftNumberColumn): Association | undefined => {
  let rows = 0
  let [meanA, meanB, squareA, squareB, product] = [0, 0, 0, 0, 0]
  for (let row = 0; row < a.length; row += 1) {
    const x = a[row] ?? Number.NaN
    const y = b[row] ?? Number.NaN
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    rows += 1
    const [offA, offB] = [x - meanA, y - meanB]
    meanA += offA / rows
    meanB += offB / rows
    squareA += offA * (x - meanA)
    squareB += offB * (y - meanB)
    product += offA * (y - meanB)
  }
  if (rows < fewest || squareA <= 0 || squareB <= 0) return undefined
  return { strength: product / Math.sqrt(squareA * squareB), rows }
}

/** The correlation ratio: how much of a number's variance lies between the words, less what chance puts there (Kelley 1935). */
const correlationRatio = ({ codes, words }: CategoryColumn, { values }: DriftNumberColumn): Association | undefined => {
  const sums = new Float64Array(words.length)
  const counts = new Float64Array(words.length)
  let [rows, sum, squares] = [0, 0, 0]
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? -1
    const value = values[row] ?? Number.NaN
    if (code < 0 || Number.isNaN(value)) continue
    rows += 1
    sum += value
    squares += value * value
    sums[code] = (sums[code] ?? 0) + value
    counts[code] = (counts[code] ?? 0) + 1
  }
  const total = squares - (sum * sum) / rows
  const groups = counts.filter((count) => count > 0).length
  if (rows < fewest || groups < 2 || rows <= groups || !(total > 1e-9 * squares)) return undefined
  let between = -(sum * sum) / rows
  for (let code = 0; code < sums.length; code += 1) {
    const count = counts[code] ?? 0
    if (count > 0) between += (sums[code] ?? 0) ** 2 / count
  }
  const unbiased = 1 - ((1 - between / total) * (rows - 1)) / (rows - groups)
  return { strength: Math.sqrt(Math.max(0, Math.min(1, unbiased))), rows }
}

/** Cramér's V, less what chance does (Bergsma 2013). */
const contingency = (a: CategoryColumn, b: CategoryColumn): Association | undefined => {
  const width = b.words.length
  const cells = new Float64Array(a.words.length * width)
  const [rowSums, columnSums] = [new Float64Array(a.words.length), new Float64Array(width)]
  let rows = 0
  for (let row = 0; row < a.codes.length; row += 1) {
    const [x, y] = [a.codes[row] ?? -1, b.codes[row] ?? -1]
    if (x < 0 || y < 0) continue
    rows += 1
    cells[x * width + y] = (cells[x * width + y] ?? 0) + 1
    rowSums[x] = (rowSums[x] ?? 0) + 1
    columnSums[y] = (columnSums[y] ?? 0) + 1
  }
  const [m, n] = [rowSums, columnSums].map((sums) => sums.filter((sum) => sum > 0).length)
  if (rows < fewest || m === undefined || n === undefined || m < 2 || n < 2) return undefined
  let chi = -1
  for (let x = 0; x < a.words.length; x += 1) {
    for (let y = 0; y < width; y += 1) {
      const expected = (rowSums[x] ?? 0) * (columnSums[y] ?? 0)
      if (expected > 0) chi += (cells[x * width + y] ?? 0) ** 2 / expected
    }
  }
  const phi = Math.max(0, chi - ((m - 1) * (n - 1)) / (rows - 1))
  const least = Math.min(m - (m - 1) ** 2 / (rows - 1), n - (n - 1) ** 2 / (rows - 1)) - 1
  return least > 0 ? { strength: Math.sqrt(Math.min(1, phi / least)), rows } : undefined
}
