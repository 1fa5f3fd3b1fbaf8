import { describe, expect, it } from 'vitest'
import { parseRecord } from '../parse-record.ts'

const receivedAt = Date.UTC(2026, 10, 21, 12)

const read = (text: string) => parseRecord({ text, source: 'sample', receivedAt }).fields

describe('the client of a failed login', () => {
  it.each([
    // PostgreSQL with %r in log_line_prefix.
    '2026-11-21 03:12:41.123 UTC [2311] kim@shop 203.0.113.9(51022) FATAL:  password authentication failed for user "kim"',
    '2026-11-21 03:12:41,123 INFO  [qtp1-9:https://mail/service/soap] [name=kim@example.com;oip=203.0.113.9;ua=zclient/8.8;] SoapEngine - authentication failed for [kim], invalid password',
    '{"ts":"2026-11-21T03:12:41Z","evt":"AU2","text":"Logon failed (reason=1, type=A)","user":"kim","terminal":"203.0.113.9"}',
    'date=2026-11-21 time=03:12:41 devname="fg1" type="event" subtype="vpn" level="alert" action="ssl-login-fail" remip=203.0.113.9 user="kim" msg="SSL user failed to logged in"',
    '{"ClientAddr":"203.0.113.9:51022","ClientUsername":"kim","DownstreamStatus":401,"RequestMethod":"GET","RequestPath":"/dashboard","level":"info","msg":"","time":"2026-11-21T03:12:41Z"}',
  ])('is found outside the message: %s', (line) => {
    expect(read(line)).toMatchObject({ 'event.outcome': 'failure', 'source.ip': '203.0.113.9', 'user.name': 'kim' })
  })

  it.each([
    ['the address of the machine', 'Nov 21 03:12:41 192.0.2.7 app: login failed for kim'],
    ['an address among several', '2026-11-21 03:12:41 WARN [a=192.0.2.7;b=203.0.113.9] login failed for user kim'],
    ['a version', '2026-11-21 03:12:41 WARN [app/10.2.1.4] login failed for user kim'],
  ])('is not %s', (_, line) => {
    const fields = read(line)
    expect(fields).toMatchObject({ 'event.outcome': 'failure', 'user.name': 'kim' })
    expect(fields['source.ip']).toBeUndefined()
  })
})
