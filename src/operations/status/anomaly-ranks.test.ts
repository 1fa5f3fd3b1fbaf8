import { describe, expect, it } from 'vitest'
import { sampleDetection } from '../../store/samples.conformance.ts'
import { createRanks, pickMostAnomalous } from './anomaly-ranks.ts'

describe('the rank of an anomaly', () => {
  const rankOf = createRanks([
    { severity: 'low', score: 1, count: 60 },
    { severity: 'medium', score: 0.9, count: 30 },
    { severity: 'medium', score: 1, count: 9 },
    { severity: 'high', score: 0.5, count: 1 },
  ])

  it.each([
    ['low', 1, 0],
    ['medium', 0.9, 60],
    ['medium', 1, 90],
    ['high', 0.5, 99],
    ['critical', 0.1, 100],
  ] as const)('of severity %s with a score of %d is %d', (severity, score, rank) =>
    expect(rankOf({ severity, score })).toBe(rank),
  )

  it('is unknown among few', () => {
    expect(createRanks([{ severity: 'low', score: 1, count: 19 }])({ severity: 'high', score: 1 })).toBeNull()
  })
})

describe('pickMostAnomalous', () => {
  it('sorts by severity, then by score', () => {
    const picked = pickMostAnomalous(
      [
        sampleDetection(1, { severity: 'low', score: 1, dedup_key: 'a' }),
        sampleDetection(2, { severity: 'high', score: 0.4, dedup_key: 'b' }),
        sampleDetection(3, { severity: 'high', score: 0.6, dedup_key: 'c' }),
      ],
      2,
    )
    expect(picked.map(({ dedup_key }) => dedup_key)).toEqual(['c', 'b'])
  })

  it('shows the silence of a source and of its programs once', () => {
    const silent = (number: number, stream: string, key: string) =>
      sampleDetection(number, { stream, dedup_key: `${key} ${stream}`, severity: 'medium' })
    const picked = pickMostAnomalous(
      [
        silent(0, 'syslog', 'fewer log lines than usual from'),
        silent(0, 'syslog/db-1/cron', 'fewer log lines than usual from'),
        silent(0, 'syslog/db-1/cron', 'missing run of'),
        silent(0, 'syslog/db-1/cron', 'more errors than usual from'),
        silent(0, 'access.log', 'fewer log lines than usual from'),
        silent(999, 'syslog', 'fewer log lines per day than usual from'),
      ],
      9,
    )
    expect(picked.map(({ stream, dedup_key }) => `${dedup_key.split(' ')[0]} ${stream}`).sort()).toEqual([
      'fewer access.log',
      'fewer syslog',
      'fewer syslog',
      'more syslog/db-1/cron',
    ])
  })
})
