import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const read = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 })
const ends = (text: string) => {
  const { fields } = read(text)
  return [fields['source.ip'], fields['source.port'], fields['destination.ip'], fields['destination.port']]
}
const flow = ['203.0.113.9', 51_234, '10.0.0.5', 22]
const asa = '<166>Dec 10 2026 09:32:20 fw1 : %ASA-'

describe('firewalls name both ends of a connection', () => {
  it.each([
    [
      'Cisco ASA, inbound',
      `${asa}6-302013: Built inbound TCP connection 9 for outside:203.0.113.9/51234 (203.0.113.9/51234) to inside:10.0.0.5/22 (198.51.100.1/22)`,
    ],
    [
      'Cisco ASA, outbound',
      `${asa}6-302013: Built outbound TCP connection 9 for outside:10.0.0.5/22 (10.0.0.5/22) to inside:203.0.113.9/51234 (198.51.100.1/51234)`,
    ],
    [
      'Cisco ASA with users',
      `${asa}6-302015: Built inbound UDP connection 9 for outside:203.0.113.9/51234 (203.0.113.9/51234)(LOCAL\\kim) to inside:10.0.0.5/22 (10.0.0.5/22) (kim)`,
    ],
    [
      'Cisco ASA, access group',
      `${asa}4-106023: Deny tcp src outside:203.0.113.9/51234 dst inside:10.0.0.5/22 by access-group "outside_in" [0x0, 0x0]`,
    ],
    [
      'Cisco FTD, access list',
      '<166>Dec 10 2026 09:32:20 fw1 : %FTD-6-106100: access-list out_in denied tcp outside/203.0.113.9(51234) -> inside/10.0.0.5(22) hit-cnt 1 first hit [0x0, 0x0]',
    ],
    [
      'Cisco IOS, access list',
      '<189>45: sw1: Dec 10 09:32:20.123 UTC: %SEC-6-IPACCESSLOGP: list 101 denied tcp 203.0.113.9(51234) -> 10.0.0.5(22), 1 packet',
    ],
    [
      'Juniper',
      'Dec 10 09:32:20 srx1 RT_FLOW: RT_FLOW_SESSION_DENY: session denied 203.0.113.9/51234->10.0.0.5/22 junos-ssh 6(0) deny-all trust untrust',
    ],
    [
      'Juniper, structured',
      '<14>1 2026-12-10T09:32:20.123Z srx1 RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.129 source-address="203.0.113.9" source-port="51234" destination-address="10.0.0.5" destination-port="22" protocol-id="6" policy-name="in"]',
    ],
    [
      'MikroTik',
      'Dec 10 09:32:20 rt1 firewall,info forward: in:ether1 out:bridge, proto TCP (SYN), 203.0.113.9:51234->10.0.0.5:22, len 60',
    ],
    [
      'Cisco Meraki',
      '<134>1 1796895140.038687615 MX84 flows src=203.0.113.9 dst=10.0.0.5 mac=58:1F:AA:CE:61:F2 protocol=tcp sport=51234 dport=22 pattern: deny all',
    ],
    [
      'Cisco Meraki through a relay',
      '<134>Dec 10 09:32:20 relay1 1 1796895140.038687615 MX84 urls src=203.0.113.9:51234 dst=10.0.0.5:22 mac=58:1F:AA:CE:61:F2 request: GET https://example.com/',
    ],
  ])('%s', (_, line) => {
    expect(ends(line)).toEqual(flow)
  })

  it('Cisco Meraki, with the kind of record, the request and the decision', () => {
    const urls = read(
      '<134>1 1796895140.342705828 MX84 urls src=203.0.113.9:51234 dst=10.0.0.5:80 mac=58:1F:AA:CE:61:F2 request: GET https://example.com/a?b=1',
    )
    expect(urls.fault).toBeUndefined()
    expect(urls.time).toBe(Date.UTC(2026, 11, 10, 9, 32, 20, 342))
    expect(urls.fields).toMatchObject({
      'host.name': 'MX84',
      'service.name': 'urls',
      'http.request.method': 'GET',
      'url.domain': 'example.com',
      'url.path': '/a',
    })
    const alert = read(
      '<134>1 1796895140.342705828 MX84 security_event ids_alerted signature=1:28423:1 priority=1 timestamp=1377449842.512569 direction=ingress protocol=tcp/ip src=203.0.113.9:80 dst=10.0.0.5:53023 decision=blocked message: EXPLOIT-KIT',
    )
    expect(alert.time).toBe(Date.UTC(2026, 11, 10, 9, 32, 20, 342))
    expect(alert.fields).toMatchObject({ 'event.outcome': 'failure', 'log.level': 'info' })
  })

  it.each([
    ['CREATE', '', 'session_create', 'success', 'RT_FLOW_SESSION_CREATE 203.0.113.9/51234->10.0.0.5/22 junos-ssh in'],
    ['DENY', '', 'session_deny', 'failure', 'RT_FLOW_SESSION_DENY 203.0.113.9/51234->10.0.0.5/22 junos-ssh in'],
    ['CLOSE', ' session closed TCP FIN', 'session_close', undefined, 'session closed TCP FIN'],
  ])('Juniper, structured, %s', (event, text, action, outcome, message) => {
    const parsed = read(
      `<14>1 2026-12-10T09:32:20.123Z srx1 RT_FLOW - RT_FLOW_SESSION_${event} [junos@2636.1.1.1.2.129 source-address="203.0.113.9" source-port="51234" destination-address="10.0.0.5" destination-port="22" service-name="junos-ssh" protocol-id="6" policy-name="in" username="kim" bytes-from-client="100"]${text}`,
    )
    expect(parsed.message).toBe(message)
    expect([parsed.fields['event.action'], parsed.fields['event.outcome']]).toEqual([action, outcome])
    expect(parsed.fields).toMatchObject({
      'user.name': 'kim',
      'network.transport': 'tcp',
      'rule.name': 'in',
      'source.bytes': 100,
    })
  })

  it('Juniper, as text, with the action', () => {
    const { fields } = read(
      'Dec 10 09:32:20 srx1 RT_FLOW: RT_FLOW_SESSION_DENY: session denied 203.0.113.9/51234->10.0.0.5/22 junos-ssh 6(0) deny-all trust untrust',
    )
    expect(fields).toMatchObject({ 'event.action': 'session_deny', 'event.outcome': 'failure', 'host.name': 'srx1' })
  })

  it('Check Point, in the place of the structured data', () => {
    const line =
      '<134>1 2026-12-10T09:32:20Z cp1 CheckPoint 1234 - [action:"Drop"; ifname:"eth1"; dst:"10.0.0.5"; proto:"6"; rule_name:"Cleanup"; s_port:"51234"; src:"203.0.113.9"]'
    const { fields, fault } = read(line)
    expect(fault).toBeUndefined()
    expect(fields).toMatchObject({ 'source.ip': '203.0.113.9', 'rule.name': 'Cleanup', 'event.outcome': 'failure' })
  })
})

describe('Cisco devices behind a relay', () => {
  const text = 'Process 1, Nbr 192.0.2.2 on Gi0/1 from FULL to DOWN, Neighbor Down: Dead timer expired'
  const message = `%OSPF-5-ADJCHG: ${text}`

  it.each([
    ['192.0.2.1', `<189>Dec 10 09:32:20 relay01 192.0.2.1 12345: *Dec 10 09:32:19.123: ${message}`],
    ['rtr1', `<189>Dec 10 09:32:20 192.0.2.1 12345: rtr1: *Dec 10 09:32:19.123: ${message}`],
    ['rtr1', `Dec 10 09:32:20 192.0.2.1 12345: rtr1: .Dec 10 09:32:19.123: ${message}`],
    ['rtr1', `Dec 10 09:32:20 relay01 rtr1: ${message}`],
    ['rtr1', `Dec 10 09:32:20 rtr1 12345: 012346: Dec 10 09:32:19.123 AEST: ${message}`],
    ['rtr1', `Dec 10 09:32:20 relay01 rtr1 12345: 1w2d: ${message}`],
    ['192.0.2.1', `2026-12-10T09:32:20Z relay01 192.0.2.1: 12345: Dec 10 09:32:19.123 CET: ${message}`],
    ['rtr1', `<189>1 2026-12-10T09:32:20Z relay01 - - - - 12345: rtr1: *Dec 10 09:32:19.123: ${message}`],
    ['relay01', `<189>1 2026-12-10T09:32:20Z relay01 - - - - *Dec 10 09:32:19.123: ${message}`],
    ['rtr1', `<189>Dec 10 09:32:20 relay01 <189>12345: rtr1: *Dec 10 09:32:19.123: ${message}`],
  ])('%s: %s', (host, line) => {
    const parsed = read(line)
    expect(parsed.message).toBe(text)
    expect(parsed.time).toBe(Date.UTC(2026, 11, 10, 9, 32, 20))
    expect(parsed.fields).toMatchObject({ 'host.name': host, 'observer.product': 'OSPF', 'event.code': 'ADJCHG' })
    expect(parsed.fields['process.name']).toBeUndefined()
  })

  it('but a mnemonic inside a sentence is text', () => {
    const { format } = read('Dec 10 09:32:20 web-01 app[7]: matched the pattern %ASA-4-106023: in line 7')
    expect(format).toBe('syslog/rfc3164')
  })
})

describe('Cisco IOS XR names the card and the process', () => {
  const text = "Failed authentication attempt by user 'kim' from '203.0.113.9' on 'vty0'"
  const end = `exec[65711]: %SECURITY-LOGIN-4-AUTHEN_FAILED : ${text}`

  it.each([
    [undefined, `RP/0/RSP0/CPU0:Dec 10 09:32:20.123 UTC: ${end}`],
    [undefined, `RP/0/RP0/CPU0:Dec 10 09:32:20.123 : ${end.replace('exec[', 'exec_[')}`],
    ['rtr1', `RP/0/RP0/CPU0:rtr1:Dec 10 09:32:20.123 UTC: ${end}`],
    [undefined, `<189>1234: RP/0/RP0/CPU0:2026 Dec 10 09:32:20.123 UTC: ${end}`],
    ['rtr1', `<189>1234: rtr1 RP/0/RSP1/CPU0:Dec 10 09:32:20.123 : ${end}`],
    ['192.0.2.1', `Dec 10 09:32:20.123 relay01 192.0.2.1 39: LC/0/1/CPU0:Dec 10 09:32:19.123 : ${end}`],
  ])('%s: %s', (host, line) => {
    const parsed = read(line)
    expect(parsed.message).toBe(text)
    expect(parsed.time).toBe(Date.UTC(2026, 11, 10, 9, 32, 20, 123))
    expect(parsed.fields['host.name']).toBe(host)
    expect(parsed.fields).toMatchObject({
      'process.name': 'exec',
      'process.pid': 65711,
      'event.code': 'AUTHEN_FAILED',
      'user.name': 'kim',
      'source.ip': '203.0.113.9',
      'event.outcome': 'failure',
    })
  })
})

describe('devices name the user', () => {
  it.each([
    [`${asa}6-605004: Login denied from 203.0.113.9/51234 to outside:10.0.0.1/ssh for user "kim"`, 'failure'],
    [
      `${asa}4-113019: Group = staff, Username = kim, IP = 203.0.113.9, Session disconnected. Session Type: SSL, Duration: 0h:10m:01s, Bytes xmt: 1, Bytes rcv: 2, Reason: User Requested`,
      undefined,
    ],
    [`${asa}5-111010: User 'kim', running 'CLI' from IP 203.0.113.9, executed 'show run'`, undefined],
    [
      '<189>45: sw1: Dec 10 09:32:20.123 UTC: %SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: kim] [Source: 203.0.113.9] [localport: 22] at 09:32:20 UTC Thu Dec 10 2026',
      'success',
    ],
    [
      "<189>45: sw1: Dec 10 09:32:20.123 UTC: %SSH-5-SSH2_USERAUTH: User 'kim' authentication for SSH2 Session from 203.0.113.9 (tty = 0) using crypto cipher 'aes256-ctr', hmac 'hmac-sha1' Succeeded",
      'success',
    ],
  ])('%s', (line, outcome) => {
    const { fields } = read(line)
    expect([fields['user.name'], fields['source.ip'], fields['event.outcome']]).toEqual(['kim', '203.0.113.9', outcome])
  })
})

describe('proxies and mail servers name the client', () => {
  it('but a mail server that reports about itself has no session', () => {
    const { fields } = read(
      'Dec 10 09:32:20 mx1 dovecot: imap-login: Error: SSL certificate in /etc/ssl/mail.pem has expired (notAfter=Dec  9 23:59:59 2026 GMT)',
    )
    expect(fields['event.category']).not.toBe('session')
  })

  it('and a thread of a pool is no service', () => {
    const serviceOf = (thread: string, logger: string) =>
      read(`2026-12-10 09:32:20,123 WARN [${thread}] [${logger}] login : 'kim' used a wrong password`).fields[
        'service.name'
      ]
    expect(serviceOf('http-nio-8085-exec-23', 'PasswordCheck')).toBeUndefined()
    expect(serviceOf('portal', 'http-nio-8085-exec-23')).toBe('portal')
  })

  it('and a nested answer has a status of HTTP, unless the number is none', () => {
    const answer = (status: number) =>
      read(
        `{"time":"2026-12-10T09:32:20Z","request":{"method":"POST","target":"/rpc/quote"},"response":{"status":${status}}}`,
      ).fields
    expect(answer(503)).toMatchObject({ 'http.response.status_code': 503, 'url.path': '/rpc/quote' })
    expect(answer(0)['http.response.status_code']).toBeUndefined()
  })

  it('HAProxy, with the request', () => {
    const { fields } = read(
      '<134>Dec 10 09:32:20 lb1 haproxy[760]: 203.0.113.9:51234 [10/Dec/2026:09:32:20.123] main web/srv1 0/0/1/12/13 503 1234 - - ---- 1/1/0/0/0 0/0 "GET /login?x=1 HTTP/1.1"',
    )
    expect(fields).toMatchObject({
      'source.ip': '203.0.113.9',
      'http.response.status_code': 503,
      'event.outcome': 'failure',
      'url.path': '/login',
      'haproxy.backend': 'web',
      'haproxy.server': 'srv1',
    })
  })

  it.each([
    'Dec 10 09:32:20 lb1 haproxy[760]: 203.0.113.9:51234 [10/Dec/2026:09:32:20.123] tcpfe db/pg1 1/0/5007 212 -- 0/0/0/0/3 0/0',
    '2026-12-10 09:32:20 H=mail.example.org (helo.example) [203.0.113.9]:51234 I=[10.0.0.5]:25 F=<a@example.org> rejected RCPT <b@example.com>: relay not permitted',
    '2026-12-10 09:32:20 SMTP call from (helo) [203.0.113.9] dropped: too many nonmail commands',
    'Dec 10 09:32:20 mx1 sm-mta[22248]: s1NLaDQT022248: ruleset=check_rcpt, relay=host.example.net [203.0.113.9] (may be forged), reject=550 5.7.1 Relaying denied',
    "2026-12-10 09:32:20.12 Logon       Login failed for user 'kim'. Reason: Password did not match. [CLIENT: 203.0.113.9]",
  ])('%s', (line) => {
    expect(read(line).fields['source.ip']).toBe('203.0.113.9')
  })
})

describe('logins to sendmail', () => {
  it.each([
    ['AUTH failure (LOGIN): user not found (-20), relay=[203.0.113.9], user=kim', 'failure'],
    ['AUTH=server, relay=host.example.net [203.0.113.9], authid=kim, mech=LOGIN, bits=0', 'success'],
  ])('%s', (message, outcome) => {
    expect(read(`Dec 10 09:32:20 mx1 sm-mta[22248]: s1NLaDQT022248: ${message}`).fields).toMatchObject({
      ...{ 'source.ip': '203.0.113.9', 'user.name': 'kim', 'event.category': 'authentication' },
      'event.outcome': outcome,
    })
  })
})

describe('an address that the client chooses is not its address', () => {
  const sshd = 'Dec 10 09:32:20 web1 sshd[4711]: '
  it.each([
    [`${sshd}Failed password for invalid user test from 10.9.9.9 port 5 ssh2 from 203.0.113.9 port 22 ssh2`],
    [`${sshd}Failed password for kim from 203.0.113.9 port 22 ssh2: ruser from 10.9.9.9`],
    [`${sshd}Connection closed by authenticating user test 10.9.9.9 port 5 203.0.113.9 port 22 [preauth]`],
    [
      '2026-12-10 09:32:20 login authenticator failed for mail.example.org ([10.9.9.9]) [203.0.113.9]: 535 Incorrect authentication data (set_id=kim)',
    ],
    [
      "[2026-12-10 09:32:20] NOTICE[566]: chan_sip.c:28926 handle: Registration from '\"28\" <sip:28@10.9.9.9>' failed for '203.0.113.9:5060' - Wrong password",
    ],
  ])('%s', (line) => {
    expect(read(line).fields['source.ip']).toBe('203.0.113.9')
  })
})

describe('times of devices and daemons', () => {
  it.each([
    ['Sophos', '2026:12:10-09:32:20 utm ulogd[4711]: started', '2026-12-10T09:32:20.000Z'],
    ['day first with dashes', '10-12-2026 09:32:20 INFO started', '2026-12-10T09:32:20.000Z'],
    [
      'month first with dashes, if no month has the number',
      '11-25-2026 09:32:20 INFO started',
      '2026-11-25T09:32:20.000Z',
    ],
    // Its clock is 10 s ahead of the seconds since 1970: 0x6b1a71ae − 10.
    ['TAI64N', '@400000006b1a71ae075bca00 tcpserver: status: 1/40', '2026-12-10T09:32:20.123Z'],
  ])('%s', (_, line, time) => {
    expect(new Date(read(line).time ?? 0).toISOString()).toBe(time)
  })
})

describe('SonicWall', () => {
  it('writes the interface behind an address and its port', () => {
    const line =
      'id=firewall sn=18B1 time="2026-12-10 09:32:20" fw=203.0.113.1 pri=1 c=32 m=82 msg="Possible port scan" src=203.0.113.9:51234:X1 dst=10.0.0.5:22:X0 proto=tcp'
    expect(ends(line)).toEqual(flow)
  })
})

describe('levels in forms of single programs', () => {
  it.each([
    ['ESXi', '2026-06-02T02:56:51.118Z Wa(180) vpxa[2099347]: Lost the heartbeat', 'warning', 'Lost the heartbeat'],
    ['ESXi, debug', '2026-06-02T02:56:51Z Db(167) Hostd[4711]: [Originator@6876 sub=Vim] Started', 'debug', undefined],
    ['vSphere', '2026-06-02T10:54:45.001Z error wcp [auth/session.go:156] Session gone', 'error', 'Session gone'],
    [
      'Nextcloud',
      '{"reqId":"a1","level":2,"time":"2026-12-10T09:32:20+00:00","remoteAddr":"203.0.113.9","user":"--","app":"core","method":"GET","url":"/","message":"Slow"}',
      'warning',
      'Slow',
    ],
    ['CUPS', 'W [08/Jun/2026:11:28:58 -0700] Printer is offline', 'warning', 'Printer is offline'],
    [
      'a sentence',
      '2026-06-02T10:54:45Z error reading [config] from disk',
      undefined,
      'error reading [config] from disk',
    ],
  ])('%s', (_name, line, level, message) => {
    const parsed = read(line)
    expect([parsed.fields['log.level'], parsed.message]).toEqual([level, message ?? parsed.message])
    expect(parsed.time).toBeDefined()
  })
})
