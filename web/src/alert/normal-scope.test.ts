import { describe, expect, it } from 'vitest'
import { factsOf, hasFact, scopeOf, toggleFact } from './normal-scope.ts'

const alert: Parameters<typeof factsOf>[0] = {
  detectors: ['session', 'baseline'],
  entities: [
    { type: 'process', value: 'CRON' },
    { type: 'host', value: 'web-01' },
    { type: 'user', value: 'CN=Ann, OU="IT"' },
  ],
  type: 'anomaly',
  source: 'auth.log',
}
const [cron] = factsOf(alert).filter(({ field }) => field === 'process')
if (!cron) throw new Error('There is no process among the facts.')

describe('the scope of what is normal', () => {
  const facts = () => factsOf(alert)
  const suggested = scopeOf(facts().filter(({ usual }) => usual))

  it('shows the suggested facts as chosen, however often they are read', () => {
    expect(suggested).not.toBe('')
    for (const fact of facts()) expect([fact.field, hasFact(suggested, fact)]).toEqual([fact.field, fact.usual])
  })

  it('adds a fact to those that are there, and takes only that one away again', () => {
    const more = toggleFact(suggested, cron)
    expect(more).toBe(`${suggested} AND process:CRON`)
    for (const fact of facts()) expect(hasFact(more, fact)).toBe(fact.usual || fact.field === 'process')
    expect(toggleFact(more, cron)).toBe(suggested)
  })

  it('keeps what was typed', () => {
    expect(toggleFact('severity:<=medium user:root', cron)).toBe('severity:<=medium AND user:root AND process:CRON')
    expect(toggleFact('user:root OR user:admin', cron)).toBe('(user:root OR user:admin) AND process:CRON')
    expect(toggleFact('', cron)).toBe('process:CRON')
  })

  it('goes there and back for every fact', () => {
    for (const fact of facts())
      expect(toggleFact(toggleFact(suggested, fact), fact).split(' AND ').toSorted()).toEqual(
        suggested.split(' AND ').toSorted(),
      )
  })
})
