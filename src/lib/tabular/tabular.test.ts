import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { casesOf, deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { StateError } from '../bytes/codec.ts'
import { rankingOf } from '../quality/ranking.ts'
import { createRandom } from '../random/random.ts'
import { type Column, matrixTable, type Table } from './table.ts'
import { fitTable, loadTable, scoreMatrix, scoreTable } from './tabular.ts'

/** Rows around the origin, nearly normal, the first one far out. */
const planted = (rows: number, columns: number, seed: number): Float64Array => {
  const random = createRandom(seed)
  const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2
  return Float64Array.from({ length: rows * columns }, normal).fill(20, 0, columns)
}

const anyColumn = (rows: number): fc.Arbitrary<Column> =>
  fc.oneof(
    fc
      .array(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1e300, Number.NaN)), {
        minLength: rows,
        maxLength: rows,
      })
      .map((values) => ({ name: 'n', values: Float64Array.from(values) })),
    fc
      .array(fc.integer({ min: -1, max: 3 }), { minLength: rows, maxLength: rows })
      .map((codes) => ({ name: 'w', codes: Int32Array.from(codes), words: ['a', 'b', 'ж', ''] })),
    fc.constant({ name: 'c', values: new Float64Array(rows).fill(7) }),
  )
const anyTable: fc.Arbitrary<Table> = fc
  .integer({ min: 1, max: 60 })
  .chain((rows) => fc.array(anyColumn(rows), { minLength: 1, maxLength: 5 }).map((columns) => ({ rows, columns })))

describe('scores', () => {
  it('put a planted outlier first, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, columns) => {
        const scores = scoreMatrix(planted(120, columns, seed), columns, { seed })
        expect(scores[0]).toBe(Math.max(...scores))
        expect(scores[0]).toBeGreaterThan(0.98)
      }),
      { numRuns: runs(12), seed: 1 },
    )
  })

  it('are within 0 and 1 for any table, the same again, and the same after save and load', () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        const model = fitTable(table)
        const scores = model.score(table)
        for (const score of [...scores, ...scoreTable(table)]) expect(score >= 0 && score <= 1).toBe(true)
        expect(fitTable(table).score(table)).toEqual(scores)
        const loaded = loadTable(model.save())
        expect(loaded.score(table)).toEqual(scores)
        expect(loaded.save()).toEqual(model.save())
      }),
      { numRuns: runs(25), seed: 2 },
    )
  })

  it('do not depend on the rows beside, nor on their order', () => {
    const table = matrixTable(planted(300, 3, 5), 3)
    const model = fitTable(table)
    const scores = model.score(table)
    for (let row = 0; row < 300; row += 37) {
      const cells = table.columns.map((column) => ('values' in column ? column.values[row] : undefined))
      expect(model.scoreRow(cells)).toBe(scores[row])
    }
    const reversed = matrixTable(planted(300, 3, 5).reverse(), 3)
    const turned = { ...reversed, columns: reversed.columns.toReversed() }
    expect(model.score(turned)).toEqual(scores.toReversed())
  })

  it('say about how rare a row is: one in twenty scores above 0.95 or so', needs(deepRun), () => {
    const rows = planted(4000, 4, 6)
    const model = fitTable(matrixTable(rows, 4))
    const fresh = model.score(matrixTable(planted(4000, 4, 7), 4))
    expect(fresh.filter((score) => score > 0.95).length / 4000).toBeLessThan(0.06)
    expect(fresh.filter((score) => score > 0.5).length / 4000).toBeGreaterThan(0.4)
  })

  it('find a row whose numbers are usual but do not go together, and explain it by them', () => {
    const random = createRandom(12)
    const rows = Array.from({ length: 400 }, (_, row) => {
      const shared = row === 0 ? 0.1 : random.next()
      const near = (): number => shared + random.next() / 20
      return [near(), near(), row === 0 ? 0.9 : near(), near(), random.next()]
    })
    const table = matrixTable(Float64Array.from(rows.flat()), 5)
    const scores = scoreTable(table)
    expect(scores[0]).toBe(Math.max(...scores))
    const [top] = fitTable(table)
      .explain(rows[0] ?? [])
      .toSorted((a, b) => b.part - a.part)
    expect(top?.column).toBe('column 2')
  })

  it('rank a far cluster, and a row in the gap between two groups, among the first 2 %', needs(deepRun), () => {
    const random = createRandom(8)
    const matrix = Float64Array.from({ length: 1010 * 2 }, (_, i) => {
      const row = i >> 1
      if (row < 9) return 12 + random.next() / 10
      if (row === 9) return 3
      return (row % 2) * 6 + random.next()
    })
    const order = [...scoreMatrix(matrix, 2)]
      .map((score, row) => ({ score, row }))
      .toSorted((a, b) => b.score - a.score)
    // The corners of the groups come among them, because rows seldom lie there.
    const first = order.slice(0, 20).map(({ row }) => row)
    expect(first).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
  })
})

describe('anomalous rows among those that are learnt', () => {
  /** A twelfth of the rows lie close together, a little way off. */
  const rows = 1200
  const isOff = (row: number): boolean => row % 12 === 0
  const random = createRandom(11)
  const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2
  const table = matrixTable(
    Float64Array.from({ length: rows * 4 }, (_, at) => (isOff(at >> 2) ? 2.5 + 0.3 * normal() : normal())),
    4,
  )

  it('do not hide one another', needs(deepRun), () => {
    for (const seed of casesOf([1, 2, 3])) {
      const scores = scoreTable(table, { seed })
      const { auc } = rankingOf(
        Array.from(scores, (_, row) => isOff(row)),
        scores,
      )
      expect(auc).toBeGreaterThan(0.99)
    }
  })

  it('are usual all the same when the table is known to be clean', needs(deepRun), () => {
    const fresh = [2.5, 2.5, 2.5, 2.5]
    const clean = fitTable(table, { isClean: true })
    expect(clean.scoreRow(fresh)).toBeLessThan(fitTable(table).scoreRow(fresh))
    expect(loadTable(clean.save()).scoreRow(fresh)).toBe(clean.scoreRow(fresh))
  })
})

describe('words, missing cells and extremes', () => {
  const rows = 500
  const random = createRandom(9)
  const table: Table = {
    rows,
    columns: [
      { name: 'size', values: Float64Array.from({ length: rows }, (_, row) => (row === 3 ? 1e200 : random.next())) },
      {
        name: 'protocol',
        codes: Int32Array.from({ length: rows }, (_, row) => (row === 7 ? 2 : row & 1)),
        words: ['tcp', 'udp', 'gre'],
      },
      { name: 'fixed', values: new Float64Array(rows).fill(1) },
    ],
  }

  it(
    'finds a rare word and an extreme number, and takes words that it never saw for rarer still',
    needs(deepRun),
    () => {
      const scores = scoreTable(table)
      const rank = (row: number) => scores.filter((score) => score > (scores[row] ?? 0)).length
      expect(rank(3)).toBeLessThan(10)
      expect(rank(7)).toBeLessThan(3)
      const model = fitTable(table)
      expect(model.scoreRow([0.5, 'icmp', 1])).toBeGreaterThan(model.scoreRow([0.5, 'tcp', 1]) + 0.2)
      expect(model.scoreRow([undefined, 'tcp', 1])).toBeLessThan(0.9)
    },
  )

  it('takes another value for news where all were the same', () => {
    const model = fitTable(table)
    expect(model.scoreRow([0.5, 'tcp', 2])).toBeGreaterThan(model.scoreRow([0.5, 'tcp', 1]) + 0.2)
    const parts = model.explain([0.5, 'tcp', 2]).toSorted((a, b) => b.part - a.part)
    expect(parts[0]?.column).toBe('fixed')
  })

  it('explains by columns: the parts sum to the excess over a half', needs(deepRun), () => {
    const model = fitTable(table)
    for (const cells of [
      [0.5, 'gre', 1],
      [40, 'tcp', 1],
      [0.5, 'udp', 1],
    ]) {
      const sum = model.explain(cells).reduce((total, { part }) => total + part, 0)
      expect(sum).toBeCloseTo(model.scoreRow(cells) - 0.5, 9)
    }
    const top = (cells: (string | number)[]) => model.explain(cells).toSorted((a, b) => b.part - a.part)[0]?.column
    expect(top([0.5, 'gre', 1])).toBe('protocol')
    expect(model.columns).toEqual(['size', 'protocol', 'fixed'])
  })

  it('takes a table of one row, or of equal rows', () => {
    expect(scoreMatrix(Float64Array.of(1, 2), 2)).toHaveLength(1)
    expect(new Set(scoreMatrix(new Float64Array(200), 2)).size).toBe(1)
    expect(() => scoreMatrix(new Float64Array(0), 2)).toThrow(RangeError)
    expect(() => fitTable({ rows: 3, columns: [] })).toThrow(RangeError)
    expect(() => loadTable(new Uint8Array(30))).toThrow(StateError)
  })
})
