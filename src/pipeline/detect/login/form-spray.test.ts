import { describe, expect, it } from 'vitest'
import { hour, minute } from '../../../lib/units/time.ts'
import { begin, detectInLines, type LoggedRequest, toLine } from './web-logins.fake.ts'

const attackAt = 12 * hour

/** A login page, by its answers to wrong and right passwords. */
interface Site {
  readonly path: string
  readonly refused: number
  readonly accepted: number
}

const form: Site = { path: '/users/sign_in', refused: 200, accepted: 302 }
const sites: readonly (readonly [string, Site])[] = [
  ['that is shown again', form],
  ['that is shown again with an error', { ...form, refused: 422, accepted: 303 }],
  ['of an interface', { path: '/api/login', refused: 400, accepted: 200 }],
  ['of an interface that answers 401', { path: '/api/login', refused: 401, accepted: 200 }],
]

const detect = (requests: readonly LoggedRequest[]) =>
  detectInLines(requests.toSorted((a, b) => a.at - b.at).map(toLine), begin + 48 * hour)
const times = <Item>(count: number, of: (i: number) => Item) => Array.from({ length: count }, (_, i) => of(i))
const post = ({ path }: Site, at: number, address: string, status: number): LoggedRequest => ({
  ...{ at, address, method: 'POST', path, status },
  size: status < 300 || status > 399 ? 4100 : 90,
})

/** A person who mistypes as often, and then logs in or gives up. */
const person = (site: Site, at: number, address: string, mistakes: number, givesUp = false): LoggedRequest[] => [
  ...(site.path.startsWith('/api') ? [] : [{ at, address, path: site.path, status: 200 }]),
  ...times(mistakes, (i) => post(site, at + (i + 1) * 4000, address, site.refused)),
  { at: at + 21_000, address, path: '/app.css', status: 200 },
  ...(givesUp ? [] : [post(site, at + 30_000, address, site.accepted)]),
]

/** So many people an hour. One in five mistypes, and one in ten gives up. Half of them come every hour. */
const people = (site: Site, from: number, to: number, perHour: number): LoggedRequest[] =>
  times(((to - from) / hour) * perHour, (i) => {
    const at = from + (i * hour) / perHour
    const address = i % 2 ? `198.51.${i % perHour}.7` : `192.${Math.floor(i / 200) % 200}.${i % 200}.${perHour % 250}`
    return person(site, at, address, i % 5 === 1 || i % 10 === 0 ? 1 : 0, i % 10 === 0)
  }).flat()

/** Each address tries two passwords of others. */
const spray = (site: Site, addresses: number, pause: number): LoggedRequest[] =>
  times(addresses * 2, (i) => post(site, attackAt + i * pause, `203.0.113.${i % addresses}`, site.refused))

describe('guesses of many addresses at a login page', () => {
  it.each(sites)('%s are found', (_, site) => {
    const login = post(site, attackAt + 40 * minute, '203.0.113.7', site.accepted)
    const found = detect([...people(site, 0, 16 * hour, 40), ...spray(site, 100, 10_000), login])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      type: 'brute_force',
      severity: 'high',
      title: expect.stringMatching(/^2\d\d failed logins from 1[01]\d addresses that tried a few times each$/),
      sentence: expect.stringContaining('1 login from these addresses succeeded.'),
    })
    expect(found[0]?.evidence.filter(({ role }) => role === 'the login that succeeded')).toHaveLength(1)
  })

  it('are found if each address waits for hours', () => {
    const days = [0, 1, 2, 3].flatMap((day) => people(form, day * 24 * hour, day * 24 * hour + 20 * hour, 10))
    const slow = times(120, (i) => post(form, 72 * hour + i * 9 * minute, `203.0.113.${i}`, form.refused))
    expect(detect([...days, ...slow]).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^1\d\d failed logins/),
    ])
  })

  it.each<[string, readonly LoggedRequest[]]>([
    ['people who mistype', []],
    ['a campaign with many new users', times(5, (i) => people(form, attackAt, attackAt + 4 * hour, 101 + i)).flat()],
    [
      'many people behind one address',
      times(300, (i) => person(form, attackAt + i * 11_000, '203.0.113.1', i % 4)).flat(),
    ],
    ['a few addresses', spray(form, 15, 10_000)],
  ])('are not %s', (_, requests) => {
    expect(detect([...people(form, 0, 16 * hour, 40), ...requests])).toEqual([])
  })

  it('are not a page that is broken for hours', () => {
    const broken = people(form, 0, 16 * hour, 80).map((one) =>
      one.method === 'POST' && one.at >= attackAt && one.at < attackAt + 3 * hour
        ? { ...one, status: form.refused, size: 4100 }
        : one,
    )
    expect(detect(broken)).toEqual([])
  })

  it('are no news where as many come every hour', () => {
    const every = times(18, (i) => times(30, (k) => post(form, i * hour + k * minute, `203.0.${i}.${k}`, form.refused)))
    expect(detect([...people(form, 0, 18 * hour, 40), ...every.flat()])).toEqual([])
  })
})
