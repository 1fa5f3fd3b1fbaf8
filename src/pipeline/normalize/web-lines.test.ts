import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const read = (text: string) =>
  parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: undefined })
const requested = (text: string) => {
  const { fields } = read(text)
  const { 'http.request.method': method, 'url.path': path, 'http.response.status_code': status } = fields
  return [method, path, status, fields['source.ip']]
}
const client = '203.0.113.9'
const found: ReturnType<typeof requested> = ['GET', '/x', 404, client]
const ruby = 'I, [2026-12-10T09:32:20.123456 #4711]  INFO -- : '
const started = `Started GET "/x?y=1" for ${client} at 2026-12-10 10:32:20 +0100`

describe('an access log with a part of the program before each line', () => {
  const line = `${client} - adm [10/Dec/2026:09:32:20 +0000] "GET /x HTTP/1.1" 401 33 "-" "curl/8" c41f5205-8002 174548`
  it.each([
    ['of InfluxDB', `[httpd] ${line}`],
    ['in syslog', `Dec 10 09:32:20 db1 influxd[812]: [httpd] ${line}`],
  ])('is read as any other %s', (_, text) => {
    const { fields } = read(text)
    expect(fields).toMatchObject({
      'source.ip': client,
      'user.name': 'adm',
      'event.outcome': 'failure',
      'event.category': ['web', 'authentication'],
    })
    expect(fields).not.toHaveProperty(['url.domain'])
  })

  it('may begin with a virtual host of IPv6', () => {
    const { fields } = read(`[2001:db8::1]:443 ${line}`)
    expect(fields).toMatchObject({ 'url.domain': '[2001:db8::1]', 'url.port': 443, 'source.ip': client })
  })
})

describe('web frameworks name the request', () => {
  it.each<[line: string, request: ReturnType<typeof requested>]>([
    // Rails
    [started, ['GET', '/x', undefined, client]],
    [`${ruby}[8a1f6c34-1111-2222-3333-444455556666] ${started}`, ['GET', '/x', undefined, client]],
    [`Dec 10 09:32:20 web1 rails[12]: ${started}`, ['GET', '/x', undefined, client]],
    [`${ruby}Completed 404 Not Found in 12ms (Views: 3.2ms)`, [undefined, undefined, 404, undefined]],
    ['Completed 200 OK in 12ms', [undefined, undefined, 200, undefined]],
    [`${ruby}ActionController::RoutingError (No route matches [GET] "/.env"):`, ['GET', '/.env', 404, undefined]],
    // Django
    ['[10/Dec/2026 09:32:20] "GET /x?y=1 HTTP/1.1" 404 123', ['GET', '/x', 404, undefined]],
    ['WARNING 2026-12-10 09:32:20,123 log 4711 139 Not Found: /x', [undefined, '/x', 404, undefined]],
    ['2026-12-10 09:32:20,123 WARNING django.request Not Found: /x', [undefined, '/x', 404, undefined]],
    ['WARNING:django.request:Not Found: /x', [undefined, '/x', 404, undefined]],
    ['INFO "GET /x HTTP/1.1" 200 12', ['GET', '/x', 200, undefined]],
    ['Method Not Allowed (GET): /x', ['GET', '/x', 405, undefined]],
    ['Forbidden (CSRF cookie not set.): /login/', [undefined, '/login/', 403, undefined]],
    // Morgan
    ['\u001b[0mGET /x \u001b[33m404\u001b[0m 5.123 ms - 150\u001b[0m', ['GET', '/x', 404, undefined]],
    ['2026-12-10 09:32:20 info: GET /x 404 150 - 5.123 ms', ['GET', '/x', 404, undefined]],
    [`web-1  | ${client} kim GET /x HTTP/1.1 200 - - 5.1 ms`, ['GET', '/x', 200, client]],
    // Flask, Gunicorn and Uvicorn in a log of Python
    [`2026-12-10 09:32:20,123 INFO werkzeug: ${client} - - [10/Dec/2026 09:32:20] "GET /x HTTP/1.1" 404 -`, found],
    [`INFO:werkzeug:${client} - - [10/Dec/2026 09:32:20] "GET /x HTTP/1.1" 404 -`, found],
    [
      `2026-12-10 09:32:20,123 [INFO] gunicorn.access: ${client} - - [10/Dec/2026:09:32:20 +0000] "GET /x HTTP/1.1" 404 9`,
      found,
    ],
    [`INFO:uvicorn.access:${client}:51234 - "GET /x HTTP/1.1" 404`, found],
    [`2026-12-10 09:32:20,123 - uvicorn.access - INFO - ${client}:51234 - "GET /x HTTP/1.1" 404`, found],
    // Others
    ['7 items - "GET x HTTP/1.1" 404', [undefined, undefined, undefined, undefined]],
    ['GET /x 200 took 5 ms - fine', [undefined, undefined, undefined, undefined]],
    ['Completed 404 items in 12ms', [undefined, undefined, undefined, undefined]],
    ['Not Found: /etc/passwd is missing', [undefined, undefined, undefined, undefined]],
    ['Dec 10 09:32:20 web1 ld[7]: Not Found: /lib/x.so', [undefined, undefined, undefined, undefined]],
  ])('%j', (line, request) => expect(requested(line)).toEqual(request))

  it('and Rails the zone of its logger', () => {
    const { time, timeGuessed } = read(`I, [2026-12-10T10:32:20.123456 #4711]  INFO -- : ${started}`)
    expect([time, timeGuessed]).toEqual([Date.UTC(2026, 11, 10, 9, 32, 20, 123), false])
  })
})

describe('AWS', () => {
  it.each([
    ['BLOCK', 'failure'],
    ['ALLOW', 'success'],
    ['COUNT', undefined],
  ])('WAF: %s', (action, outcome) => {
    const { fields, message } = read(
      `{"timestamp":1796895140123,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-west-1:1:x","terminatingRuleId":"sqli","action":"${action}","httpRequest":{"clientIp":"${client}","headers":[{"name":"user-agent","value":"curl/8"},{"name":"HOST","value":"www.example.com"}],"uri":"/x","args":"y=1","httpVersion":"HTTP/1.1","httpMethod":"GET","requestId":"r1"}}`,
    )
    expect(message).toBe(`${action} GET /x?y=1 by sqli`)
    expect(fields['event.outcome']).toBe(outcome)
    expect(fields).toMatchObject({
      'event.action': action,
      'source.ip': client,
      'url.domain': 'www.example.com',
      'url.query': 'y=1',
      'user_agent.original': 'curl/8',
    })
  })

  it('S3 in the JSON of a shipper', () => {
    const line = `${'79a59df900b949e5'.repeat(4)} files [10/Dec/2026:09:32:20 +0000] ${client} - 3E57 REST.GET.OBJECT k "GET /k HTTP/1.1" 403 AccessDenied 243 - 18 - "-" "curl" -`
    expect(requested(JSON.stringify({ '@timestamp': '2026-12-10T09:32:21Z', message: line }))).toEqual([
      ...['GET', '/k', 403],
      client,
    ])
  })
})
