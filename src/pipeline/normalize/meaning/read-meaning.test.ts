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

describe('a successful login', () => {
  it.each([
    // Keycloak, as text and as JSON
    '2026-11-21 03:12:41,123 DEBUG [org.keycloak.events] (executor-thread-4) type="LOGIN", realmId="5a", realmName="shop", clientId="account", userId="7f3c", ipAddress="203.0.113.9", auth_method="openid-connect", username="kim"',
    '2026-11-21 03:12:41,123 DEBUG [org.keycloak.events] (default task-4) type=LOGIN, realmId=shop, clientId=account, userId=7f3c, ipAddress=203.0.113.9, auth_method=openid-connect, username=kim',
    '{"time":1795230761000,"type":"LOGIN","realmId":"shop","clientId":"account","userId":"7f3c","ipAddress":"203.0.113.9","details":{"username":"kim"}}',
    // Vault
    '{"time":"2026-11-21T03:12:41.123Z","type":"response","auth":{"client_token":"hmac-sha256:5f","display_name":"userpass-kim","metadata":{"username":"kim"},"token_type":"service"},"request":{"operation":"update","path":"auth/userpass/login/kim","remote_address":"203.0.113.9"},"response":{}}',
    'time=2026-11-21T03:12:41.123Z level=INFO msg="login ok" user=kim client_ip=203.0.113.9',
  ])('is read from %s', (line) => {
    expect(read(line)).toMatchObject({
      'event.category': 'authentication',
      'event.outcome': 'success',
      'source.ip': '203.0.113.9',
      'user.name': 'kim',
    })
  })

  it.each([
    // Another event, one of two records of the same login, and a token that was only used
    '2026-11-21 03:12:41,123 DEBUG [org.keycloak.events] (executor-thread-4) type="CODE_TO_TOKEN", realmId="5a", clientId="account", userId="7f3c", ipAddress="203.0.113.9", username="kim"',
    '{"time":"2026-11-21T03:12:41.123Z","type":"request","auth":{"token_type":"default"},"request":{"operation":"update","path":"auth/userpass/login/kim","remote_address":"203.0.113.9"}}',
    '{"time":"2026-11-21T03:12:41.123Z","type":"response","auth":{"client_token":"hmac-sha256:5f","display_name":"kim"},"request":{"operation":"read","path":"secret/data/kim","remote_address":"203.0.113.9"}}',
  ])('is not read from %s', (line) => {
    expect(read(line)['event.category']).not.toBe('authentication')
  })
})

it('reads the user of a login that Vault refused', () => {
  const line =
    '{"time":"2026-11-21T03:12:41.123Z","type":"response","auth":{"token_type":"default"},"request":{"operation":"update","path":"auth/userpass/login/kim","remote_address":"203.0.113.9"},"error":"invalid username or password"}'
  expect(read(line)).toMatchObject({ 'event.outcome': 'failure', 'source.ip': '203.0.113.9', 'user.name': 'kim' })
})

it('takes the user of Grafana by name, and the number of nobody for no user', () => {
  const line = (fields: string) =>
    `logger=context ${fields} t=2026-11-21T03:12:41.123Z level=info msg="Request Completed" method=POST path=/login status=401 remote_addr=203.0.113.9`
  expect(read(line('userId=3 orgId=1 uname=kim'))['user.name']).toBe('kim')
  expect(read(line('userId=0 orgId=0 uname='))['user.name']).toBeUndefined()
})
