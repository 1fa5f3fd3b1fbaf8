import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const read = (text: string) =>
  parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 }).fields

describe('a line of a server that mentions a login', () => {
  it.each([
    // Postfix calls a client without a name unknown, and counts what it asked for.
    [
      'the end of a connection to Postfix',
      '2026-12-10T09:32:20.123456+00:00 mx postfix/smtpd[4711]: disconnect from unknown[203.0.113.9] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6',
    ],
    [
      'a client that left Postfix',
      'Dec 10 09:32:20 mx postfix/submission/smtpd[4711]: lost connection after AUTH from unknown[203.0.113.9]',
    ],
    [
      'a record of logins that sshd may not write',
      'Dec 10 09:32:20 web1 sshd[4711]: syslogin_perform_logout: logout() returned an error',
    ],
    ['a step of sshd', 'debug2: input_userauth_request: setting up authctxt for kim [preauth]'],
    ['another step of sshd', 'debug2: input_userauth_request: try method password [preauth]'],
    ['a module of sshd', 'debug3: PAM: sshpam_thread_cleanup entering [preauth]'],
    ['an answer of a module to sshd', 'debug1: PAM: password authentication failed for kim: Authentication failure'],
    [
      'the end of a connection to Dropbear',
      "Dec 10 09:32:20 nas dropbear[4711]: Exit before auth from <203.0.113.9:51234>: (user 'kim', 1 fails): Exited normally",
    ],
  ])('is none: %s', (_, line) => {
    expect(read(line)['event.category']).not.toBe('authentication')
  })

  const kim = { 'event.category': 'authentication', 'source.ip': '203.0.113.9', 'user.name': 'kim' }
  it.each([
    [
      'ProFTPD with an address as its name',
      '2026-12-10 09:32:20,123 ftp1 proftpd[4711] 10.0.0.5 (203.0.113.9[203.0.113.9]): USER kim (Login failed): Incorrect password',
      { ...kim, 'event.action': 'ftp_login', 'event.outcome': 'failure', 'host.name': 'ftp1' },
    ],
    [
      'ProFTPD, root',
      '2026-12-10 09:32:20,123 ftp1 proftpd[4711] 10.0.0.5 (203.0.113.9[203.0.113.9]): SECURITY VIOLATION: Root login attempted',
      { ...kim, 'event.action': 'ftp_login', 'event.outcome': 'failure', 'user.name': 'root' },
    ],
    [
      'vsftpd, a user whose name is a level',
      'Thu Dec 10 09:32:20 2026 [pid 4711] [info] FAIL LOGIN: Client "203.0.113.9"',
      { ...kim, 'event.outcome': 'failure', 'user.name': 'info' },
    ],
    [
      'nginx',
      '2026/12/10 09:32:20 [error] 4711#4711: *193 user "kim" was not found in "/etc/nginx/htpasswd", client: 203.0.113.9, server: , request: "GET /admin/ HTTP/1.1", host: "shop.example.org"',
      { ...kim, 'event.category': ['web', 'authentication'], 'event.outcome': 'failure' },
    ],
    [
      "MariaDB's audit plugin",
      '20261210 09:32:20,db1,kim,203.0.113.9,35,0,FAILED_CONNECT,,,1045',
      { ...kim, 'event.outcome': 'failure', 'host.name': 'db1' },
    ],
    [
      "MariaDB's audit plugin, accepted",
      'Dec 10 09:32:20 db1 mysql-server_auditing:  db1,kim,203.0.113.9,36,0,CONNECT,shop,,0',
      { ...kim, 'event.outcome': 'success', 'host.name': 'db1' },
    ],
    [
      'Mosquitto',
      "1796895140: New client connected from 203.0.113.9:45110 as sensor-7 (p2, c1, k60, u'kim').",
      { ...kim, 'event.outcome': 'success' },
    ],
    [
      "ProFTPD's log of commands",
      '203.0.113.9 UNKNOWN kim [10/Dec/2026:09:32:20 +0000] "PASS (hidden)" 230 -',
      { ...kim, 'event.action': 'ftp_login', 'event.outcome': 'success' },
    ],
    [
      "ProFTPD's log of commands, refused",
      '203.0.113.9 UNKNOWN - [10/Dec/2026:09:32:20 +0000] "PASS (hidden)" 530 -',
      { 'event.category': 'authentication', 'source.ip': '203.0.113.9', 'event.outcome': 'failure' },
    ],
    [
      'Mosquitto, refused',
      '1796895140: Sending CONNACK to 203.0.113.9 (0, 5)',
      { 'event.category': 'authentication', 'source.ip': '203.0.113.9', 'event.outcome': 'failure' },
    ],
  ])('names who logs in: %s', (_, line, fields) => {
    expect(read(line)).toMatchObject(fields)
  })

  it('names the rule of ModSecurity that a request matched', () => {
    const line =
      '[Thu Dec 10 09:32:20.123456 2026] [security2:error] [pid 9:tid 9] [client 203.0.113.9:4711] [client 203.0.113.9] ModSecurity: Access denied with code 403 (phase 2). detected SQLi using libinjection [file "/etc/modsecurity/a.conf"] [line "24"] [id "942100"] [msg "SQL Injection Attack"] [hostname "shop.example.org"] [uri "/cart"]'
    expect(read(line)).toMatchObject({
      'event.action': 'request_blocked',
      'rule.id': '942100',
      'rule.name': 'SQL Injection Attack',
      'source.ip': '203.0.113.9',
      'url.original': '/cart',
    })
  })

  describe('the audit log of ModSecurity', () => {
    const request = { request_line: "GET /item.php?id=1'+or+1=1 HTTP/1.1", headers: { Host: 'shop.example.org:8080' } }
    const second = (messages: readonly string[], status: number) =>
      JSON.stringify({
        transaction: {
          time: '10/Dec/2026:09:32:20.123456 +0000',
          transaction_id: 'awhQYj8ieoQk',
          remote_address: '203.0.113.9',
          remote_port: 4711,
          local_address: '192.0.2.1',
          local_port: 8080,
        },
        request,
        response: { protocol: 'HTTP/1.1', status, headers: { 'Content-Length': '236' } },
        audit_data: { messages, handler: 'http/2', engine_mode: 'ENABLED' },
      })
    const finding = 'Warning. detected SQLi. [id "942100"] [msg "SQL Injection Attack"] [severity "CRITICAL"]'
    const header = 'Warning. Pattern match. [id "920350"] [msg "Host header is an address"] [severity "WARNING"]'
    const sum =
      'Access denied with code 403 (phase 2). [id "949110"] [msg "Inbound Anomaly Score Exceeded"] [severity "CRITICAL"]'
    const third = JSON.stringify({
      transaction: {
        client_ip: '203.0.113.9',
        time_stamp: 'Thu Dec 10 09:32:20 2026',
        client_port: 4711,
        host_ip: '192.0.2.1',
        host_port: 443,
        unique_id: '176.1',
        request: { method: 'GET', http_version: 1.1, uri: '/item.php?id=1', headers: { Host: 'shop.example.org' } },
        response: { http_code: 403, headers: {} },
        producer: { modsecurity: 'ModSecurity v3.0.9 (Linux)', secrules_engine: 'Enabled' },
        messages: [{ message: 'SQL Injection Attack', details: { ruleId: '942100', severity: '2' } }],
      },
    })

    it.each([
      ['of version 2', second([header, finding, sum], 403)],
      ['of version 3', third],
    ])('has the client, the request and the most severe rule that found something, %s', (_, line) => {
      expect(read(line)).toMatchObject({
        'event.category': 'web',
        'event.action': 'request_blocked',
        'event.outcome': 'failure',
        'source.ip': '203.0.113.9',
        'source.port': 4711,
        'http.request.method': 'GET',
        'url.path': '/item.php',
        'url.domain': 'shop.example.org',
        'http.response.status_code': 403,
        'rule.id': '942100',
        'rule.name': 'SQL Injection Attack',
      })
    })

    it('knows a request that was let through, and one without a rule', () => {
      expect(read(second([header], 200))).toMatchObject({ 'event.action': 'request_reported', 'rule.id': '920350' })
      const plain = read(second([], 404))
      expect(plain).toMatchObject({ 'event.category': 'web', 'http.response.status_code': 404 })
      expect([plain['event.action'], plain['rule.id']]).toEqual([undefined, undefined])
    })
  })

  it("takes the name of a client's program for no service of PostgreSQL", () => {
    const line =
      '2026-12-10 09:32:20.123 UTC [4711] kim@shop LOG:  connection authorized: user=kim database=shop application_name=psql SSL enabled (protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)'
    expect(read(line)).toMatchObject({ 'event.category': 'authentication', 'event.outcome': 'success' })
    expect(read(line)['service.name']).toBeUndefined()
  })
})

describe('a question to a name server', () => {
  const question = { 'dns.question.name': 'www.example.org', 'dns.question.type': 'A', 'source.ip': '10.0.0.2' }
  it.each([
    [
      'Unbound',
      '[1796895140] unbound[4711:0] info: 10.0.0.2 www.example.org. A IN',
      { ...question, 'event.action': 'dns_query' },
    ],
    [
      'Unbound in syslog',
      'Dec 10 09:32:20 ns1 unbound: [4711:0] info: 10.0.0.2 www.example.org. A IN NXDOMAIN 0.000000 1 45',
      { ...question, 'event.action': 'dns_answer', 'dns.response_code': 'NXDOMAIN' },
    ],
    [
      'dnsmasq with log-queries=extra',
      'Dec 10 09:32:20 dnsmasq[4711]: 17 10.0.0.2/41022 query[A] www.example.org from 10.0.0.2',
      { ...question, 'event.action': 'dns_query' },
    ],
    [
      'a refused one to BIND, in its own log',
      '10-Dec-2026 09:32:20.123 query-errors: info: client @0x7f771d155098 10.0.0.2#38455 (www.example.org): query failed (REFUSED) for www.example.org/IN/A at query.c:5708',
      { 'source.ip': '10.0.0.2', 'process.name': 'named' },
    ],
  ])('is read: %s', (_, line, fields) => {
    expect(read(line)).toMatchObject(fields)
  })
})
