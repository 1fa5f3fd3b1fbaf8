import { describe, expect, it } from 'vitest'
import { conditionsOf, hasCondition, scopeOf, toggleCondition } from './suppression-scope.ts'

const alert: Parameters<typeof conditionsOf>[0] = {
  detectors: ['session', 'baseline'],
  entities: [
    { type: 'process', value: 'CRON' },
    { type: 'host', value: 'web-01' },
    { type: 'user', value: 'CN=Ann, OU="IT"' },
  ],
  type: 'anomaly',
  source: 'auth.log',
}
const [cron] = conditionsOf(alert).filter(({ field }) => field === 'process')
if (!cron) throw new Error('The alert has no process.')

describe('the scope of a suppression', () => {
  const conditions = conditionsOf(alert)
  const scope = scopeOf(conditions.filter(({ suggested }) => suggested))

  it('contains the suggested conditions', () => {
    expect(scope).not.toBe('')
    for (const one of conditions) expect([one.field, hasCondition(scope, one)]).toEqual([one.field, one.suggested])
  })

  it('adds a condition to the others and removes only that one', () => {
    const more = toggleCondition(scope, cron)
    expect(more).toBe(`${scope} AND process:CRON`)
    for (const one of conditions) expect(hasCondition(more, one)).toBe(one.suggested || one.field === 'process')
    expect(toggleCondition(more, cron)).toBe(scope)
  })

  it('keeps text that the user typed', () => {
    expect(toggleCondition('severity:<=medium user:root', cron)).toBe(
      'severity:<=medium AND user:root AND process:CRON',
    )
    expect(toggleCondition('user:root OR user:admin', cron)).toBe('(user:root OR user:admin) AND process:CRON')
    expect(toggleCondition('', cron)).toBe('process:CRON')
  })

  it('is the same after toggling a condition twice', () => {
    for (const one of conditions)
      expect(toggleCondition(toggleCondition(scope, one), one).split(' AND ').toSorted()).toEqual(
        scope.split(' AND ').toSorted(),
      )
  })
})
