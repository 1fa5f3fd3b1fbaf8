import { describe, expect, it } from 'vitest'
import { generateDomainDays } from '../scripts/weeks/domain-day.ts'
import { generateFurtherDegradations, generateQuietServices } from '../scripts/weeks/further-degradations.ts'
import { judgeWeeks } from '../scripts/weeks/judge-weeks.ts'
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

  it('are quiet without trouble', needs(deepRun), async () => {
    const judged = await judgeWeeks(generateQuietTraffic(1))
    expect(judged.flatMap(({ others }) => others)).toEqual([])
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
