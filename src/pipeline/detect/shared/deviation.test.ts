import { describe, expect, it } from 'vitest'
import type { Judgement } from '../../../lib/series/series.ts'
import { directionOf } from './deviation.ts'

const hour = 3_600_000
const limits = { threshold: 0.8, least: 20 }

/** The hour after one of 18 errors, where 0 to 3 were usual: what is usual has begun to follow. */
const later = (count: number, facts: Partial<Judgement> = {}) => ({
  bucket: { time: 2 * hour, width: hour, count, first: undefined, last: undefined },
  judgement: {
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
  it('lets a spike go on while more than usual comes, half as odd', () => {
    expect(directionOf(later(20), 'errors', limits)).toBeUndefined()
    expect(directionOf(later(20), 'errors', limits, true)).toBe('spike')
    expect(directionOf(later(6), 'errors', limits, true)).toBe('spike')
  })

  it('ends a spike where what comes is usual, hardly odd, or half known', () => {
    expect(directionOf(later(5), 'errors', limits, true)).toBeUndefined()
    expect(directionOf(later(20, { score: 0.39 }), 'errors', limits, true)).toBeUndefined()
    expect(directionOf(later(20, { learning: true }), 'errors', limits, true)).toBeUndefined()
  })
})
