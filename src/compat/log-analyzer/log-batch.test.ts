import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchScore, fitBatchModel } from './batch-model.ts'
import { analyzerFeatures } from './log-batch.ts'

const score = (failed_logins: number, error_rate: number) => batchScore({ failed_logins, error_rate })

describe('the score of a batch of logs', () => {
  it('is high where an attack or a fault shows, and near 0 in quiet', () => {
    for (const [failed, rate] of [
      [2, 0.667],
      [10, 0.5],
      [12, 1],
      [20, 1],
      [100, 1],
      [50, 0],
      [0, 0.5],
    ] as const) {
      expect(score(failed, rate), `${failed} failed, ${rate} errors`).toBeGreaterThan(0.8)
    }
    expect(score(0, 0)).toBe(0)
    expect(score(1, 0.05)).toBeLessThan(0.2)
    expect(score(3, 0.1)).toBeLessThan(0.8)
  })

  it('never falls when failures or errors are added, and stays within 0 and 1', () => {
    const failures = fc.integer({ min: 0, max: 5_000 })
    const rates = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(failures, failures, rates, rates, (a, b, x, y) => {
        const less = score(Math.min(a, b), Math.min(x, y))
        const more = score(Math.max(a, b), Math.max(x, y))
        expect(more).toBeGreaterThanOrEqual(less)
        expect(less).toBeGreaterThanOrEqual(0)
        expect(more).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('counts levels in any case, and failed logins as the analyser words them', () => {
    const log = (level: string, message: string) => ({ timestamp: 't', service: 'auth', level, message })
    expect(
      analyzerFeatures([
        log('error', 'FailedLogin for bob'),
        log('WARN', 'auth failure'),
        log('info', 'authentication failed login'),
        log('info', 'authentication failure'),
        log('Error', 'Invalid password'),
      ]),
    ).toEqual({ count: 5, warn_count: 1, error_count: 2, failed_login_count: 4, services: ['auth'] })
  })
})

describe('a model that was trained on batches', () => {
  /** A source of numbers between 0 and 1, the same in each run. */
  const random = () => {
    let state = 7
    return () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return state / 2 ** 31
    }
  }
  /** Batches of a site where users often mistype their passwords, in bursts, and a tenth of the lines are errors. */
  const busy = (count: number, next: () => number) =>
    Array.from({ length: count }, () => ({
      failed_logins: Math.floor(-Math.log(1 - next()) * 8),
      error_rate: 0.1 + (next() + next() + next() - 1.5) * 0.08,
    }))

  it('takes what is usual there for usual, and still finds what is not', () => {
    const next = random()
    const model = fitBatchModel(busy(2_000, next))
    const unseen = busy(5_000, next)
    const alarms = (score: typeof batchScore) => unseen.filter((one) => score(one) > 0.8).length / unseen.length
    expect(alarms((one) => batchScore(one))).toBeGreaterThan(0.3)
    expect(alarms((one) => batchScore(one, model))).toBeLessThan(0.02)
    expect(batchScore({ failed_logins: 80, error_rate: 0.1 }, model)).toBeGreaterThan(0.8)
    expect(batchScore({ failed_logins: 8, error_rate: 0.8 }, model)).toBeGreaterThan(0.8)
  })

  it('finds the first failures of a quiet system', () => {
    const model = fitBatchModel(Array.from({ length: 60 }, () => ({ failed_logins: 0, error_rate: 0 })))
    expect(batchScore({ failed_logins: 0, error_rate: 0 }, model)).toBe(0)
    expect(batchScore({ failed_logins: 3, error_rate: 0 }, model)).toBeGreaterThan(0.8)
    expect(batchScore({ failed_logins: 2, error_rate: 0.667 }, model)).toBeGreaterThan(0.8)
  })

  it('never scores more failures lower, whatever it was trained on', () => {
    const features = fc.record({
      failed_logins: fc.integer({ min: 0, max: 20_000 }),
      error_rate: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(features, { minLength: 1, maxLength: 60 }), features, features, (seen, a, b) => {
        const model = fitBatchModel(seen)
        const [less, more] = [Math.min, Math.max].map((pick) =>
          batchScore(
            { failed_logins: pick(a.failed_logins, b.failed_logins), error_rate: pick(a.error_rate, b.error_rate) },
            model,
          ),
        )
        expect(more).toBeGreaterThanOrEqual(less ?? 0)
        expect(more).toBeLessThanOrEqual(1)
        expect(less).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
