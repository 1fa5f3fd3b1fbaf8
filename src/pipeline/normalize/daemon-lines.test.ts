import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const record = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 })
const read = (text: string) => record(text).fields

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
      'a client of PgBouncer that waited for a database that is down',
      '2026-12-10 09:32:20.638 UTC [812] WARNING C-0x55dc71d0a970: shop/kim@203.0.113.9:51636 pooler error: client_login_timeout (server down)',
    ],
    [
      'the end of a connection to Dropbear',
      "Dec 10 09:32:20 nas dropbear[4711]: Exit before auth from <203.0.113.9:51234>: (user 'kim', 1 fails): Exited normally",
    ],
    [
      'an accepted peer of strongSwan, before the line with its address',
      "Dec 10 09:32:20 vpn1 charon: 05[IKE] authentication of 'kim' with EAP successful",
    ],
    [
      'what strongSwan lacks for a peer, before it refuses it',
      "Dec 10 09:32:20 vpn1 charon: 09[IKE] no EAP key found for hosts 'vpn.example.org' - 'root'",
    ],
    ['a new connection to Courier', 'Dec 10 09:32:20 mx imapd: Connection, ip=[::ffff:203.0.113.9], port=[35791]'],
    [
      'the end of a session of Courier',
      'Dec 10 09:32:20 mx pop3d: LOGOUT, user=kim, ip=[::ffff:203.0.113.9], port=[49179], top=0, retr=0, rcvd=12, sent=215, time=0',
    ],
    [
      'a client that sent Exim no mail',
      '2026-12-10 09:32:20 no MAIL in SMTP connection from (User) [203.0.113.9] D=0.123s X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no C=EHLO,STARTTLS,EHLO,AUTH,QUIT',
    ],
    [
      'the end of a request to Dante',
      'Dec 10 09:32:20 gw1 danted[6339]: info: pass(1): tcp/connect ]: 511 -> username%kim@203.0.113.9.42422 10.0.0.5.1080 -> 77, 77 -> 10.0.0.5.42422 192.0.2.7.8000 -> 511: local client closed.  Session duration: 0s',
    ],
    [
      'a step of saslauthd',
      'Dec 10 09:32:20 mx saslauthd[4711]: DEBUG: auth_pam: pam_authenticate failed: Authentication failure',
    ],
    [
      'a module of saslauthd',
      'Dec 10 09:32:20 mx saslauthd[4711]: pam_unix(imap:auth): authentication failure; logname= uid=0 euid=0 tty= ruser= rhost=  user=kim',
    ],
    ['a step of Cyrus', 'Dec 10 09:32:20 mx cyrus/imap[4711]: SASL Password verification failed'],
    [
      'encryption of Cyrus',
      'Dec 10 09:32:20 mx cyrus/imap[4711]: starttls: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits new) no authentication',
    ],
    [
      "a step of xrdp's session manager",
      'Dec 10 09:32:20 ts1 xrdp-sesman[4711]: [ERROR] pam_authenticate failed: Authentication failure',
    ],
    [
      "a module of xrdp's session manager",
      'Dec 10 09:32:20 ts1 xrdp-sesman[4711]: pam_unix(xrdp-sesman:auth): authentication failure; logname= uid=0 euid=0 tty=xrdp-sesman ruser= rhost=  user=kim',
    ],
    [
      'what xrdp shows its client',
      'Dec 10 09:32:20 ts1 xrdp[4712]: [INFO ] xrdp_wm_log_msg: login failed for user kim',
    ],
    [
      'a request that Dante refuses',
      'Dec 10 09:32:20 gw1 danted[6323]: info: block(1): tcp/accept ]: 203.0.113.9.42428 10.0.0.5.1080: blocked by higher-level socks-rule #0: no rules matched; using default block rule',
    ],
    [
      'the end of a client that ngIRCd refused',
      'Dec 10 09:32:20 irc1 ngircd[4711]: Shutting down connection 8 (Bad server password) with "203.0.113.9:59303" ...',
    ],
    [
      'the same end, by the name of the client',
      'Dec 10 09:32:20 irc1 ngircd[4711]: Client "kim" unregistered (connection 8): Bad server password.',
    ],
    [
      'a session of rsync without a password',
      '2026/12/10 09:32:20 [4711] rsync on pub/f from nas.example.org (203.0.113.9)',
    ],
    [
      'an allowed module of rsync',
      '2026/12/10 09:32:20 [4711] rsync allowed access on module data from UNKNOWN (203.0.113.9)',
    ],
    ['a client that left ZNC', '[2026-12-10 09:32:20] [kim] disconnected from ZNC from 203.0.113.9'],
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
    [
      'Courier',
      'Dec 10 09:32:20 mx imapd: LOGIN, user=kim, ip=[::ffff:203.0.113.9], port=[37031], protocol=IMAP',
      { ...kim, 'event.action': 'mail_login', 'event.outcome': 'success', 'source.port': 37_031 },
    ],
    [
      'Courier, refused',
      'Dec 10 09:32:20 mx pop3d: LOGIN FAILED, user=kim, ip=[::ffff:203.0.113.9], port=[49885]',
      { ...kim, 'event.action': 'mail_login', 'event.outcome': 'failure', 'source.port': 49_885 },
    ],
    [
      'Cyrus',
      'Dec 10 09:32:20 mx cyrus/imap[4711]: login: [203.0.113.9] kim plaintext User logged in SESSIONID=<cyrus-1796895140-4711-1-18415446444417490362>',
      { ...kim, 'event.action': 'mail_login', 'event.outcome': 'success' },
    ],
    [
      'Cyrus, a client with a name',
      'Dec 10 09:32:20 mx imaps[4711]: login: pc7.example.org [203.0.113.9] kim PLAIN+TLS User logged in SESSIONID=<mx-4711-1796895140-1>',
      { ...kim, 'event.outcome': 'success', 'source.domain': 'pc7.example.org' },
    ],
    [
      'Cyrus, refused',
      'Dec 10 09:32:20 mx cyrus/pop3[4711]: badlogin: [203.0.113.9] plaintext (kim) [SASL(-13): authentication failure: checkpass failed]',
      { ...kim, 'event.action': 'mail_login', 'event.outcome': 'failure' },
    ],
    [
      'Cyrus 2, refused',
      'Dec 10 09:32:20 mx imap[4711]: badlogin: pc7.example.org [203.0.113.9] plaintext kim SASL(-13): authentication failure: checkpass failed',
      { ...kim, 'event.action': 'mail_login', 'event.outcome': 'failure' },
    ],
    [
      'saslauthd',
      'Dec 10 09:32:20 mx saslauthd[4711]:                 : auth failure: [user=kim] [service=imap] [realm=] [mech=pam] [reason=PAM auth error]',
      { 'event.category': 'authentication', 'event.outcome': 'failure', 'user.name': 'kim' },
    ],
    [
      'xrdp',
      'Dec 10 09:32:20 ts1 xrdp-sesman[4711]: [INFO ] ++ created session (access granted): username kim, ip ::ffff:203.0.113.9:46872 - socket: 13',
      { ...kim, 'event.action': 'rdp_login', 'event.outcome': 'success', 'source.port': 46_872 },
    ],
    [
      'xrdp, in its own file',
      '[20261210-09:32:20] [INFO ] ++ created session (access granted): username kim, ip ::ffff:203.0.113.9:46872 - socket: 13',
      { ...kim, 'event.outcome': 'success', 'process.name': 'xrdp-sesman' },
    ],
    [
      'xrdp, resumed',
      '[20261210-09:32:20] [INFO ] ++ reconnected session: username kim, display :10.0, session_pid 4713, ip ::ffff:203.0.113.9:46880 - socket: 13',
      { ...kim, 'event.outcome': 'success' },
    ],
    [
      'xrdp, refused',
      '[20261210-09:32:20] [INFO ] AUTHFAIL: user=kim ip=::ffff:203.0.113.9 time=1796895140',
      { ...kim, 'event.action': 'rdp_login', 'event.outcome': 'failure', 'process.name': 'xrdp-sesman' },
    ],
    [
      'Exim, without a mail',
      '2026-12-10 09:32:20.507 [4711] no MAIL in SMTP connection from (User) [203.0.113.9]:52921 I=[10.0.0.5]:587 D=0.129s A=plain_server:kim X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no C=EHLO,STARTTLS,EHLO,AUTH,QUIT',
      { ...kim, 'event.action': 'mail_login', 'event.outcome': 'success' },
    ],
    [
      'Dante',
      'Dec 10 09:32:20 gw1 danted[6339]: info: pass(1): tcp/connect [: username%kim@203.0.113.9.42422 10.0.0.5.1080 -> 10.0.0.5.42422 192.0.2.7.8000',
      { ...kim, 'event.outcome': 'success', 'destination.ip': '192.0.2.7', 'destination.port': 8000 },
    ],
    [
      'Dante, refused, in its own file',
      'Dec 10 09:32:20 (1796895140.270219) danted[6322]: info: block(1): tcp/accept ]: 203.0.113.9.42372 10.0.0.5.1080: error after reading 14 bytes in 0 seconds: system password authentication failed for user "kim"',
      { ...kim, 'event.outcome': 'failure', 'process.name': 'danted', 'source.port': 42_372 },
    ],
    [
      'Dante, unknown',
      'Dec 10 09:32:20 gw1 danted[6322]: info: block(1): tcp/accept ]: 203.0.113.9.42370 10.0.0.5.1080: error after reading 14 bytes in 0 seconds: could not access user "kim"\'s records in the system password file: no system error',
      { ...kim, 'event.outcome': 'failure' },
    ],
    [
      'Prosody',
      'Dec 10 09:32:20 c2s55d1402da3b0\tinfo\tAuthenticated as kim@example.org',
      {
        'event.category': 'authentication',
        'event.outcome': 'success',
        'user.name': 'kim@example.org',
        'process.name': 'prosody',
        'log.logger': 'c2s55d1402da3b0',
        'log.level': 'info',
      },
    ],
    [
      'Prosody in syslog',
      'Dec 10 09:32:20 im1 prosody[4711]: c2s55d140494880: Authenticated as kim@example.org',
      { 'event.category': 'authentication', 'event.outcome': 'success', 'user.name': 'kim@example.org' },
    ],
    [
      'strongSwan, refused',
      'Dec 10 09:32:20 vpn1 charon: 14[IKE] EAP method EAP_MD5 failed for peer kim',
      { 'event.category': 'authentication', 'event.outcome': 'failure', 'user.name': 'kim' },
    ],
    [
      'strongSwan, refused, by its address',
      'Dec 10 09:32:20 vpn1 charon: 14[IKE] EAP method EAP_MSCHAPV2 failed for peer 203.0.113.9',
      { 'event.category': 'authentication', 'event.outcome': 'failure', 'source.ip': '203.0.113.9' },
    ],
    [
      'Asterisk, whose PJSIP refuses a password',
      '[2026-12-10 09:32:20] SECURITY[4711] res_security_log.c: SecurityEvent="ChallengeResponseFailed",EventTV="2026-12-10T09:32:20.123+0000",Severity="Error",Service="PJSIP",EventVersion="1",AccountID="kim",SessionID="a1",LocalAddress="IPV4/TLS/10.0.0.5/5061",RemoteAddress="IPV4/TLS/203.0.113.9/50601",Challenge="",Response=""',
      {
        ...kim,
        'event.outcome': 'failure',
        'source.port': 50601,
        'destination.ip': '10.0.0.5',
        'service.name': 'PJSIP',
      },
    ],
    [
      'Asterisk, whose PJSIP refuses an account, in syslog',
      'Dec 10 09:32:20 pbx1 asterisk[811]: SECURITY[4711]: res_security_log.c:114 in security_event_stasis_cb: SecurityEvent="InvalidAccountID",EventTV="2026-12-10T09:32:20.123+0000",Severity="Error",Service="PJSIP",EventVersion="1",AccountID="kim",SessionID="a1",LocalAddress="IPV4/TLS/10.0.0.5/5061",RemoteAddress="IPV4/TLS/203.0.113.9/50601",Challenge="",Response=""',
      {
        ...kim,
        'event.outcome': 'failure',
        'source.port': 50601,
        'destination.ip': '10.0.0.5',
        'service.name': 'PJSIP',
      },
    ],
    [
      'strongSwan with the names of connections',
      'Dec 10 09:32:20 vpn1 charon: 14[IKE] <rw|3> EAP method EAP_MSCHAPV2 failed for peer kim',
      { 'event.category': 'authentication', 'event.outcome': 'failure', 'user.name': 'kim' },
    ],
    [
      'strongSwan in a file of its own',
      'Dec 10 09:32:20 14[IKE] EAP method EAP_MSCHAPV2 failed for peer kim',
      { 'process.name': 'charon', 'event.outcome': 'failure', 'user.name': 'kim' },
    ],
    [
      'strongSwan with a wrong shared key, after its own identity',
      "2026-12-10T09:32:20 08[IKE] <5> tried 1 shared key for 'vpn.example.org' - 'kim', but MAC mismatched",
      { 'process.name': 'charon', 'event.outcome': 'failure', 'user.name': 'kim' },
    ],
    [
      'coturn',
      '2026-12-10T09:32:20+0000: ERROR: check_stun_auth: user kim credentials are incorrect',
      { 'event.category': 'authentication', 'event.outcome': 'failure', 'user.name': 'kim' },
    ],
    [
      'the rsync daemon',
      '2026/12/10 09:32:20 [4711] rsync on data/f from kim@UNKNOWN (203.0.113.9)',
      { ...kim, 'event.outcome': 'success', 'process.name': 'rsyncd', 'process.pid': 4711 },
    ],
    [
      'the rsync daemon, refused',
      '2026/12/10 09:32:20 [4711] auth failed on module data from UNKNOWN (203.0.113.9) for kim: password mismatch',
      { ...kim, 'event.outcome': 'failure', 'event.reason': 'password mismatch', 'process.name': 'rsyncd' },
    ],
    [
      'the rsync daemon in syslog',
      'Dec 10 09:32:20 nas rsyncd[4711]: rsync to backup/web1 from kim@web1.example.org (203.0.113.9)',
      { ...kim, 'event.outcome': 'success', 'host.name': 'nas' },
    ],
    [
      'ngIRCd',
      'Dec 10 09:32:20 irc1 ngircd[4711]: User "kim!~kim@203.0.113.9" registered (connection 8).',
      { ...kim, 'event.outcome': 'success' },
    ],
    [
      'ngIRCd, refused',
      'Dec 10 09:32:20 irc1 ngircd[4711]: User "kim!~kim@203.0.113.9" rejected (connection 8): Bad server password!',
      { ...kim, 'event.outcome': 'failure', 'event.reason': 'Bad server password' },
    ],
    [
      'an operator of ngIRCd',
      'Dec 10 09:32:20 irc1 ngircd[4711]: Got valid OPER for "kim" from "k2!~k2@203.0.113.9", user is an IRC operator now.',
      { ...kim, 'event.outcome': 'success' },
    ],
    [
      'an operator of ngIRCd, refused',
      'Dec 10 09:32:20 irc1 ngircd[4711]: Got invalid OPER from "k2!~k2@203.0.113.9": "kim" -- bad password!',
      { ...kim, 'event.outcome': 'failure' },
    ],
    ['ZNC', '[2026-12-10 09:32:20] [kim] connected to ZNC from 203.0.113.9', { ...kim, 'event.outcome': 'success' }],
    [
      'ZNC, refused',
      '[2026-12-10 09:32:20] [kim] failed to login from 203.0.113.9',
      { ...kim, 'event.outcome': 'failure' },
    ],
    [
      'ZNC in syslog',
      'Dec 10 09:32:20 irc1 znc[4711]: [kim] connected to ZNC from 203.0.113.9',
      { ...kim, 'event.outcome': 'success' },
    ],
    [
      'Radicale, refused',
      "[2026-12-10 09:32:20 +0000] [4711/Thread-7 (process_request_thread)] [WARNING] Failed login attempt from 203.0.113.9: 'kim'",
      { ...kim, 'event.outcome': 'failure' },
    ],
    [
      'Radicale behind a proxy, refused',
      "[2026-12-10 09:32:20 +0000] [4711/Thread-7] [WARNING] Failed login attempt from 203.0.113.9 (forwarded for '198.51.100.7'): 'kim' (htpasswd)",
      { ...kim, 'event.outcome': 'failure' },
    ],
    [
      'lighttpd, refused',
      "2026-12-10 09:32:20: (mod_auth.c.850) password doesn't match for /admin/ username: kim IP: 203.0.113.9",
      { ...kim, 'event.outcome': 'failure' },
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

it("takes no other program's errors for those of a web server", () => {
  expect(read('Dec 10 09:32:20 ts1 xrdp[4711]: [ERROR] xrdp_iso_send: trans_write_copy_s failed')).toMatchObject({
    'log.level': 'error',
    'process.name': 'xrdp',
  })
  expect(
    read('Dec 10 09:32:20 ts1 xrdp[4711]: [ERROR] xrdp_iso_send: trans_write_copy_s failed')['event.category'],
  ).toBeUndefined()
})

it.each([
  [
    'a user in angle brackets',
    '2026-12-10T09:32:20+0000: session 001000000000000001: new, realm=<example.org>, username=<kim>, lifetime=777',
    'kim',
  ],
  [
    'no user before "instead"',
    'WARNING   Dec 10 09:32:20.906 [4711]: You SHOULD set a UserName in the config file. Using current user instead.',
    undefined,
  ],
  ['a user with a genitive', 'Dec 10 09:32:20 gw1 app[1]: may not read user "kim"\'s records', 'kim'],
])('reads %s', (_, line, user) => {
  expect(read(line)['user.name']).toBe(user)
})

it('takes what an address sent for no user', () => {
  const line =
    'Thu Dec 10 09:32:20 2026 : Info: Dropping packet without response because of error: Received packet from 203.0.113.9 with invalid Message-Authenticator!  (Shared secret is incorrect.) (from client ap7)'
  expect(read(line)).not.toHaveProperty(['user.name'])
})

it('takes the name that a server starts as for no user', () => {
  const fields = read(
    "Thu Dec 10 2026 09:32:20 STARTUP: Startup complete as 'irc.example.org'[97K], 20000 max open sockets",
  )
  expect(fields).toMatchObject({ 'event.action': 'service_started' })
  expect(fields).not.toHaveProperty(['user.name'])
})

it("takes a connection to another server's log for none of sshd", () => {
  expect(read('Connection from 203.0.113.9 port 48900')).not.toHaveProperty(['process.name'])
  expect(read('Connection from 203.0.113.9 port 48900 on 10.0.0.5 port 22 rdomain ""')).toMatchObject({
    'process.name': 'sshd',
    'event.action': 'ssh_connection',
    'source.ip': '203.0.113.9',
  })
})

it.each([
  ['2026-12-10 09:32:20,123 fail2ban.filter         [4711]: INFO    [sshd] Found 203.0.113.9 - 2026-12-10 09:32:20'],
  ['2026-12-10 09:32:20,123 fail2ban.actions        [4711]: NOTICE  [sshd] Ban 203.0.113.9'],
  ['2026-12-10 09:32:20,123 fail2ban.actions        [4711]: NOTICE  [sshd] Restore Ban 203.0.113.9'],
  ['Dec 10 09:32:20 web1 fail2ban.actions[4711]: NOTICE [nginx-http-auth] Unban 203.0.113.9'],
])('names the address that fail2ban watches: %s', (line) => {
  const fields = read(line)
  expect(fields['source.ip']).toBe('203.0.113.9')
  // The log that it watches has the login itself.
  expect(fields).not.toHaveProperty(['event.category'])
})

it('takes an address that a program found for no client', () => {
  expect(read('2026-12-10 09:32:20 INFO Found 10.0.0.5:9200 in the cluster')).not.toHaveProperty(['source.ip'])
})

it('names the program of a line that ProFTPD writes about itself', () => {
  const parsed = record('2026-12-10 09:32:20,123 ftp1 proftpd[4711] 10.0.0.5: ProFTPD killed (signal 15)')
  expect(parsed.message).toBe('ProFTPD killed (signal 15)')
  expect(parsed.fields).toMatchObject({ 'host.name': 'ftp1', 'process.name': 'proftpd', 'process.pid': 4711 })
})

it('reads the kind of a line before its time', () => {
  const parsed = record(
    'CONNECT   Dec 10 09:32:20.314 [4711]: Request (file descriptor 5): GET http://shop.example.org/ HTTP/1.1',
  )
  expect(parsed.message).toBe('Request (file descriptor 5): GET http://shop.example.org/ HTTP/1.1')
  expect(parsed.fields).toMatchObject({ 'process.pid': 4711, 'log.logger': 'CONNECT' })
})

it.each([
  ['<W>2026-12-10 09:32:20.933 1 => <2:kim(-1)> Authenticated', '1 => <2:kim(-1)> Authenticated', undefined],
  ['<C>2026-12-10 09:32:20.309 Failed to set priority limits.', 'Failed to set priority limits.', 'error'],
  // A time in the brackets of a sentence has no attributes before it.
  [
    'Python version: 3.11.2 (main, Apr 28 2026, 14:11:48) [GCC 12.2.0]',
    'Python version: 3.11.2 (main, Apr 28 2026, 14:11:48) [GCC 12.2.0]',
    undefined,
  ],
  [
    ' 0(4711) CRITICAL: <core> [core/cfg.y:3790]: yyerror_at(): parse error in config file',
    ' 0(4711) CRITICAL: <core> [core/cfg.y:3790]: yyerror_at(): parse error in config file',
    'crit',
  ],
  ['12: : ERROR: cannot create a socket', '12: : ERROR: cannot create a socket', 'error'],
  ['12 of 40 ERROR: lines were left out', '12 of 40 ERROR: lines were left out', undefined],
])('reads the level and the message of %s', (line, message, level) => {
  const parsed = record(line)
  expect(parsed.message).toBe(message)
  expect(parsed.fields['log.level']).toBe(level)
})

it('keeps the message of a line whose text is empty', () => {
  const text = 'conn=1003 op=0 RESULT tag=97 err=49 qtime=0.000005 etime=0.000104 text='
  expect(record(`Dec 10 09:32:20 ldap1 slapd[4711]: ${text}`).message).toBe(text)
})

describe('a transfer of files without a login', () => {
  it.each([
    [
      'rsync, sent',
      '2026/12/10 09:32:20 [4711] send UNKNOWN [10.0.0.2] data (kim) srv/my file 2',
      { 'event.action': 'rsync_download', 'user.name': 'kim', 'file.path': 'srv/my file', 'file.size': 2 },
    ],
    [
      'rsync, a module that does not exist',
      "2026/12/10 09:32:20 [4711] unknown module 'backup' tried from UNKNOWN (10.0.0.2)",
      { 'event.action': 'rsync_access', 'event.outcome': 'failure', 'process.name': 'rsyncd' },
    ],
    [
      'rsync, a module for other hosts',
      'Dec 10 09:32:20 nas rsyncd[4711]: rsync denied on module data from UNKNOWN (10.0.0.2)',
      { 'event.action': 'rsync_access', 'event.outcome': 'failure' },
    ],
    [
      'TFTP',
      'Dec 10 09:32:20 pxe in.tftpd[4711]: RRQ from 10.0.0.2 filename ../../etc/passwd',
      { 'event.action': 'tftp_read', 'file.path': '../../etc/passwd' },
    ],
    [
      'TFTP, refused',
      'Dec 10 09:32:20 pxe in.tftpd[4711]: sending NAK (1, File not found) to 10.0.0.2',
      { 'event.action': 'tftp_refused', 'event.outcome': 'failure', 'event.reason': 'File not found' },
    ],
  ])('names the client and the file: %s', (_, line, fields) => {
    expect(read(line)).toMatchObject({ ...fields, 'source.ip': '10.0.0.2' })
  })
})

it('takes no end of stunnel for the one of its client', () => {
  const lines = [
    'Dec 10 09:32:20 web1 stunnel[4711]: LOG5[0]: Service [web] connected remote server from 10.0.0.5:39904',
    'Dec 10 09:32:20 web1 stunnel[4711]: LOG5[0]: s_connect: connected 10.0.0.5:80',
    'Dec 10 09:32:20 web1 stunnel[4711]: LOG5[0]: Service [web] accepted connection from 10.0.0.2:46384',
  ]
  expect(lines.map((line) => read(line)['source.ip'])).toEqual([undefined, undefined, '10.0.0.2'])
})

it('reads a request to the API of PowerDNS', () => {
  const line =
    'Dec 10 09:32:20 ns1 pdns[4711]: [webserver] 5eab55b6-f6a0-48c1-8d27-d128069459c4 10.0.0.2:44180 "GET /api/v1/servers HTTP/1.1" 401 167'
  expect(read(line)).toMatchObject({
    'event.category': 'web',
    'event.outcome': 'failure',
    'source.ip': '10.0.0.2',
    'http.response.status_code': 401,
    'url.path': '/api/v1/servers',
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
      'PowerDNS',
      "Dec 10 09:32:20 ns1 pdns[4711]: Remote 10.0.0.2 wants 'www.example.org|A', do = 0, bufsize = 1232: packetcache MISS",
      { ...question, 'event.action': 'dns_query' },
    ],
    [
      'a zone that PowerDNS keeps to itself',
      "Dec 10 09:32:20 ns1 pdns[4711]: AXFR-out zone 'example.org', client '10.0.0.2:35311', denied: client IP has no permission",
      { 'event.action': 'dns_zone_transfer', 'event.outcome': 'failure', 'source.ip': '10.0.0.2' },
    ],
    [
      'a zone that NSD keeps to itself',
      '[2026-12-10 09:32:20.989] nsd[4711]: info: axfr for example.net. from 10.0.0.2 refused, no acl matches',
      { 'event.action': 'dns_zone_transfer', 'event.outcome': 'failure', 'dns.question.name': 'example.net' },
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
