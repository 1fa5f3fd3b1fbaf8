import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyzerFeatures, batchScore } from './log-batch.ts'

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
