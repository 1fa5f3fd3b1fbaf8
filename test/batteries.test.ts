import { describe, expect, it } from 'vitest'
import { judgeFailedLogins } from '../scripts/batteries/judge-failed-logins.ts'
import { judgeFaults } from '../scripts/batteries/judge-faults.ts'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

describe('the batteries of formats', () => {
  it('of failed logins are recognized', needs(deepRun), async () => {
    const { found, all, missed } = await judgeFailedLogins(1)
    expect(found / all, missed.join(', ')).toBeGreaterThan(0.94)
  })

  it('of faults are incidents in a sparse log, which has no others', needs(deepRun), async () => {
    const { found, all, missed, others } = await judgeFaults(1, 50)
    expect(found / all, missed.join(', ')).toBeGreaterThan(0.9)
    expect(others).toBe(0)
  })
})
