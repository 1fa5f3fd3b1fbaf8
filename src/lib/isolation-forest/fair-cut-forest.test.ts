import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { StateError } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { FairCutForest } from './fair-cut-forest.ts'

/** Rows around the origin, nearly normal. */
const cloud = (rows: number, columns: number, seed: number): Float64Array => {
  const random = createRandom(seed)
  const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2
  return Float64Array.from({ length: rows * columns }, normal)
}
/** Scores one row at a time, which is never done in WebAssembly. */
const oneByOne = (forest: FairCutForest, matrix: Float64Array): Float64Array =>
  Float64Array.from({ length: matrix.length / forest.columns }, (_, row) =>
    forest.scoreRow(matrix.subarray(row * forest.columns, (row + 1) * forest.columns)),
  )

describe('scores', () => {
  it('finds what is far out, and what breaks a dependence', () => {
    const line = cloud(600, 1, 1)
    const noise = cloud(600, 1, 2)
    const matrix = Float64Array.from(
      { length: 1200 },
      (_, i) => (line[i >> 1] ?? 0) + 0.05 * (i & 1) * (noise[i >> 1] ?? 0),
    )
    const forest = FairCutForest.fit(matrix, { columns: 2 })
    expect(forest.scoreRow([9, -9])).toBeGreaterThan(0.62)
    expect(forest.scoreRow([0, 0])).toBeLessThan(0.53)
    expect(forest.scoreRow([0.6, -0.6])).toBeGreaterThan(forest.scoreRow([0.6, 0.6]) + 0.02)
  })

  it('answers in WebAssembly as with plain arrays, to the last bit, whatever the numbers', () => {
    const value = fc.oneof(fc.double(), fc.float({ noNaN: true }), fc.integer(), fc.constantFrom(1e300, -1e300, 0, 1))
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(value, { minLength: 400, maxLength: 900 }),
        (columns, values) => {
          const matrix = Float64Array.from(values.slice(0, values.length - (values.length % columns)))
          const forest = FairCutForest.fit(matrix, { columns, trees: 8, sampleSize: 64 })
          const scores = forest.score(matrix)
          expect(scores).toEqual(oneByOne(forest, matrix))
          expect(FairCutForest.load(forest.save()).score(matrix)).toEqual(scores)
          for (const score of scores) expect(score > 0 && score <= 1).toBe(true)
        },
      ),
      { numRuns: runs(30), seed: 2 },
    )
  })

  it('scores rows the same in any order, and never puts a planted outlier last', needs(deepRun), () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, columns) => {
        const matrix = cloud(200, columns, seed)
        matrix.fill(30, 0, columns)
        const forest = FairCutForest.fit(matrix, { columns, seed })
        const scores = forest.score(matrix)
        const turned = new Float64Array(matrix.length)
        for (let row = 0; row < 200; row++) {
          turned.set(matrix.subarray(row * columns, (row + 1) * columns), (199 - row) * columns)
        }
        expect(forest.score(turned)).toEqual(scores.toReversed())
        expect(scores[0]).toBe(Math.max(...scores))
        expect(FairCutForest.fit(matrix, { columns, seed }).score(matrix)).toEqual(scores)
      }),
      { numRuns: runs(20), seed: 8 },
    )
  })

  it('says 0.5 or so of rows that are all alike, and takes a table of one row', () => {
    expect(FairCutForest.fit(new Float64Array(300), { columns: 3 }).scoreRow([0, 0, 0])).toBeCloseTo(0.5, 5)
    expect(FairCutForest.fit(Float64Array.of(7), { columns: 1 }).scoreRow([9])).toBe(0.5)
  })

  it.each([
    [new Float64Array(0), { columns: 2 }],
    [new Float64Array(5), { columns: 2 }],
    [new Float64Array(4), { columns: 0 }],
    [new Float64Array(4), { columns: 2, trees: 0 }],
    [new Float64Array(4), { columns: 2, gainShare: 2 }],
  ])('refuses what is no matrix', (matrix, options) => {
    expect(() => FairCutForest.fit(matrix, options)).toThrow(RangeError)
  })
})

describe('missing values and categories', () => {
  it('takes a missing value for a middling one', () => {
    const forest = FairCutForest.fit(cloud(800, 2, 3), { columns: 2 })
    expect(forest.scoreRow([Number.NaN, 0])).toBeLessThan(forest.scoreRow([1.8, 0]))
    expect(forest.scoreRow([])).toBeLessThan(0.55)
  })

  it('splits categories by subsets: the rare and the never seen are anomalous, whatever their codes', () => {
    const random = createRandom(4)
    const matrix = Float64Array.from({ length: 1000 }, () => (random.next() < 0.01 ? 5 : random.next() < 0.5 ? 0 : 9))
    const forest = FairCutForest.fit(matrix, { columns: 1, categories: [0], trees: 200 })
    const [common, other, rare, never] = [[0], [9], [5], [4]].map((row) => forest.scoreRow(row))
    expect(Math.abs((common ?? 0) - (other ?? 0))).toBeLessThan(0.1)
    expect(rare).toBeGreaterThan(Math.max(common ?? 0, other ?? 0) + 0.1)
    expect(never).toBeGreaterThan(Math.max(common ?? 0, other ?? 0) + 0.1)
    expect(FairCutForest.load(forest.save()).score(matrix)).toEqual(forest.score(matrix))
  })
})

describe('explanations', () => {
  it('sum to the excess over the baseline, and name the anomalous column', () => {
    const forest = FairCutForest.fit(cloud(1000, 5, 4), { columns: 5 })
    for (let column = 0; column < 5; column++) {
      const row = [0, 0, 0, 0, 0]
      row[column] = 8
      const parts = forest.explain(row)
      expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(forest.scoreRow(row) - forest.baseline, 9)
      expect(parts.indexOf(Math.max(...parts))).toBe(column)
    }
  })
})

describe('a sliding window', () => {
  it('makes usual what has become so, and forgets what has gone', () => {
    const forest = FairCutForest.fit(cloud(500, 2, 5), { columns: 2, sampleSize: 128 })
    const before = forest.scoreRow([6, 6])
    const moved = cloud(500, 2, 6).map((value) => value + 6)
    for (let i = 0; i < 4; i++) forest.renew(moved, 25)
    expect(before).toBeGreaterThan(0.6)
    expect(forest.scoreRow([6, 6])).toBeLessThan(0.53)
    expect(forest.scoreRow([0, 0])).toBeGreaterThan(0.6)
    expect(() => forest.renew(new Float64Array(20), 5)).toThrow(RangeError)
  })

  it('goes on after a save as it would have without', () => {
    const forest = FairCutForest.fit(cloud(300, 2, 7), { columns: 2, trees: 20 })
    const loaded = FairCutForest.load(forest.save())
    const rows = cloud(300, 2, 8)
    for (const one of [forest, loaded]) one.renew(rows, 5)
    expect(loaded.score(rows)).toEqual(forest.score(rows))
    expect(loaded.save()).toEqual(forest.save())
    expect(forest.save().length).toBeLessThan(200_000)
  })

  it('refuses damaged states', () => {
    const state = FairCutForest.fit(cloud(100, 2, 6), { columns: 2, trees: 3 }).save()
    expect(() => FairCutForest.load(state.subarray(0, state.length - 5))).toThrow(StateError)
    expect(() => FairCutForest.load(new Uint8Array(40))).toThrow(StateError)
  })
})
