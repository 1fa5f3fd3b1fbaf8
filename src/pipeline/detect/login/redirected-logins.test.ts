import { describe, expect, it } from 'vitest'
import { detectInLines } from './web-logins.fake.ts'

const begin = Date.parse('2026-11-20T09:00:00Z')

interface Request {
  readonly path: string
  readonly method?: string
  readonly status?: number
  readonly size?: number
  readonly address?: string
  readonly agent?: string
}

const line = (seconds: number, request: Request): string => {
  const { path, method = 'GET', status = 200, size = 5012, address = '203.0.113.9', agent = 'x' } = request
  const time = new Date(begin + seconds * 1000).toISOString().slice(11, 19)
  return `${address} - - [20/Nov/2026:${time} +0000] "${method} ${path} HTTP/1.1" ${status} ${size} "-" "${agent}"`
}

const detect = (texts: readonly string[]) => detectInLines(texts, begin + 3_600_000)

/** Requests at a steady pause, of clients that come one after the other. */
const every = (pause: number, requests: readonly Request[]): string[] =>
  requests.map((request, i) => line(i * pause, request))
const many = (count: number, make: (i: number) => readonly Request[]): Request[] =>
  Array.from({ length: count }, (_, i) => make(i)).flat()

const form = (path: string, size: number): Request => ({ method: 'POST', path, status: 302, size })
const pages = ['/', '/account', '/orders'].map((path) => ({ path }))

/** Application → its form, where it leads after a wrong password, and the sizes of its redirects. */
const applications: readonly (readonly [string, path: string, back: string, refused: number, accepted: number])[] = [
  ['Spring Security', '/login', '/login?error', 0, 0],
  ['Jenkins', '/j_spring_security_check', '/loginError', 0, 0],
  ['Moodle', '/login/index.php', '/login/index.php?loginredirect=1', 451, 439],
  ['Nextcloud', '/index.php/login', '/index.php/login?user=kim', 0, 0],
  ['Magento', '/customer/account/loginPost/', '/customer/account/login/', 0, 0],
  ['Symfony', '/login_check', '/login', 338, 298],
  ['Laravel', '/login', '/login', 354, 370],
  ['Flask', '/auth/login', '/auth/login', 199, 209],
  ['Express', '/signin', '/signin', 33, 23],
]

describe('forms that are answered by redirects', () => {
  it.each(applications)('show the guessed password of %s to a client that follows them', (_, path, back, no, yes) => {
    const texts = every(0.4, [...many(60, () => [form(path, no), { path: back }]), form(path, yes), ...pages])
    expect(
      detect(texts)
        .map(({ title, severity }) => [title, severity])
        .sort(),
    ).toEqual([
      ['60 failed logins from 203.0.113.9', 'medium'],
      ['Somebody logged in from 203.0.113.9 after 60 failed logins', 'critical'],
    ])
  })

  it.each(applications.filter(([, , , no, yes]) => no !== yes))(
    'show it to %s without another request',
    (_, path, _back, no, yes) => {
      expect(detect(every(0.4, [...many(60, () => [form(path, no)]), form(path, yes)]))).toHaveLength(2)
    },
  )

  it('show it among forms that are under way', () => {
    const refused = form('/login', 354)
    const texts = every(0.1, [...many(60, () => [refused]), form('/login', 370), ...many(9, () => [refused]), ...pages])
    expect(detect(texts).map(({ event_count }) => event_count)).toEqual([69, 69])
  })

  it('show it by their target, if the log names it', () => {
    const record = (seconds: number, location: string) =>
      JSON.stringify({
        time: new Date(begin + seconds * 1000).toISOString(),
        ...{ remote_ip: '203.0.113.9', method: 'POST', path: '/account/login', status: 302, location },
      })
    const refused = Array.from({ length: 40 }, (_, i) => record(i, 'https://shop.example.org/account/login'))
    expect(detect([...refused, record(41, 'https://shop.example.org/account')])).toHaveLength(2)
    expect(detect([...refused, record(41, 'https://shop.example.org/account/login?locked')])).toEqual([])
  })

  const refused = form('/login', 354)
  const accepted = form('/login', 370)
  const read = { path: '/login' }

  it.each<[string, readonly string[]]>([
    ['of somebody who mistypes', every(5, [...many(6, () => [read, refused]), accepted, ...pages])],
    [
      'of a class behind one address',
      every(
        0.3,
        many(60, () => [read, accepted, { path: '/dashboard' }]),
      ),
    ],
    [
      'of many people whose pages are on another host',
      every(0.5, [
        ...many(400, (i) => [
          { ...read, agent: `x${i % 7}` },
          { ...(i % 9 === 4 ? refused : accepted), agent: `x${i % 7}` },
        ]),
        ...pages,
      ]),
    ],
    [
      'of a load test',
      every(
        0.1,
        many(200, () => [accepted, ...pages]),
      ),
    ],
    ['of a monitor', every(20, [...many(90, () => [read, refused]), accepted, ...pages])],
    [
      'of guesses without an end',
      every(
        0.4,
        many(90, () => [refused, read]),
      ),
    ],
    ['of a scanner that goes on to other pages', every(0.4, [...many(60, () => [refused, read]), ...pages])],
    [
      'of a scanner that finds no other pages',
      every(0.4, [...many(60, () => [refused, read]), refused, { path: '/admin', status: 404 }, ...pages]),
    ],
    [
      'of an account that is locked',
      every(0.4, [...many(60, () => [refused, read]), ...many(60, () => [form('/login', 360), { path: '/locked' }])]),
    ],
    [
      'of a scanner that sends texts of all lengths',
      every(
        0.4,
        many(90, (i) => [form('/login', 300 + ((i * 37) % 91))]),
      ),
    ],
    [
      'of another client that reads pages',
      every(0.4, [...many(60, () => [refused, read]), ...pages.map((one) => ({ ...one, address: '198.51.100.7' }))]),
    ],
    [
      'of another program at the same address',
      every(0.4, [...many(60, () => [refused, read]), refused, ...pages.map((one) => ({ ...one, agent: 'y' }))]),
    ],
  ])('show none %s', (_, texts) => {
    expect(detect(texts)).toEqual([])
  })
})
