import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../component.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someLogin, someTime } from '../shared/some-events.ts'
import { sequenceDetector } from './sequence.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const make = (now: () => number) => sequenceDetector().create(sequenceDetector().options.parse({}), runtime(now))
const minute = 60_000
const at = (minutes: number) => someTime + minutes * minute

let number = 0
const login = (minutes: number, success: boolean, user: string, address: string) =>
  someLogin(number++, at(minutes), success, user, address)
const byTime = (a: Event, b: Event) => a.time - b.time
const times = <Item>(count: number, event: (i: number) => Item) => Array.from({ length: count }, (_, i) => event(i))

/** Users who log in and sometimes mistype the password once or twice. */
const people = (from: number, hours: number) =>
  times(hours * 12, (i) => login(from + i * 5, i % 4 !== 0, `user${i % 7}`, `10.0.0.${i % 7}`))

describeDetector('sequence', {
  make,
  normal: people(0, 20),
  moreNormal: people(20 * 60, 5),
  anomalous: times(60, (i) => login(20 * 60 + i * 0.1, false, 'root', '203.0.113.9')),
  *flood(count) {
    // Every event has an id of its own.
    for (let i = 0; i < count; i++)
      yield someLogin(100_000 + i, someTime + i * 50, false, `u${i}`, `2001:db8::${i.toString(16)}`)
  },
})

const detectAll = (events: readonly Event[]): Detection[] => {
  let now = 0
  const detector = make(() => now)
  const found = new Map<string, Detection>()
  for (const event of events) {
    now = Math.max(now, event.time)
    for (const detection of detector.detect([event])) found.set(detection.id, detection)
  }
  for (const detection of detector.detect([])) found.set(detection.id, detection)
  return [...found.values()]
}

describe('sequence', () => {
  it('finds a slow attack on one host of a network where people log in at 1,000 others', () => {
    const everyday = times(30_000, (i) => ({
      ...login(i / 500, i % 97 !== 0, `user${i % 1_000}`, `10.0.${i % 10}.${i % 100}`),
      stream: `dc/ws-${i % 1_000}`,
    }))
    const attack = times(30, (i) => ({ ...login(2 * i + 0.5, false, 'root', '203.0.113.9'), stream: 'dc/ws-attacked' }))
    const found = detectAll([...everyday, ...attack].sort((a, b) => a.time - b.time))
    expect(found.map(({ title }) => title)).toEqual([expect.stringContaining('failed logins from 203.0.113.9')])
  })

  it('reports a growing attack once, with its true count at the end', () => {
    const found = detectAll(times(286, (i) => login(Math.sqrt(i), false, 'root', '183.62.140.253')))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      title: '286 failed logins from 183.62.140.253',
      type: 'brute_force',
      severity: 'high',
      event_count: 286,
      techniques: ['T1110.001'],
    })
    const roles = found[0]?.evidence.map(({ role }) => role)
    expect(roles).toContain('the first failure')
    expect(roles).toContain('the last failure')
    expect(roles?.some((role) => role?.startsWith('the busiest minute'))).toBe(true)
  })

  it('counts an attempt once, although it writes several lines', () => {
    const found = detectAll(
      times(30, (i) => [
        {
          ...login(i, false, 'root', '203.0.113.9'),
          fields: { ...login(i, false, 'root', '203.0.113.9').fields, 'event.action': 'pam' },
        },
        login(i, false, 'root', '203.0.113.9'),
      ]).flat(),
    )
    expect(found.map(({ title, event_count }) => [title, event_count])).toEqual([
      ['30 failed logins from 203.0.113.9', 60],
    ])
  })

  it('reports a burst of failures from a few addresses', () => {
    const burst = (gap: number) => times(12, (i) => login(i * gap, false, `u${i}`, `203.0.113.${i % 3}`))
    expect(detectAll(burst(0.2)).map(({ title, severity }) => [title, severity])).toEqual([
      ['12 failed logins from 3 addresses that tried a few times each', 'low'],
    ])
    expect(detectAll(burst(5))).toEqual([])
  })

  it('reports a burst of failures of several users in a log that names no address', () => {
    const nameless = (minutes: number, success: boolean, user: string): Event => {
      const event = login(minutes, success, user, '')
      const { 'source.ip': _, ...fields } = event.fields
      return { ...event, fields }
    }
    const found = detectAll(times(12, (i) => nameless(i * 0.2, false, `u${i}`)))
    expect(found).toMatchObject([{ title: '12 failed logins as 12 users', type: 'brute_force', severity: 'low' }])
    expect(found[0]?.sentence).toContain('The log does not name their addresses.')
    const office = times(120, (i) => nameless(i * 0.2, i % 4 !== 0, `u${i % 40}`))
    expect(detectAll(office)).toEqual([])
  })

  it('reports one burst of a service in a week', () => {
    const day = 24 * 60
    const found = detectAll(
      times(9, (d) => times(12, (i) => login(d * day + i * 0.2, false, `u${i}`, `203.0.${d}.${i % 3}`))).flat(),
    )
    expect(found).toHaveLength(2)
  })

  it('rates a login after many failures of the same address critical', () => {
    const found = detectAll([
      ...times(40, (i) => login(i * 0.1, false, 'root', '203.0.113.9')),
      login(5, true, 'root', '203.0.113.9'),
    ])
    const breakIn = found.find(({ type }) => type === 'unauthorized_access')
    expect(breakIn).toMatchObject({
      title: 'root logged in from 203.0.113.9 after 40 failed logins',
      severity: 'critical',
    })
    expect(breakIn?.techniques).toContain('T1078')
    expect(breakIn?.evidence.at(-1)?.role).toBe('the login that succeeded')
    expect(found.map(({ last_seen }) => last_seen)).toEqual(found.map(() => new Date(at(5)).toISOString()))
  })

  it('reports a login from elsewhere during an attack, and how little that proves', () => {
    const found = detectAll([
      ...times(120, (i) => login(i * 0.1, false, 'root', '203.0.113.9')),
      login(30, true, 'fztu', '198.51.100.7'),
    ])
    const guest = found.find(({ type }) => type === 'unauthorized_access')
    expect(guest).toMatchObject({ title: 'fztu logged in from 198.51.100.7 during an attack', severity: 'medium' })
    expect(guest?.evidence[0]?.role).toBe('the only login that succeeded')
    const attack = found.find(({ type }) => type === 'brute_force')
    expect(attack?.evidence.some(({ role }) => role === 'the only login that succeeded, from elsewhere')).toBe(true)
  })

  it('ignores known users and addresses during an attack', () => {
    const found = detectAll([
      login(0, true, 'alice', '198.51.100.7'),
      ...times(120, (i) => login(60 + i * 0.1, false, 'root', '203.0.113.9')),
      login(80, true, 'alice', '198.51.100.7'),
    ])
    expect(found.map(({ type }) => type)).toEqual(['brute_force'])
  })

  it('reports many addresses with few failures each together', () => {
    const found = detectAll(times(60, (i) => login(i * 0.5, false, `user${i % 30}`, `203.0.113.${i % 20}`)))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ techniques: ['T1110.003'], severity: 'medium' })
    expect(found[0]?.title).toBe('60 failed logins from 20 addresses that tried a few times each')
  })

  it('reports no people who mistype once at a busy service, but the attack of many addresses among them', () => {
    const day = times(400, (i) => [
      ...(i % 9 < 2 ? [login(i * 3, false, 'somebody', `198.51.100.${i % 130}`)] : []),
      login(i * 3 + 0.2, true, 'somebody', `198.51.100.${i % 130}`),
    ]).flat()
    expect(detectAll(day)).toEqual([])
    const attack = times(120, (i) => login(400 + i * 2, false, `user${i}`, `203.0.113.${i % 40}`))
    const found = detectAll([...day, ...attack].sort((a, b) => a.time - b.time))
    expect(found.map(({ title }) => title)).toContainEqual(expect.stringContaining('addresses'))
  })

  it('keeps its report of many addresses when each is later reported alone', () => {
    const found = detectAll(times(2_400, (i) => login(i * 0.01, false, `user${i % 30}`, `203.0.113.${i % 12}`)))
    const many = found.filter(({ title }) => title.endsWith('that tried a few times each'))
    expect(many.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^[1-9]\d* failed logins from (?:[89]|1[0-2]) addresses that tried/),
    ])
    expect(found.filter(({ title }) => /^200 failed logins from 203/.test(title))).toHaveLength(12)
  })

  it('accepts an office behind one address', () => {
    // One in six attempts fails, hundreds a day from the same address.
    expect(detectAll(times(600, (i) => login(i, i % 6 !== 0, `user${i % 40}`, '198.51.100.1')))).toEqual([])
  })

  it('reports an address that tries another user every few hours, and the user who then logs in', () => {
    const users = times(20, (i) => login(i * 100, false, `user${i}`, '203.0.113.9'))
    const found = detectAll([...people(0, 34), ...users, login(20 * 100, true, 'user7', '203.0.113.9')].sort(byTime))
    expect(found.map(({ title, severity }) => `${severity} ${title}`).sort()).toEqual([
      'critical user7 logged in from 203.0.113.9 after 20 failed logins',
      'medium 20 failed logins as 20 users from 203.0.113.9',
    ])
    expect(found[0]?.sentence).toContain('as 20 users')
  })

  it.each<[string, Event[]]>([
    ['a program with an old password', times(60, (i) => login(i * 100, false, 'backup', '203.0.113.9'))],
    [
      'an office whose users mistype now and then',
      times(60, (i) => [
        login(i * 100, false, `user${i % 20}`, '203.0.113.9'),
        ...times(4, (k) => login(i * 100 + 1 + k * 20, true, `user${(i + k) % 20}`, '203.0.113.9')),
      ]).flat(),
    ],
    ['a new user every other day', times(20, (i) => login(i * 3000, false, `user${i}`, '203.0.113.9'))],
  ])('does not report as slow guesses %s', (_, events) => {
    expect(detectAll(events.sort(byTime))).toEqual([])
  })

  it('remembers slow guesses across a restart', () => {
    const users = times(20, (i) => login(i * 100, false, `user${i}`, '203.0.113.9'))
    let now = 0
    const before = make(() => now)
    for (const event of users.slice(0, 8)) before.detect([event])
    const after = make(() => now)
    after.restore?.(before.save?.() ?? new Uint8Array())
    for (const event of users.slice(8)) after.detect([event])
    now = at(40 * 60)
    expect(after.detect([]).map(({ title }) => title)).toEqual(['20 failed logins as 20 users from 203.0.113.9'])
  })

  it('starts a new episode after an hour without failures', () => {
    const attack = (from: number) => times(25, (i) => login(from + i * 0.1, false, 'root', '203.0.113.9'))
    const found = detectAll([...attack(0), ...attack(120)])
    expect(found).toHaveLength(2)
    expect(new Set(found.map(({ dedup_key }) => dedup_key)).size).toBe(1)
  })
})
