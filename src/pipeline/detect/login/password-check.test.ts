import { describe, expect, it } from 'vitest'
import { hour, minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event, Fields } from '../../../schema/event/event.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { sequenceDetector } from './sequence.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let number = 0
const times = <Item>(count: number, of: (i: number) => Item) => Array.from({ length: count }, (_, i) => of(i))

const ofController = (at: number, fields: Fields): Event => ({
  ...someEvent(number++, someTime + at, {
    fields: { 'winlog.channel': 'Security', 'host.name': 'dc-1', 'service.name': 'krbtgt', ...fields },
  }),
  stream: 'windows/dc-1/krbtgt',
})
const refused = (at: number, user: string, address: string): Event =>
  ofController(at, {
    ...{ 'event.code': '4771', 'event.category': 'authentication', 'event.outcome': 'failure' },
    ...{ 'user.name': user, 'source.ip': address },
  })
const accepted = (at: number, user: string, address: string, more: Fields = {}): Event =>
  ofController(at, {
    ...{ 'event.code': '4768', 'event.action': 'credential_check', 'event.outcome': 'success' },
    ...{ 'user.name': user, 'source.ip': address, 'winlog.event_data.PreAuthType': '2', ...more },
  })

const breakInsIn = (events: readonly Event[]): readonly string[] => {
  let now = 0
  const sequence = sequenceDetector()
  const detector = sequence.create(sequence.options.parse({}), {
    ...{ now: () => now, fetch, log },
    signal: new AbortController().signal,
  })
  const found = new Map<string, Detection>()
  for (const event of events.toSorted((a, b) => a.time - b.time)) {
    now = Math.max(now, event.time)
    for (const one of detector.detect([event])) found.set(one.id, one)
  }
  for (const one of detector.detect([])) found.set(one.id, one)
  return [...found.values()].filter(({ type }) => type === 'unauthorized_access').map(({ title }) => title)
}

const attacker = '10.0.9.9'
const spray = times(20, (i) => refused(8 * hour + i * 2000, `user${i}`, attacker))
const guesses = times(30, (i) => refused(8 * hour + i * 2000, 'kim', attacker))
/** 40 users, each at a computer of their own, who mistype their password one time in ten. */
const morning = times(40, (i) => [
  ...(i % 10 === 0 ? [refused(i * minute, `user${i}`, `10.0.0.${i}`)] : []),
  accepted(i * minute + 5000, `user${i}`, `10.0.0.${i}`),
]).flat()

describe('a password that a domain controller accepts', () => {
  it.each([
    ['of one user', guesses, 30],
    ['of many users', spray, 20],
  ])('ends guesses %s', (_, attack, count) =>
    expect(breakInsIn([...morning, ...attack, accepted(8 * hour + 2 * minute, 'kim', attacker)])).toEqual([
      `kim logged in from ${attacker} after ${count} failed logins`,
    ]),
  )

  it.each<[of: string, events: readonly Event[]]>([
    ['of others, meanwhile', [...spray, ...times(10, (i) => accepted(8 * hour + i * 4000, `user${i}`, `10.0.0.${i}`))]],
    ['of a computer', [...spray, accepted(8 * hour + 2 * minute, 'PC-7$', attacker)]],
    [
      'of an account without pre-authentication',
      [...spray, accepted(8 * hour + 2 * minute, 'kim', attacker, { 'winlog.event_data.PreAuthType': '0' })],
    ],
    [
      'of somebody who logged in at that computer before',
      [
        ...times(12, (i) => refused(hour + i * 9000, 'user3', '10.0.0.3')),
        accepted(hour + 2 * minute, 'user3', '10.0.0.3'),
      ],
    ],
    ['hours later', [...spray, accepted(12 * hour, 'kim', attacker)]],
    [
      'at a computer with the old password of a program',
      times(600, (i) => refused(i * minute, 'svc-old', '10.0.0.3')).concat(accepted(5 * hour, 'admin', '10.0.0.3')),
    ],
    [
      'of users of a server that checks passwords for the internet',
      [
        ...times(40, (i) => accepted(i * minute, `user${i}`, '10.0.5.5')),
        ...times(900, (i) => refused(hour + i * 20_000, `user${i % 90}`, '10.0.5.5')),
        ...times(80, (i) => accepted(2 * hour + i * 3 * minute, `user${i}`, '10.0.5.5')),
      ],
    ],
    [
      'of users who share a server',
      times(500, (i) => (i % 8 < 2 ? refused : accepted)(i * minute, `user${Math.floor(i / 8) % 40}`, '10.0.6.6')),
    ],
  ])('ends no guesses if it is one %s', (_, events) => expect(breakInsIn([...morning, ...events])).toEqual([]))
})
