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
    '[Sat Nov 21 03:12:41.467343 2026] [auth_basic:error] [pid 811:tid 812] [client 203.0.113.9:51022] AH01618: user kim not found: /admin/',
    // Samba writes the message on the second line, SonicWall an interface after the address.
    '[2026/11/21 03:12:41.123456,  2] auth.c:347(auth_check)\n  check_ntlm_password:  Authentication for user [kim] from 203.0.113.9 FAILED with error WRONG_PASSWORD',
    'Nov 21 03:12:41 fw id=firewall sn=18B1 pri=1 msg="Administrator login denied due to bad credentials" usr="kim" src=203.0.113.9::X1 dst=192.0.2.1::X1',
    '28456:20261121:031241.123 failed login of user "kim" from "203.0.113.9": Incorrect user name or password',
    "2026-11-21 03:12:41.123 CET [11831] kim@app(203.0.113.9) FATAL:  authentification par mot de passe échouée pour l'utilisateur « kim »",
    '{"level":2,"time":"2026-11-21T03:12:41+00:00","remoteAddr":"203.0.113.9","user":"--","app":"core","method":"POST","url":"/login","message":"Login failed: kim (Remote IP: 203.0.113.9)"}',
    '2026-11-21 03:12:41 WARN auth - 用户 kim 登录失败,密码错误,来源IP: 203.0.113.9',
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
