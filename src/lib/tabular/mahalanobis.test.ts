import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import {
  fitMahalanobis,
  type Mahalanobis,
  mahalanobisDistances,
  mahalanobisShares,
  readMahalanobis,
  writeMahalanobis,
} from './mahalanobis.ts'

/** Rows of two nearly equal numbers, and one row that breaks the pattern. */
const together = (rows: number, seed = 1): Float64Array => {
  const random = createRandom(seed)
  const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2
  return Float64Array.from(
    Array.from({ length: rows }, () => normal()).flatMap((shared) => [shared, shared + normal() / 20, normal()]),
  )
}
const learn = (rows: Float64Array, width: number, isClean = false): Mahalanobis => {
  const model = fitMahalanobis(rows, width, { isClean })
  if (!model) throw new Error('The rows are too wide.')
  return model
}

describe('the Mahalanobis distance', () => {
  it('is greater across what goes together than along it', () => {
    const model = learn(together(500), 3)
    const [along = 0, across = 0] = mahalanobisDistances(model, Float64Array.of(1, 1, 0, 1, -1, 0))
    expect(across).toBeGreaterThan(1.8 * along)
    const shares = mahalanobisShares(model, Float64Array.of(1, -1, 0))
    expect(shares[0]).toBeGreaterThan(10 * (shares[2] ?? 0))
  })

  it('is that of the ordinary rows, whatever the others are, unless all are known to be normal', () => {
    const rows = together(500).map((value, at) => (at < 300 ? 8 : value))
    const far = Float64Array.of(8, 8, 8)
    const [ordinary = 0] = mahalanobisDistances(learn(rows, 3), far)
    const [clean = 0] = mahalanobisDistances(learn(rows, 3, true), far)
    expect(ordinary).toBeGreaterThan(1.3 * clean)
  })

  it('is finite for any rows, and the shares of a row sum to its square if none is negative', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 5, maxLength: 100 }),
        (width, values) => {
          const rows = Float64Array.from(values).subarray(0, values.length - (values.length % width))
          const model = learn(rows, width)
          const distances = mahalanobisDistances(model, rows)
          expect(distances.every((distance) => Number.isFinite(distance))).toBe(true)
          const sum = mahalanobisShares(model, rows.subarray(0, width)).reduce((total, share) => total + share, 0)
          expect(sum).toBeGreaterThanOrEqual((distances[0] ?? 0) ** 2 - 1e-6 * (1 + sum))
        },
      ),
      { numRuns: runs(100), seed: 1 },
    )
  })

  it('survives saving', () => {
    const model = learn(together(50), 3)
    const writer = createWriter('test', 1)
    writeMahalanobis(writer, model)
    writeMahalanobis(writer, undefined)
    const reader = createReader(writer.finish(), 'test', 1)
    expect(readMahalanobis(reader)).toEqual(model)
    expect(readMahalanobis(reader)).toBeUndefined()
  })

  it('is left out for rows of hundreds of numbers', () => {
    expect(fitMahalanobis(new Float64Array(2 * 257), 257, { isClean: false })).toBeUndefined()
  })
})
