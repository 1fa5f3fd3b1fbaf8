import { describe, expect, it } from 'vitest'
import { generateBatchJobs, generateHourlyJobs } from '../scripts/weeks/batch-jobs.ts'
import { generateDomainDays } from '../scripts/weeks/domain-day.ts'
import { generateFrequentJobs } from '../scripts/weeks/frequent-jobs.ts'
import { generateFurtherDegradations, generateQuietServices } from '../scripts/weeks/further-degradations.ts'
import { judgeWeeks } from '../scripts/weeks/judge-weeks.ts'
import { generateNoisyApps } from '../scripts/weeks/noisy-apps.ts'
import { generateQuietNumbers, generateSuddenChanges } from '../scripts/weeks/sudden-changes.ts'
import {
  generateDegradations,
  generateDeployErrors,
  generateJobs,
  generateQuietTraffic,
  generateSilences,
} from '../scripts/weeks/weeks.ts'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

// Weeks of generated logs, each with its own traffic, rhythm, noise and format. docs/quality.md says how many of them are found.

describe('generated weeks of logs', () => {
  it('show slow degradations as incidents', needs(deepRun), async () => {
    const judged = await judgeWeeks([1, 2].flatMap(generateDegradations))
    const missed = judged.filter(({ found }) => !found).map(({ name }) => name)
    expect(missed.length).toBeLessThanOrEqual(1)
    expect(judged.flatMap(({ others }) => others)).toEqual([])
  })

  it('show silences, repeated new errors, and jobs that are late as incidents', needs(deepRun), async () => {
    const judged = await judgeWeeks([...generateSilences(1), ...generateDeployErrors(1), ...generateJobs(1)])
    expect(judged.filter(({ found }) => found === false).map(({ name }) => name)).toEqual([])
    expect(judged.flatMap(({ others }) => others).length).toBeLessThanOrEqual(1)
  })

  it('show batch jobs that are late, missing, failed or hours longer as incidents', needs(deepRun), async () => {
    const judged = await judgeWeeks(generateBatchJobs(1))
    // Of 22: a nightly run that takes hours longer is not found.
    expect(judged.filter(({ found }) => found === false).length).toBeLessThanOrEqual(1)
    expect(judged.flatMap(({ others }) => others)).toEqual([])
  })

  it(
    'show jobs that run about hourly and are late, missing, failed or longer as incidents',
    needs(deepRun),
    async () => {
      const judged = await judgeWeeks(generateHourlyJobs(1).filter((_, i) => i % 3 === 0))
      expect(judged.filter(({ found }) => found === false).length).toBeLessThanOrEqual(1)
      expect(judged.flatMap(({ others }) => others)).toEqual([])
    },
  )

  it(
    'show jobs that run every few minutes and stop for hours, and nothing of those that often pause',
    needs(deepRun),
    async () => {
      const judged = await judgeWeeks(generateFrequentJobs(1).filter(({ trouble }, i) => trouble || i % 4 === 1))
      expect(judged.filter(({ found }) => found === false).map(({ name }) => name)).toEqual([])
      expect(judged.flatMap(({ others }) => others).filter((one) => !one.startsWith('low'))).toEqual([])
    },
  )

  it('are quiet without trouble', needs(deepRun), async () => {
    const judged = await judgeWeeks(generateQuietTraffic(1))
    expect(judged.flatMap(({ others }) => others)).toEqual([])
  })

  it('show few incidents in applications with many kinds of ordinary errors', needs(deepRun), async () => {
    const judged = await judgeWeeks(generateNoisyApps(1))
    // 42 days of three applications.
    expect(judged.flatMap(({ others }) => others).length).toBeLessThanOrEqual(14)
  })

  it(
    'show growing queues and memory, creeping durations, one failing host and retries as one incident each',
    needs(deepRun),
    async () => {
      const judged = await judgeWeeks([1, 2].flatMap(generateFurtherDegradations))
      expect(judged.filter(({ found }) => !found).map(({ name }) => name)).toEqual([])
      expect(judged.flatMap(({ others }) => others)).toEqual([])
      const quiet = await judgeWeeks(generateQuietServices(1))
      expect(quiet.flatMap(({ others }) => others)).toEqual([])
    },
  )

  it(
    'show numbers that change suddenly for three hours as incidents, and no ordinary numbers',
    needs(deepRun),
    async () => {
      const judged = await judgeWeeks(generateSuddenChanges(12).filter((_, i) => i % 2 === 0))
      expect(judged.filter(({ found }) => !found).length).toBeLessThanOrEqual(2)
      const quiet = await judgeWeeks(generateQuietNumbers(12).filter((_, i) => i % 4 === 0))
      expect([...judged, ...quiet].flatMap(({ others }) => others)).toEqual([])
    },
  )

  it('are quiet on an ordinary day of a Windows domain', needs(deepRun), async () => {
    const judged = await judgeWeeks([1, 2, 3].flatMap(generateDomainDays))
    expect(judged.flatMap(({ others }) => others)).toEqual([])
  })

  it('show an attack within an ordinary day of a Windows domain', needs(deepRun), async () => {
    const attacked = generateDomainDays(1).map((day) => {
      const lines = [...(day.sources.get('windows.json') ?? [])]
      const noon = Date.UTC(2026, 8, 9, 12)
      const tickets = ['svc-sql', 'svc-erp', 'svc-web', 'svc-scan'].map((ServiceName, i) =>
        JSON.stringify({
          Channel: 'Security',
          EventID: 4769,
          Computer: 'dc-1.example.com',
          TimeCreated: new Date(noon + i * 1000).toISOString(),
          TargetUserName: 'kim@EXAMPLE.COM',
          ServiceName,
          TicketEncryptionType: '0x17',
          Status: '0x0',
        }),
      )
      lines.splice(Math.round(lines.length / 2), 0, ...tickets)
      return { ...day, sources: new Map([['windows.json', lines]]) }
    })
    const judged = await judgeWeeks(attacked)
    expect(judged.flatMap(({ others }) => others)).toEqual([
      expect.stringContaining('Weak Kerberos tickets for several services'),
    ])
  })
})
