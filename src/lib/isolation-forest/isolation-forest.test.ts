import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { needs, sharedData } from '../../../test/needs.ts'
import { StateError } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { IsolationForest } from './isolation-forest.ts'
import { averagePathLength } from './path-length.ts'

/** Rows around the origin, nearly normal. */
const cloud = (rows: number, columns: number, seed: number): Float64Array => {
  const random = createRandom(seed)
  const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2
  return Float64Array.from({ length: rows * columns }, normal)
}

describe('scores', () => {
  it('finds what is far out, and calls the middle ordinary', () => {
    const forest = IsolationForest.fit(cloud(1000, 3, 1), { columns: 3 })
    expect(forest.scoreRow([0, 0, 0])).toBeLessThan(0.45)
    expect(forest.scoreRow([9, -9, 9])).toBeGreaterThan(0.7)
  })

  it('is the same forest for the same seed, and another for another', () => {
    const matrix = cloud(500, 4, 2)
    const scores = (seed: number) => IsolationForest.fit(matrix, { columns: 4, seed }).score(matrix)
    expect(scores(5)).toEqual(scores(5))
    expect(scores(5)).not.toEqual(scores(6))
  })

  it('scores a matrix as it scores its rows', () => {
    const matrix = cloud(700, 2, 3)
    matrix[11] = Number.NaN
    const forest = IsolationForest.fit(matrix, { columns: 2, trees: 30 })
    const scores = forest.score(matrix)
    for (let row = 0; row < 700; row++) {
      expect(scores[row]).toBeCloseTo(forest.scoreRow(matrix.subarray(row * 2, row * 2 + 2)), 12)
    }
  })

  it('sends a missing value where more of the points went', () => {
    // 90 of 100 rows lie on the right of any split of the first column, so a missing value is taken for one of them.
    const matrix = Float64Array.from({ length: 100 }, (_, row) => (row < 10 ? 0 : 10 + row / 1000))
    const forest = IsolationForest.fit(matrix, { columns: 1, trees: 200 })
    expect(forest.scoreRow([Number.NaN])).toBeLessThan(forest.scoreRow([0]))
    expect(forest.scoreRow([Number.NaN])).toBeLessThanOrEqual(forest.scoreRow([10.05]))
  })

  it('agrees with the formula where it is simple: two points, one split', () => {
    // Each tree parts the two points at depth 1, and c(2) is 1.
    const forest = IsolationForest.fit(Float64Array.of(0, 1), { columns: 1, trees: 10 })
    expect(forest.scoreRow([0])).toBeCloseTo(0.5, 12)
    expect(IsolationForest.fit(Float64Array.of(7), { columns: 1 }).scoreRow([9])).toBe(0.5)
    expect(averagePathLength(256)).toBeCloseTo(10.244770920116851, 9)
  })

  it('says 0.5 or so of rows that are all alike', () => {
    const forest = IsolationForest.fit(new Float64Array(300), { columns: 3 })
    expect(forest.scoreRow([0, 0, 0])).toBeCloseTo(0.5, 5)
    expect(forest.explain([0, 0, 0])).toEqual([0, 0, 0])
  })

  it.each([
    [new Float64Array(0), { columns: 2 }],
    [new Float64Array(5), { columns: 2 }],
    [new Float64Array(4), { columns: 0 }],
    [new Float64Array(4), { columns: 2, trees: 0 }],
  ])('refuses what is no matrix', (matrix, options) => {
    expect(() => IsolationForest.fit(matrix, options)).toThrow(RangeError)
  })

  it('takes any number there is, and stays within 0 and 1', () => {
    const anything = fc.double({ noNaN: false, noDefaultInfinity: false })
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, anything), { minLength: 1, maxLength: 60 }), (rows) => {
        const matrix = Float64Array.from(rows.flat())
        const forest = IsolationForest.fit(matrix, { columns: 2, trees: 10 })
        const loaded = IsolationForest.load(forest.save())
        expect(loaded.score(matrix)).toEqual(forest.score(matrix))
        for (const score of forest.score(matrix)) expect(score > 0 && score <= 1).toBe(true)
        for (const row of rows) {
          const sum = forest.explain(row).reduce((a, b) => a + b, 0)
          expect(sum).toBeCloseTo(forest.scoreRow(row) - forest.baseline, 6)
        }
      }),
      { numRuns: runs(200), seed: 7 },
    )
  })
})

describe('explanations', () => {
  it('sum to the excess over the baseline, and name the anomalous column', () => {
    const matrix = cloud(1000, 5, 4)
    const forest = IsolationForest.fit(matrix, { columns: 5 })
    for (let column = 0; column < 5; column++) {
      const row = [0, 0, 0, 0, 0]
      row[column] = 8
      const parts = forest.explain(row)
      expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(forest.scoreRow(row) - forest.baseline, 9)
      expect(parts.indexOf(Math.max(...parts))).toBe(column)
      expect(parts[column]).toBeGreaterThan(0.05)
    }
    expect(forest.baseline).toBeGreaterThan(0.3)
    expect(forest.baseline).toBeLessThan(0.55)
  })
})

describe('saved forests', () => {
  it('score and explain as before', () => {
    const matrix = cloud(400, 3, 5)
    const forest = IsolationForest.fit(matrix, { columns: 3 })
    const state = forest.save()
    const loaded = IsolationForest.load(state)
    expect(loaded.score(matrix)).toEqual(forest.score(matrix))
    expect(loaded.explain([1, 2, Number.NaN])).toEqual(forest.explain([1, 2, Number.NaN]))
    expect(loaded.save()).toEqual(state)
    expect(state.length).toBeLessThan(1_000_000)
  })

  it('are refused when they are damaged', () => {
    const state = IsolationForest.fit(cloud(100, 2, 6), { columns: 2, trees: 3 }).save()
    expect(() => IsolationForest.load(state.subarray(0, state.length - 5))).toThrow(StateError)
    expect(() => IsolationForest.load(new Uint8Array(40))).toThrow(StateError)
  })
})

const adbench = sharedData('data/adbench')

describe('labelled tables', needs(adbench), () => {
  it.each([
    ['4_breastw', 0.97],
    ['6_cardio', 0.89],
    ['38_thyroid', 0.96],
    ['31_satimage-2', 0.985],
  ])('%s: area under the ROC curve above %d', (name, floor) => {
    const rows = gunzipSync(readFileSync(resolve(adbench.path, `${name}.csv.gz`)))
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number))
    const columns = (rows[0]?.length ?? 0) - 1
    const matrix = Float64Array.from(rows.flatMap((row) => row.slice(0, columns)))
    const scores = IsolationForest.fit(matrix, { columns, seed: 1 }).score(matrix)
    expect(
      areaUnderCurve(
        rows.map((row) => row[columns] === 1),
        scores,
      ),
    ).toBeGreaterThan(floor)
  })
})

/** The share of pairs of an anomalous and an ordinary row that are in the right order; ties count half. */
const areaUnderCurve = (odd: readonly boolean[], scores: ArrayLike<number>): number => {
  const ordinary = odd.flatMap((isOdd, row) => (isOdd ? [] : [scores[row] ?? 0])).sort((a, b) => a - b)
  const below = (score: number, orEqual: boolean): number => {
    let low = 0
    let high = ordinary.length
    while (low < high) {
      const middle = (low + high) >> 1
      const value = ordinary[middle] ?? 0
      if (value < score || (orEqual && value === score)) low = middle + 1
      else high = middle
    }
    return low
  }
  const shares = odd.flatMap((isOdd, row) =>
    isOdd ? [(below(scores[row] ?? 0, false) + below(scores[row] ?? 0, true)) / 2 / ordinary.length] : [],
  )
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}
