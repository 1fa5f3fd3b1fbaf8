import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { duration } from '../../../lib/units/duration.ts'
import { number, plural } from '../../../lib/units/number.ts'
import { type EventSample, keepSample, toEvidence } from './evidence.ts'
import { list, quote, range, toContributions } from './explanation.ts'
import { type Finding, toDetection } from './finding.ts'
import { readSample, readSampleFields, writeSample, writeSampleFields } from './sample-state.ts'
import { binomialTail, toProbability, toScore } from './score.ts'
import { someEvent, someTime } from './some-events.ts'
import { readState } from './state.ts'

const finding = (facts: Partial<Finding> = {}): Finding => ({
  detector: 'test',
  type: 'other',
  source: 'auth',
  stream: 'auth/web-01',
  subject: 'a',
  start: someTime,
  from: someTime,
  to: someTime,
  score: 0.5,
  severity: 'high',
  title: 'A title',
  sentence: 'A sentence.',
  value: '1',
  usual: '0',
  reasons: [{ feature: 'a', value: '1', usual: '0', pull: 1 }],
  evidence: [toEvidence(someEvent(1, someTime))],
  events: 1,
  entities: [],
  key: 'a',
  learning: false,
  ...facts,
})

describe('a finding', () => {
  it('has the same id for the same subject only', () => {
    const { id } = toDetection(finding())
    expect(toDetection(finding({ score: 0.9, title: 'Grown' })).id).toBe(id)
    for (const other of [{ subject: 'b' }, { start: someTime + 1 }, { stream: 'c' }, { detector: 'd' }]) {
      expect(toDetection(finding(other)).id).not.toBe(id)
    }
  })

  it('is at most low while learning', () => {
    expect(toDetection(finding({ learning: true })).severity).toBe('low')
    expect(toDetection(finding({ learning: true, severity: 'info' })).severity).toBe('info')
  })

  it('removes control and bidirectional characters from names', () => {
    const found = toDetection(
      finding({ title: 'root\r\n\u202eevil\u0000', entities: [{ type: 'user', value: 'a\nb' }] }),
    )
    expect(found.title).toBe('root evil ')
    expect(found.entities).toEqual([{ type: 'user', value: 'a b' }])
  })

  it('cuts lines at 1,000 characters', () => {
    const long = someEvent(1, someTime, { original: 'x'.repeat(5000) })
    expect(toEvidence(long).line).toHaveLength(1000)
    expect(keepSample(long).original).toHaveLength(1000)
  })

  it('shows a structured record in one readable line, also after a restart, and if its message is cut off', () => {
    const original = JSON.stringify({ a: 'x'.repeat(2000), summary: 'forged', message: 'payment failed' })
    const event = someEvent(1, Date.parse('2026-03-03T09:00:00.123Z'), {
      original,
      message: 'payment failed',
      fields: { 'service.name': 'pay', summary: 'forged' },
    })
    const summary = '2026-03-03T09:00:00Z pay: payment failed'
    const kept = keepSample(event)
    for (const sample of [event, kept, keepSample(kept)]) expect(toEvidence(sample).summary).toBe(summary)
    const writer = createWriter('test', 1)
    const written: EventSample[] = []
    for (const sample of [event, kept]) writeSample(writer, sample, written)
    writeSampleFields(writer, written)
    readState(writer.finish(), 'test', 1, (reader) => {
      const read: EventSample[] = []
      readSample(reader, read)
      readSample(reader, read)
      readSampleFields(reader, read)
      expect(read.map((sample) => toEvidence(sample).summary)).toEqual([summary, summary])
    })
    expect(toEvidence(someEvent(1, someTime, { fields: { summary: 'forged' } })).summary).toBeUndefined()
  })
})

describe('contributions', () => {
  it('add up to the score, whatever the pulls', () => {
    const pulls = fc.array(fc.double({ min: -5, max: 50, noNaN: true }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), pulls, (score, some) => {
        const parts = toContributions(
          score,
          some.map((pull, i) => ({ feature: `f${i}`, value: '1', usual: '0', pull })),
        )
        const sum = parts.reduce((total, { weight }) => total + weight, 0)
        expect(Math.abs(sum - score)).toBeLessThanOrEqual(0.001)
        expect(parts).toHaveLength(some.length)
      }),
    )
  })
})

describe('scores', () => {
  it('follow the probability: one in a million is 0.75', () => {
    expect(toScore(1e-6)).toBeCloseTo(0.75)
    expect([toScore(1), toScore(0)]).toEqual([0, 1])
    expect(toScore(toProbability(0.6))).toBeCloseTo(0.6)
  })

  it('bound the binomial tail from above, exactly if all hit', () => {
    expect(binomialTail(10, 10, 0.25)).toBeCloseTo(10 * Math.log10(0.25))
    expect(binomialTail(2, 10, 0.25)).toBe(0)
    // P(X >= 8 of 10) at 0.25 is 4.16e-4.
    expect(binomialTail(8, 10, 0.25)).toBeGreaterThanOrEqual(Math.log10(4.16e-4))
    expect(binomialTail(8, 10, 0.25)).toBeLessThan(-2)
  })
})

describe('formatting', () => {
  it('writes numbers, durations and lists for people', () => {
    expect([number(1234567), number(0.25), number(12.34), number(0)]).toEqual(['1,234,567', '0.25', '12.3', '0'])
    expect([plural(1, 'failed login'), plural(286, 'failed login')]).toEqual(['1 failed login', '286 failed logins'])
    expect([range(0, 3), range(2, 2)]).toEqual(['0–3', '2'])
    expect([45, 90, 600, 7200, 5400, 86_400, 260_000].map((s) => duration(s * 1000))).toEqual([
      '45 seconds',
      '90 seconds',
      '10 minutes',
      '2 hours',
      '90 minutes',
      '1 day',
      '3 days',
    ])
    expect([list(['a']), list(['a', 'b']), list(['a', 'b', 'c', 'd', 'e'])]).toEqual([
      'a',
      'a and b',
      'a, b, c and 2 more',
    ])
    expect(quote('a\n  b\tc')).toBe('“a b c”')
  })
})
