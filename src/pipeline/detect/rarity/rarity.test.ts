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

  describe('countries', () => {
    const from = (event: Event, country: string | undefined): Event => ({
      ...event,
      fields: { ...event.fields, ...(country !== undefined && { 'source.geo.country_iso_code': country }) },
    })
    /** Twelve users who log in from changing addresses of their country, twice on each of ten days. */
    const weeks = (countryOf: (user: number, day: number) => string | undefined = () => 'DE') =>
      times(240, (i) => {
        const [day, user] = [Math.floor(i / 24), i % 12]
        const event = login(day * 1440 + (i % 24) * 20, `user${user}`, `198.51.${user}.${(i * 7) % 250}`)
        return from(event, countryOf(user, day))
      })
    const end = 10 * 1440
    const stolen = (minutes: number, country: string | undefined = 'BR') =>
      from(login(minutes, 'user3', '203.0.113.9'), country)
    const titles = (events: readonly Event[]) =>
      detectAll(events)
        .filter(({ title }) => title.includes('203.0.113.9 in '))
        .map(({ severity, title }) => [severity, title])

    it('reports a login from a country that is new for the user and all others', () => {
      expect(titles([...weeks(), stolen(end)])).toEqual([
        ['low', 'First time: user3 logged in from 203.0.113.9 in Brazil on web-01'],
      ])
    })

    it('reports it as medium if there was no time for the journey, and explains it', () => {
      const owner = from(login(end, 'user3', '198.51.3.1'), 'DE')
      const [found] = detectAll([...weeks(), owner, stolen(end + 40)]).slice(-1)
      expect(found).toMatchObject({
        severity: 'medium',
        type: 'unauthorized_access',
        techniques: ['T1078'],
        usual: 'Germany in 21 logins',
        address_roles: { attacker: [{ ip: '203.0.113.9' }] },
      })
      expect(found?.sentence).toContain(
        'user3 had 21 earlier logins on 11 days, all from Germany. The previous one came from Germany, 40 minutes before. No other user of this source was seen in Brazil.',
      )
    })

    it('reports nothing in a country that others log in from, such as that of a gateway', () => {
      const events = weeks((user, day) => (user > 8 && day % 2 === 0 ? 'BR' : 'DE'))
      expect(titles([...events, stolen(end)])).toEqual([])
    })

    it('reports no address of the user that a newer database places in another country', () => {
      expect(titles([...weeks(), stolen(end - 20, 'DE'), stolen(end)])).toEqual([])
    })

    it('reports no journeys where users often travel', () => {
      const trips: Readonly<Record<number, string>> = { 5: 'FR', 6: 'IT', 7: 'JP' }
      const events = weeks((user, day) => (day > 4 && day < 8 ? (trips[user] ?? 'DE') : 'DE'))
      expect(titles([...events, stolen(end)])).toEqual([])
    })

    it('reports no user who often changes the country', () => {
      const countries = ['DE', 'FR', 'IT', 'AT']
      const events = weeks((user, day) => (user === 3 ? countries[day % 4] : 'DE'))
      expect(titles([...events, stolen(end)])).toEqual([])
    })

    it('reports nothing of a new user, or without countries', () => {
      const newcomer = times(6, (i) => from(login(end + i, 'eve', '198.51.100.9'), i < 5 ? 'DE' : 'BR'))
      expect(titles([...weeks(), ...newcomer])).toEqual([])
      expect(titles([...weeks(() => undefined), stolen(end, undefined)])).toEqual([])
    })

    it('remembers them across a restart', () => {
      const [before, after] = [make(() => 0), make(() => 0)]
      before.detect(weeks())
      after.restore?.(before.save?.() ?? new Uint8Array())
      const event = stolen(end)
      expect(after.detect([event])).toEqual(before.detect([event]))
      expect(after.save?.()).toEqual(before.save?.())
    })
  })

  describe('several new hosts', () => {
    const loginTo = (minutes: number, user: string, address: string, host: string): Event => {
      const event = login(minutes, user, address)
      return { ...event, stream: `auth/${host}/sshd`, fields: { ...event.fields, 'host.name': host } }
    }
    /** Two accounts that each use one address and five hosts, every hour. */
    const routine = (count: number) =>
      times(count, (i) => {
        const [user, address] = i % 2 === 0 ? ['deploy', '10.0.0.7'] : ['backup', '10.0.0.8']
        return loginTo(i * 6, user ?? '', address ?? '', `app-${Math.floor(i / 2) % 5}`)
      })
    const spreads = (events: readonly Event[]) =>
      detectAll(events)
        .filter(({ techniques }) => techniques.includes('T1021.004'))
        .map(({ severity, title }) => [severity, title])
    const visit = (user: string, address: string, hosts: readonly string[], apart = 1) =>
      hosts.map((host, i) => loginTo(3000 + i * apart, user, address, host))

    it('reports a key that is used from another host on hosts where it never was', () => {
      expect(spreads([...routine(480), ...visit('deploy', '10.0.1.9', ['db-0', 'db-1', 'db-2'])])).toEqual([
        ['medium', 'deploy logged in to 3 hosts from 10.0.1.9 for the first time'],
      ])
    })

    it('reports a much used account that comes from another host', () => {
      expect(spreads([...routine(480), ...visit('deploy', '10.0.1.9', ['app-0', 'app-1', 'app-2'])])).toHaveLength(1)
    })

    it('reports nothing on fewer hosts, or over hours', () => {
      expect(spreads([...routine(480), ...visit('deploy', '10.0.1.9', ['db-0', 'db-1'])])).toEqual([])
      expect(spreads([...routine(480), ...visit('deploy', '10.0.1.9', ['db-0', 'db-1', 'db-2'], 60)])).toEqual([])
    })

    it('reports no administrator with a new machine, or in the first days', () => {
      const admin = times(60, (i) => loginTo(i * 40, 'ann', '10.0.5.11', `app-${i % 5}`))
      const events = [...routine(480), ...admin].sort((a, b) => a.time - b.time)
      expect(spreads([...events, ...visit('ann', '10.0.5.99', ['app-0', 'app-1', 'app-2'])])).toEqual([])
      expect(spreads([...routine(480), ...visit('joe', '10.0.5.20', ['app-0', 'app-1', 'app-2', 'db-1'])])).toEqual([])
    })
  })
})
