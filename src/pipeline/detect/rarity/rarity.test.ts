import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../component.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someLogin, someTime } from '../shared/some-events.ts'
import { rarity } from './rarity.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const make = (now: () => number) => rarity.create(rarity.options.parse({}), runtime(now))
const at = (minutes: number) => someTime + minutes * 60_000
const times = <Item>(count: number, event: (i: number) => Item) => Array.from({ length: count }, (_, i) => event(i))

let number = 0
const login = (minutes: number, user: string, address: string) => someLogin(number++, at(minutes), true, user, address)
/** Seven users with a machine each. */
const people = (from: number, count: number) => times(count, (i) => login(from + i, `user${i % 7}`, `10.0.0.${i % 7}`))

describeDetector('rarity', {
  make,
  normal: people(0, 400),
  moreNormal: people(400, 100),
  anomalous: [...people(400, 5), login(405, 'user3', '203.0.113.9')],
  *flood(count) {
    for (let i = 0; i < count; i++) yield login(i, `u${i}`, `2001:db8::${i.toString(16)}`)
  },
})

const detectAll = (events: readonly Event[]) => {
  const detector = make(() => 0)
  return events.flatMap((event) => detector.detect([event]))
}

describe('rarity', () => {
  it('reports first-time logins with user and address', () => {
    const found = detectAll([...people(0, 400), login(401, 'user3', '203.0.113.9')])
    expect(found.map(({ title }) => title)).toEqual(['First time: user3 logged in from 203.0.113.9 on web-01'])
    expect(found[0]?.evidence[0]?.role).toBe('the login that succeeded')
  })

  it('ignores frequent travellers', () => {
    const traveller = times(100, (i) => login(i * 10, 'eve', `198.51.100.${i}`))
    const found = detectAll([...people(0, 300), ...traveller].sort((a, b) => a.time - b.time))
    expect(found.length).toBeLessThanOrEqual(4)
  })

  it('ignores failed logins', () => {
    const failures = times(50, (i) => someLogin(number++, at(400 + i), false, `x${i}`, `203.0.113.${i}`))
    expect(detectAll([...people(0, 400), ...failures])).toEqual([])
  })

  it('reports the first use of privileges', () => {
    const sudo = (minutes: number, user: string) =>
      someEvent(number++, at(minutes), {
        fields: {
          'host.name': 'web-01',
          'service.name': 'sudo',
          'event.category': 'process',
          'event.action': 'sudo',
          'event.outcome': 'success',
          'user.name': user,
          'user.target.name': 'root',
        },
      })
    const found = detectAll([...times(200, (i) => sudo(i, 'admin')), sudo(201, 'www-data')])
    expect(found.map(({ title, severity }) => [title, severity])).toEqual([
      ['First time: www-data acted as root on web-01', 'low'],
    ])
  })
})
