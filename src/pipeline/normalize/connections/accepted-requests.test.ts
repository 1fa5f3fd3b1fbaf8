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

  it('is a login by a form each time, whose user no access log names', () => {
    const form = (second: number, status: number, method = 'POST', path = '/api/login') =>
      `203.0.113.9 - - [10/Dec/2026:09:32:${second} +0000] "${method} ${path} HTTP/1.1" ${status} 381 "-" "curl/8.5.0"`
    expect(
      logins([form(20, 401), form(21, 200, 'GET'), form(22, 200, 'POST', '/api/cart'), form(23, 200), form(24, 200)]),
    ).toEqual(['failure', undefined, undefined, 'success', 'success'])
    expect(logins([form(20, 403), form(23, 302)])).toEqual(['failure', 'success'])
  })

  it('is a login at a server that names the user only when the password was right', () => {
    const iis = (second: number, user: string, result: string) =>
      `2026-12-10 09:32:${second} 10.0.0.5 GET /admin/ - 443 ${user} 203.0.113.9 curl/8.5.0 - ${result} 15`
    // A request without a password, a step of NTLM, a wrong password, and the right one.
    expect(
      logins([
        iis(20, '-', '401 2 5'),
        iis(21, '-', '401 1 2148074254'),
        iis(22, '-', '401 1 1326'),
        iis(23, 'kim', '200 0 0'),
      ]),
    ).toEqual([undefined, undefined, 'failure', 'success'])
    const caddy = (second: number, status: number, user: string) =>
      `{"level":"info","ts":17968951${second}.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"203.0.113.9","proto":"HTTP/1.1","method":"GET","host":"shop.example.org","uri":"/admin/","headers":{"User-Agent":["curl/8.5.0"],"Authorization":["REDACTED"]}},"user_id":"${user}","duration":0.01,"size":0,"status":${status}}`
    expect(logins([caddy(40, 401, ''), caddy(41, 200, 'kim')])).toEqual(['failure', 'success'])
    const traefik = (second: number, status: number) =>
      `{"ClientAddr":"203.0.113.9:51022","ClientHost":"203.0.113.9","ClientUsername":"kim","DownstreamStatus":${status},"RequestMethod":"GET","RequestPath":"/admin/","entryPointName":"web","level":"info","msg":"","time":"2026-12-10T09:32:${second}Z"}`
    expect(logins([traefik(40, 401), traefik(41, 200)])).toEqual(['failure', 'success'])
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
