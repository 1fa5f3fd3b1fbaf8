import { describe, expect, it } from 'vitest'
import { hour, minute } from '../../../lib/units/time.ts'
import { begin, detectInLines, type LoggedRequest, toLine } from './web-logins.fake.ts'

const attacker = '203.0.113.9'
const form = '/users/sign_in'

const detect = (requests: readonly LoggedRequest[]) =>
  detectInLines(
    requests.toSorted((a, b) => a.at - b.at).map((request) => toLine({ path: form, ...request })),
    begin,
  )
const findings = (requests: readonly LoggedRequest[]) =>
  detect(requests)
    .map(({ severity, type }) => `${severity} ${type}`)
    .sort()

const times = <Item>(count: number, of: (i: number) => Item) => Array.from({ length: count }, (_, i) => of(i))

/** A user who reads the form, mistypes as often, and logs in. */
const user = (at: number, address: string, mistakes = 0): LoggedRequest[] => [
  { at, address, status: 200 },
  ...times(mistakes, (i) => ({ at: at + (i + 1) * 5000, address, method: 'POST', status: 200, size: 4100 })),
  { at: at + 60_000, address, method: 'POST', status: 302, size: 90 },
  { at: at + 60_500, address, path: '/orders', status: 200, size: 9000 },
]
const users = times(60, (i) => user(i * 20 * minute, `198.51.100.${i % 12}`, i % 3)).flat()
const guesses = (count: number, pause: number, status = 200, size = 4100): LoggedRequest[] =>
  times(count, (i) => ({ at: hour + i * pause, address: attacker, method: 'POST', status, size }))

describe('slow guesses at a login form', () => {
  it.each([
    ['that is shown again', 200],
    ['with an error', 422],
  ])('are found at a form %s', (_, status) => {
    const found = detect([...users, ...guesses(70, 8 * minute, status)])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ type: 'brute_force', title: `70 failed logins from ${attacker}` })
  })

  it('are found also if the attacker reads the form and its files each time', () => {
    const reading = guesses(70, 8 * minute).flatMap((one) => [
      { ...one, at: one.at - 2000, method: 'GET', size: 4000 },
      { ...one, at: one.at - 1000, method: 'GET', path: '/assets/app.css' },
      one,
    ])
    expect(findings([...users, ...reading])).toHaveLength(1)
  })

  it('may end in a login', () => {
    const login = { at: hour + 70 * 8 * minute, address: attacker, method: 'POST', status: 303, size: 90 }
    expect(findings([...users, ...guesses(70, 8 * minute), login])).toContain('critical unauthorized_access')
  })

  it.each<[string, readonly LoggedRequest[]]>([
    ['users who mistype', users],
    ['many people behind one address', times(200, (i) => user(i * 5 * minute, '198.51.100.77', i % 4)).flat()],
    ['a page that keeps its session', [...users, ...guesses(200, 5 * minute, 200, 2)]],
    ['a program that fetches a token', guesses(200, 5 * minute)],
    [
      'a client that also reads other pages',
      [
        ...users,
        ...guesses(100, 8 * minute).flatMap((one) => [one, { ...one, at: one.at + 1, method: 'GET', path: '/status' }]),
      ],
    ],
    ['a few forms', [...users, ...guesses(25, 8 * minute)]],
  ])('are not %s', (_, requests) => {
    expect(findings(requests)).toEqual([])
  })
})
