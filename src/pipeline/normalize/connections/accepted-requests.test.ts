import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'

const batch = (texts: readonly string[]) => ({
  partition: 0,
  first: 0,
  source: 's',
  receivedAt: Date.UTC(2026, 11, 14),
  texts,
})
const logins = (texts: readonly string[]) =>
  createNormalizer()
    .normalize(batch(texts))
    .map(({ fields }) =>
      String(fields['event.category']).includes('authentication') ? fields['event.outcome'] : undefined,
    )

const request = (time: string, status: number, { address = '203.0.113.9', user = 'kim', path = '/admin/' } = {}) =>
  `${address} - ${user} [10/Dec/2026:${time} +0000] "GET ${path} HTTP/1.1" ${status} 381 "-" "curl/8.5.0"`
const json = (second: number, status: number) =>
  `{"ts":"2026-12-10T09:32:${second}+00:00","remote_addr":"203.0.113.9","remote_user":"kim","request":"GET /admin/ HTTP/1.1","status":"${status}","http_user_agent":"curl/8.5.0"}`
const squid = (second: number, status: string, page: string) =>
  `17968951${second}.123      1 203.0.113.9 ${status} 3558 GET http://${page}/ kim HIER_NONE/- text/html`

describe('a request that is answered after the password was refused', () => {
  it('is a login, once', () => {
    expect(
      logins([
        request('09:32:20', 401),
        request('09:32:21', 401),
        request('09:32:22', 200),
        request('09:32:23', 200),
        request('09:32:24', 401),
        request('09:32:25', 302),
      ]),
    ).toEqual(['failure', 'failure', 'success', undefined, 'failure', 'success'])
  })

  it('is a login at a proxy, to whatever page', () => {
    expect(
      logins([squid(40, 'TCP_DENIED/407', 'www.example.org'), squid(41, 'TCP_MISS/200', 'shop.example.org')]),
    ).toEqual(['failure', 'success'])
  })

  it('is a login in the access log of nginx in JSON', () => {
    expect(logins([json(20, 401), json(21, 200)])).toEqual(['failure', 'success'])
  })

  it.each([
    ['of another client', { address: '203.0.113.8' }],
    ['of another user', { user: 'ada' }],
    ['to another page, which may ask for no password', { path: '/' }],
  ])('is none %s', (_, other) => {
    expect(logins([request('09:32:20', 401), request('09:32:22', 200, other)])).toEqual(['failure', undefined])
  })

  it('is none an hour later, and none with an error', () => {
    expect(
      logins([request('09:32:20', 401), request('09:32:21', 404), request('09:32:22', 500), request('10:32:21', 200)]),
    ).toEqual(['failure', undefined, undefined, undefined])
  })

  it('stays a login when it is delivered again', () => {
    const { normalize } = createNormalizer()
    const texts = [request('09:32:20', 401), request('09:32:22', 200)]
    expect(normalize(batch(texts))).toEqual(normalize(batch(texts)))
  })
})
