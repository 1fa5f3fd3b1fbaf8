import { describe, expect, it } from 'vitest'
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
})
