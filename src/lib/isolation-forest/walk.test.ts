import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { createRandom } from '../random/random.ts'
import { IsolationForest } from './isolation-forest.ts'

/** Scores one row at a time, which is never done in WebAssembly. */
const oneByOne = (forest: IsolationForest, matrix: Float64Array): Float64Array =>
  Float64Array.from({ length: matrix.length / forest.columns }, (_, row) =>
    forest.scoreRow(matrix.subarray(row * forest.columns, (row + 1) * forest.columns)),
  )

describe('the WebAssembly walk', () => {
  it('answers as plain arrays do, to the last bit, whatever the shape', () => {
    const shape = fc.record({
      rows: fc.integer({ min: 64, max: 700 }),
      columns: fc.integer({ min: 1, max: 600 }),
      sampleSize: fc.constantFrom(2, 3, 100, 256, 700),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(shape, ({ rows, columns, sampleSize, seed }) => {
        const random = createRandom(seed)
        const matrix = Float64Array.from({ length: rows * columns }, () => random.next() - 0.5)
        const forest = IsolationForest.fit(matrix, { columns, sampleSize, seed, trees: 12 })
        expect(forest.score(matrix)).toEqual(oneByOne(forest, matrix))
      }),
      { numRuns: runs(25), seed: 3 },
    )
  })

  it('sees the thresholds between neighbouring doubles, and values beyond the floats', () => {
    const edges = [1, 1 + Number.EPSILON, 1 - Number.EPSILON / 2, -1, -1 - Number.EPSILON, 1e300, -1e300, 1e-300]
    const anything = fc.oneof(
      fc.constantFrom(...edges, 0, -0, 16_777_217, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      fc.double({ noNaN: true }),
      fc.float({ noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(anything, { minLength: 128, maxLength: 200 }), (values) => {
        const matrix = Float64Array.from(values.slice(0, values.length & ~1))
        const forest = IsolationForest.fit(matrix, { columns: 2, trees: 10 })
        const rows = matrix.length / 2
        expect(forest.score(matrix)).toEqual(oneByOne(forest, matrix))
        expect(rows).toBeGreaterThanOrEqual(64)
      }),
      { numRuns: runs(200), seed: 4 },
    )
  })

  it('leaves rows that lack a value to the plain arrays', () => {
    const random = createRandom(5)
    const matrix = Float64Array.from({ length: 3000 }, () => (random.next() < 0.001 ? Number.NaN : random.next()))
    const forest = IsolationForest.fit(matrix, { columns: 3, trees: 20 })
    expect(forest.score(matrix)).toEqual(oneByOne(forest, matrix))
  })

  it('gives way where floats cannot distinguish the values', () => {
    const random = createRandom(6)
    const start = 1_700_000_000_000
    const matrix = Float64Array.from({ length: 400 }, () => start + random.below(5000))
    const forest = IsolationForest.fit(matrix, { columns: 1 })
    expect(forest.score(matrix)).toEqual(oneByOne(forest, matrix))
    expect(forest.scoreRow([start + 90_000])).toBeGreaterThan(forest.scoreRow([start + 2500]))
    expect(IsolationForest.load(forest.save()).score(matrix)).toEqual(forest.score(matrix))
  })
})

describe('any forest', () => {
  it('scores rows the same in any order, and never puts a planted outlier last', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, columns) => {
        const random = createRandom(seed)
        const rows = 200
        const matrix = Float64Array.from({ length: rows * columns }, () => random.next() + random.next())
        matrix.fill(30, 0, columns)
        const forest = IsolationForest.fit(matrix, { columns, seed })
        const scores = forest.score(matrix)
        const turned = new Float64Array(matrix.length)
        for (let row = 0; row < rows; row++) {
          turned.set(matrix.subarray(row * columns, (row + 1) * columns), (rows - 1 - row) * columns)
        }
        expect(forest.score(turned)).toEqual(scores.toReversed())
        expect(scores[0]).toBe(Math.max(...scores))
      }),
      { numRuns: runs(30), seed: 8 },
    )
  })
})
