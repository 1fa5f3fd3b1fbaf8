import { describe, expect, it } from 'vitest'
import type { Assessment } from '../../../lib/series/series.ts'
import { directionOf } from './deviation.ts'

const hour = 3_600_000
const limits = { threshold: 0.8, least: 20 }

/** The hour after one with 18 errors, where 0 to 3 were usual: the baseline has begun to follow. */
const later = (count: number, facts: Partial<Assessment> = {}) => ({
  bucket: { time: 2 * hour, width: hour, count, first: undefined, last: undefined },
  assessment: {
    score: 0.75,
    expected: 0.3,
    expectedLow: 0,
    expectedHigh: 5,
    direction: 'spike' as const,
    quiet: 0,
    learning: false,
    need: 0,
    ...facts,
  },
})

describe('directionOf', () => {
  it('continues a spike at half the score while the count is above the usual range', () => {
    expect(directionOf(later(20), 'errors', limits)).toBeUndefined()
    expect(directionOf(later(20), 'errors', limits, true)).toBe('spike')
    expect(directionOf(later(6), 'errors', limits, true)).toBe('spike')
  })

  it('ends a spike at a usual count, a low score or while learning', () => {
    expect(directionOf(later(5), 'errors', limits, true)).toBeUndefined()
    expect(directionOf(later(20, { score: 0.39 }), 'errors', limits, true)).toBeUndefined()
    expect(directionOf(later(20, { learning: true }), 'errors', limits, true)).toBeUndefined()
  })
})
