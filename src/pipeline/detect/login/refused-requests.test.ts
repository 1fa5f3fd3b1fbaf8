import { describe, expect, it } from 'vitest'
import { detectInLines } from './web-logins.fake.ts'

const begin = Date.parse('2026-11-20T09:00:00Z')

interface Request {
  readonly status: number
  readonly method?: string
  readonly path?: string
  readonly address?: string
  readonly user?: string
}

/** Writes a request so many seconds after the begin, as lighttpd does: it names the user only when the password was right. */
const line = (seconds: number, request: Request): string => {
  const { status, method = 'GET', path = '/private/', address = '203.0.113.9', user = '-' } = request
  const time = new Date(begin + seconds * 1000).toISOString().slice(11, 19)
  return `${address} shop.example.org ${user} [20/Nov/2026:${time} +0000] "${method} ${path} HTTP/1.1" ${status} 347 "-" "x"`
}

const detect = (texts: readonly string[]) => detectInLines(texts, begin)

/** Requests at a steady pause. */
const every = (pause: number, requests: readonly Request[]): string[] =>
  requests.map((request, i) => line(i * pause, request))
const many = (count: number, request: Request): Request[] => Array.from({ length: count }, () => request)

describe('refused requests of one client, then an answered one', () => {
  it('are a guessed password', () => {
    const found = detect(every(1.5, [...many(100, { status: 401 }), { status: 200, user: 'kim' }]))
    expect(found.map(({ title, severity, event_count }) => [title, severity, event_count]).sort()).toEqual([
      ['100 failed logins from 203.0.113.9', 'high', 101],
      ['kim logged in from 203.0.113.9 after 100 failed logins', 'critical', 101],
    ])
    expect(found[0]?.evidence.map(({ role }) => role)).toContain('the first failure')
  })

  it('are said to have taken as long as they did, although they are in one minute', () => {
    const found = detect(every(1, [...many(40, { status: 401 }), { status: 200, user: 'kim' }]))
    expect(found.map(({ sentence }) => sentence).join()).toContain('within 39 seconds')
  })

  it.each([
    ['a form that is shown again', 200, 302],
    ['a form with an error', 422, 303],
    ['an interface of a program', 400, 200],
  ])('are a guessed password of %s', (_, refused, answered) => {
    const login = { method: 'POST', path: '/users/sign_in' }
    const tries = many(30, { ...login, status: refused }).flatMap((one) => [
      { ...one, method: 'GET', status: 200 },
      one,
    ])
    const found = detect(every(0.5, [...tries, { ...login, status: answered }]))
    expect(found.map(({ type }) => type).sort()).toEqual(['brute_force', 'unauthorized_access'])
  })

  it.each<[string, readonly string[]]>([
    ['a browser that is asked for a password', every(1, [{ status: 401 }, { status: 200, user: 'kim' }])],
    [
      'NTLM, where each request is refused twice',
      every(
        0.2,
        many(40, { status: 401 }).flatMap((one) => [one, one, { status: 200, user: 'kim' }]),
      ),
    ],
    [
      'a client with a token that expired',
      every(0.5, [
        { status: 200 },
        ...many(5, { status: 401 }),
        { status: 200 },
        ...many(900, { status: 401 }),
        { status: 200 },
      ]),
    ],
    ['a program that polls with a wrong password', every(15, [...many(400, { status: 401 }), { status: 200 }])],
    ['a monitor that expects a refusal', every(0.5, many(900, { status: 401 }))],
    [
      'a browser that polls several pages and logs in elsewhere',
      every(0.2, [
        ...many(60, { status: 401, path: '/api/a' }).flatMap((one) => [one, { ...one, path: '/api/b' }]),
        { status: 302, method: 'POST', path: '/login' },
        { status: 200, path: '/api/a' },
      ]),
    ],
    [
      'a registry that sends clients to its tokens',
      every(
        0.1,
        many(40, { status: 401, path: '/v2/' }).flatMap((one) => [one, { status: 200, path: '/token' }]),
      ),
    ],
    [
      'programs that fetch tokens',
      every(0.1, [...many(90, { status: 200, method: 'POST', path: '/oauth2/token' }), { status: 200 }]),
    ],
    [
      'clients of a page that are refused, each once',
      Array.from({ length: 90 }, (_, i) => line(i / 5, { status: 401, address: `203.0.113.${i}` })),
    ],
    [
      'another client that is answered',
      [...every(0.5, many(40, { status: 401 })), line(30, { status: 200, address: '198.51.100.7' })],
    ],
    ['another page', every(0.5, [...many(40, { status: 401 }), { status: 200, path: '/' }, { status: 200 }])],
    ['a server that fails', every(0.5, [...many(40, { status: 401 }), { status: 502 }, { status: 200 }])],
  ])('are none by %s', (_, texts) => {
    expect(detect(texts)).toEqual([])
  })
})
