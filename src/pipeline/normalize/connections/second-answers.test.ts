import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'

const categories = (texts: readonly string[]) =>
  createNormalizer()
    .normalize({ partition: 0, first: 0, source: 's', receivedAt: Date.UTC(2026, 11, 14), texts })
    .map(({ fields }) => fields['event.category'])

const vpn = (time: string, peer: string) => [
  `2026-12-10 ${time} ${peer} TLS Auth Error: Auth Username/Password verification failed for peer`,
  `2026-12-10 ${time} ${peer} SENT CONTROL [UNDEF]: 'AUTH_FAILED' (status=1)`,
]
const asa = (time: string, address: string) => [
  `Dec 10 2026 ${time} fw1 : %ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = kim : user IP = ${address}`,
  `Dec 10 2026 ${time} fw1 : %ASA-6-605004: Login denied from ${address}/51234 to outside:192.0.2.1/ssh for user "kim"`,
]
const login = 'authentication'
const pulse = (time: string, address: string) =>
  [
    `Primary authentication failed for kim/AD from ${address}`,
    'Login failed using auth server AD (Active Directory).  Reason: Failed',
  ].map(
    (text) => `<134>Dec 10 ${time} pcs1 PulseSecure: 2026-12-10 ${time} - pcs1 - [${address}] kim(Users)[] - ${text}`,
  )
const policy = (time: string, session: string) =>
  [
    "01490107:3: /Common/vpn:Common:S: AD module: authentication with 'kim' failed: Preauthentication failed",
    '01490102:5: /Common/vpn:Common:S: Access policy result: Logon_Deny',
  ].map((text) => `<131>Dec 10 ${time} bigip1 err apmd[12]: ${text.replace(':S:', `:${session}:`)}`)

const pooler = (time: string, peer: string) =>
  ['LOG', 'WARNING'].map(
    (level) =>
      `2026-12-10 ${time}.272 UTC [812] ${level} C-0x55dc71d0a970: shop/kim@${peer} ${level === 'LOG' ? 'closing because: password authentication failed (age=0s)' : 'pooler error: password authentication failed'}`,
  )

const stranger = (time: string, peer: string) =>
  [
    '(nodb)/(nouser)@PEER no such user: kim',
    '(nodb)/kim@PEER closing because: password authentication failed (age=0s)',
  ].map((text) => `2026-12-10 ${time}.272 UTC [812] LOG C-0x55dc71d0a970: ${text.replace('PEER', peer)}`)

const dovecot = (time: string, session: string) => [
  `Dec 10 ${time} auth: Info: passwd-file(kim,203.0.113.9,<${session}>): Password mismatch (SHA1 of given password: 0c5f26)`,
  `Dec 10 ${time} imap-login: Info: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<kim>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.5, TLS, session=<${session}>`,
]

const etcd = (time: string, user: string) => [
  `{"level":"info","ts":"2026-12-10T${time}.886Z","caller":"auth/store.go:383","msg":"invalid password","user-name":"${user}"}`,
  `{"level":"warn","ts":"2026-12-10T${time}.887Z","caller":"etcdserver/v3_server.go:441","msg":"invalid authentication was requested","user":"${user}","error":"auth: authentication failed, invalid user ID or password"}`,
]

describe.each([
  ['etcd', etcd, ['kim', 'ada']],
  ['Dovecot', dovecot, ['QUBMajlhhKx/AAAB', 'e6BPajlhkKx/AAAB']],
  ['OpenVPN', vpn, ['203.0.113.9:51234', '203.0.113.8:51234']],
  ['Pulse Secure', pulse, ['203.0.113.9', '203.0.113.8']],
  ['PgBouncer', pooler, ['203.0.113.9:51234', '203.0.113.8:51234']],
  ['a user that PgBouncer lacks', stranger, ['203.0.113.9:51234', '203.0.113.8:51234']],
  ['F5 BIG-IP', policy, ['1a2b3c4d', '5e6f7a8b']],
  ['Cisco ASA', asa, ['203.0.113.9', '203.0.113.8']],
])('a refused login of %s', (_, lines, [peer = '', other = '']) => {
  it('counts once', () => {
    expect(categories([...lines('09:32:20', peer), ...lines('09:32:25', peer)])).toEqual([
      login,
      undefined,
      login,
      undefined,
    ])
  })

  it('counts once when lines are delivered again', () => {
    const { normalize } = createNormalizer()
    const read = (texts: readonly string[]) =>
      normalize({ partition: 0, first: 0, source: 's', receivedAt: Date.UTC(2026, 11, 14), texts })
    const [first = '', second = ''] = lines('09:32:20', peer)
    read([first])
    const rest = [second, ...lines('09:32:25', peer)]
    expect(read(rest)).toEqual(read(rest))
  })

  it('counts if the second line is the only one, of another client, or too late', () => {
    const [first = ''] = lines('09:32:20', peer)
    const second = (time: string, of: string) => lines(time, of)[1] ?? ''
    expect(categories([second('09:32:20', peer)])).toEqual([login])
    expect(categories([first, second('09:32:20', other)])).toEqual([login, login])
    expect(categories([first, second('09:34:20', peer)])).toEqual([login, login])
  })
})

it('counts a user that PgBouncer lacks once in all three lines', () => {
  const [, answer = ''] = pooler('09:32:20', '203.0.113.9:51234')
  const lines = [...stranger('09:32:20', '203.0.113.9:51234'), answer.replace('shop/kim', '(nodb)/kim')]
  expect(categories(lines)).toEqual([login, undefined, undefined])
})
