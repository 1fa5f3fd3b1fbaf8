import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const read = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 })
const kim = { 'user.name': 'kim', 'source.ip': '203.0.113.9', 'event.category': 'authentication' }

describe('a server says who logged in', () => {
  it.each([
    [
      'Exim',
      '2026-12-10 09:32:20 1tLzXy-0000ab-2C <= kim@example.org H=(laptop) [203.0.113.9] P=esmtpsa X=TLS1.3:ECDHE:256 CV=no A=plain_server:kim S=2211 id=1@example.org',
    ],
    [
      'FortiGate',
      'date=2026-12-10 time=09:32:20 devname="fw1" logid="0101039424" type="event" subtype="vpn" level="information" logdesc="SSL VPN tunnel up" action="tunnel-up" remip=203.0.113.9 user="kim" reason="login successfully" msg="SSL tunnel established"',
    ],
    [
      'Asterisk',
      '[2026-12-10 09:32:20] SECURITY[4711] res_security_log.c: SecurityEvent="SuccessfulAuth",EventTV="2026-12-10T09:32:20.123+0000",Severity="Informational",Service="PJSIP",EventVersion="1",AccountID="kim",SessionID="a1",LocalAddress="IPV4/UDP/10.0.0.5/5060",RemoteAddress="IPV4/UDP/203.0.113.9/5060",UsingPassword="1"',
    ],
    ['Artifactory', '2026-12-10T09:32:20.123Z [1a2b3c4d5e6f7a8b] [ACCEPTED LOGIN]  for client : kim / 203.0.113.9'],
    [
      'Aruba CX',
      '<190>1 2026-12-10T09:32:20.123Z sw1 hpe-restd 33 - - Event|4604|LOG_INFO|AMM|-|User kim successfully logged in from 203.0.113.9 via https-server',
    ],
    [
      'Cassandra',
      'INFO  [Native-Transport-Requests-1] 2026-12-10 09:32:20,123 FileAuditLogger.java:51 - user:kim|host:/10.0.0.5:9042|source:/203.0.113.9|port:51234|timestamp:1797240740123|type:LOGIN_SUCCESS|category:AUTH|operation:LOGIN SUCCESSFUL',
    ],
    [
      'Elasticsearch',
      '{"type":"audit","timestamp":"2026-12-10T09:32:20,123+0000","node.id":"n1","host.name":"es1","host.ip":"10.0.0.5","event.type":"rest","event.action":"authentication_success","user.name":"kim","origin.type":"rest","origin.address":"203.0.113.9:51234","url.path":"/_search","request.method":"GET"}',
    ],
    [
      'ESXi',
      '<166>2026-12-10T09:32:20.123Z esx1 Hostd: info hostd[21] [Originator@6876 sub=Vimsvc.ha-eventmgr opID=esxui-1] Event 8 : User kim@203.0.113.9 logged in as Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
    ],
    [
      'Jira',
      "2026-12-10 09:32:20,123 http-nio-8080-exec-3 kim 572x11x1 1ab2c3 203.0.113.9 /login.jsp The user 'kim' has PASSED authentication.",
    ],
    [
      'Junos',
      "<37>Dec 10 09:32:20 srx1 mgd[77]: UI_LOGIN_EVENT: User 'kim' login, class 'j-super-user' [77], ssh-connection '203.0.113.9 51234 10.0.0.5 22', client-mode 'cli'",
    ],
    [
      'NetScaler',
      '<134> 12/10/2026:09:32:20 GMT ns1 0-PPE-0 : default SSLVPN LOGIN 4711 0 : Context kim@203.0.113.9 - SessionId: 87 - User kim - Client_ip 203.0.113.9 - Nat_ip "Mapped Ip" - Vserver 10.0.0.5:443 - Browser_type "Mozilla/5.0" - SSLVPN_client_type ICA - Group(s) "VPN"',
    ],
    [
      'Pulse Secure',
      '<134>Dec 10 09:32:20 pcs1 PulseSecure: 2026-12-10 09:32:20 - pcs1 - [203.0.113.9] kim(Users)[Staff] - Login succeeded for kim/Users (session:00009876) from 203.0.113.9 with Pulse-Secure/9.1.4 (Windows 10).',
    ],
    [
      'QNAP',
      '<30>Dec 10 09:32:20 qnap1 qulogd[91]: conn log: Users: kim, Source IP: 203.0.113.9, Computer name: ---, Connection type: HTTP, Accessed resources: Administration, Action: Login OK',
    ],
    [
      'SonicWall',
      '<134>  id=firewall sn=18B1690729A8 time="2026-12-10 09:32:20 UTC" fw=10.0.0.1 pri=6 c=16 gcat=4 m=1080 msg="SSL VPN zone remote user login allowed" sess="sslvpnc" n=4 usr="kim" src=203.0.113.9::X1 dst=10.0.0.1:443:X1 note="Client Type: NetExtender" fw_action="NA"',
    ],
    [
      'Zimbra',
      '2026-12-10 09:32:20,123 INFO  [qtp1-9:https://mail.example.org/service/soap/AuthRequest] [name=kim;oip=203.0.113.9;ua=zclient/8.8.15_GA_4508;soapId=1a3;] security - cmd=Auth; account=kim; protocol=soap;',
    ],
    ['FreeRADIUS', 'Thu Dec 10 09:32:20 2026 : Auth: (9) Login OK: [kim] (from client gw port 0 cli 203.0.113.9)'],
    [
      'MongoDB 4.4',
      '{"t":{"$date":"2026-12-10T09:32:20.123+00:00"},"s":"I","c":"ACCESS","id":20250,"ctx":"conn9","msg":"Authentication succeeded","attr":{"mechanism":"SCRAM-SHA-256","speculative":false,"principalName":"kim","authenticationDatabase":"admin","remote":"203.0.113.9:51234","extraInfo":{}}}',
    ],
    [
      'MongoDB 7',
      '{"t":{"$date":"2026-12-10T09:32:20.123+00:00"},"s":"I","c":"ACCESS","id":5286306,"ctx":"conn9","msg":"Successfully authenticated","attr":{"client":"203.0.113.9:51234","isSpeculative":true,"mechanism":"SCRAM-SHA-256","user":"kim","db":"admin","result":0}}',
    ],
    [
      'PostgreSQL',
      '2026-12-10 09:32:20.123 UTC [4711] kim@shop 203.0.113.9(51234) LOG:  connection authorized: user=kim database=shop application_name=psql',
    ],
    [
      'Samba',
      'Dec 10 09:32:20 nas smbd[9]:   Auth: [SMB2,(null)] user [CORP]\\[kim] at [Thu, 10 Dec 2026 09:32:20.123456 UTC] with [NTLMv2] status [NT_STATUS_OK] workstation [PC7] remote host [ipv4:203.0.113.9:51234] became [CORP]\\[kim] [S-1-5-21-1-2-3-1105]. local host [ipv4:10.0.0.5:445]',
    ],
    [
      'Samba, JSON',
      '{"timestamp":"2026-12-10T09:32:20.123456+0000","type":"Authentication","Authentication":{"version":{"major":1,"minor":3},"eventId":4624,"status":"NT_STATUS_OK","localAddress":"ipv4:10.0.0.5:445","remoteAddress":"ipv4:203.0.113.9:51234","serviceDescription":"SMB2","clientDomain":"CORP","clientAccount":"kim","workstation":"PC7"}}',
    ],
    [
      'strongSwan',
      'Dec 10 09:32:20 vpn charon: 07[IKE] <rw|3> IKE_SA rw[3] established between 10.0.0.5[vpn.example.org]...203.0.113.9[kim]',
    ],
  ])('%s', (_, line) => {
    expect(read(line).fields).toMatchObject({ ...kim, 'event.outcome': 'success' })
  })
})

describe('a server says who failed to log in', () => {
  it.each([
    [
      'a program in Erlang',
      '2026-12-10 09:32:20.135296+00:00 [warning] <0.487.0>@ejabberd_web_admin:process2/2:215 Access of <<"kim">> from <<"203.0.113.9">> failed with error: <<"bad-password">>',
    ],
    [
      'Elasticsearch',
      '{"type":"audit","timestamp":"2026-12-10T09:32:20,123+0000","node.id":"n1","host.name":"es1","host.ip":"10.0.0.5","event.type":"rest","event.action":"authentication_failed","user.name":"kim","origin.type":"rest","origin.address":"203.0.113.9:51234","url.path":"/_search","request.method":"GET"}',
    ],
    [
      'Cassandra',
      'INFO  [Native-Transport-Requests-1] 2026-12-10 09:32:20,123 FileAuditLogger.java:51 - user:kim|host:/10.0.0.5:9042|source:/203.0.113.9|port:51234|timestamp:1797240740123|type:LOGIN_ERROR|category:AUTH|operation:LOGIN FAILURE; Provided username kim and/or password are incorrect',
    ],
    [
      'FreeRADIUS, without the password',
      'Thu Dec 10 09:32:20 2026 : Auth: (9) Login incorrect (pap: Cleartext password does not match "known good" password): [kim/Summer2026] (from client gw port 0 cli 203.0.113.9)',
    ],
    [
      'SQL Server',
      "2026-12-10 09:32:20.12 Logon       Login failed for user 'kim'. Reason: Could not find a login matching the name provided. [CLIENT: 203.0.113.9]",
    ],
    [
      'ProFTPD',
      '2026-12-10 09:32:20,123 ftp1 proftpd[9] ftp1.example.org (203.0.113.9[203.0.113.9]): USER kim: no such user found from 203.0.113.9 [203.0.113.9] to 10.0.0.5:21',
    ],
    [
      'Samba',
      'Dec 10 09:32:20 nas smbd[9]:   Auth: [SMB2,(null)] user [CORP]\\[kim] at [Thu, 10 Dec 2026 09:32:20.123456 UTC] with [NTLMv2] status [NT_STATUS_NO_SUCH_USER] workstation [PC7] remote host [ipv4:203.0.113.9:51234] mapped to [CORP]\\[kim]. local host [ipv4:10.0.0.5:445]',
    ],
    [
      'Samba, JSON',
      '{"timestamp":"2026-12-10T09:32:20.123456+0000","type":"Authentication","Authentication":{"version":{"major":1,"minor":3},"eventId":4625,"status":"NT_STATUS_NO_SUCH_USER","localAddress":"ipv4:10.0.0.5:445","remoteAddress":"ipv4:203.0.113.9:51234","serviceDescription":"SMB2","clientDomain":"CORP","clientAccount":"kim","workstation":"PC7"}}',
    ],
  ])('%s', (_, line) => {
    expect(read(line).fields).toMatchObject({ ...kim, 'event.outcome': 'failure' })
  })

  it.each([
    ['IPv4', '203.0.113.9'],
    ['IPv6', '2001:db8::9'],
  ])('reads the client of a Kerberos ticket over %s', (_, client) => {
    const line = (answer: string) =>
      `Dec 10 09:32:20 kdc1 krb5kdc[912](info): AS_REQ (8 etypes {aes256-cts-hmac-sha1-96(18)}) ${client}: ${answer} for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG`
    const party = { 'user.name': 'kim@EXAMPLE.ORG', 'source.ip': client, 'event.category': 'authentication' }
    const issued = line('ISSUE: authtime 1797240740, etypes {rep=18, tkt=18, ses=18}, kim@EXAMPLE.ORG')
    expect(read(issued).fields).toMatchObject({ ...party, 'event.outcome': 'success' })
    const refused = `${line('PREAUTH_FAILED: kim@EXAMPLE.ORG')}, Preauthentication failed`
    expect(read(refused).fields).toMatchObject({ ...party, 'event.outcome': 'failure' })
    const asked = `${line('NEEDED_PREAUTH: kim@EXAMPLE.ORG')}, Additional pre-authentication required`
    expect(read(asked).fields['event.category']).toBeUndefined()
  })

  it.each([
    ['0', 'success'],
    ['1017', 'failure'],
    ['28000', 'failure'],
  ])("reads return code %s of Oracle's unified audit trail", (code, outcome) => {
    const line = (action: number) =>
      `<134>Dec 10 09:32:20 ora1 Oracle Unified Audit[9911]: LENGTH: '161' TYPE:"4" DBID:"3311" SESID:"4711" CLIENTID:"" ENTRYID:"1" STMTID:"1" DBUSER:"KIM" CURUSER:"KIM" ACTION:"${action}" RETCODE:"${code}" SCHEMA:"" OBJNAME:""`
    const { fields } = read(line(100))
    expect(fields).toMatchObject({ 'user.name': 'KIM', 'event.category': 'authentication', 'event.outcome': outcome })
    expect(read(line(3)).fields['event.category']).toBeUndefined()
  })

  it.each([
    [
      'Slack',
      '"action":"user_login"',
      '"actor":{"type":"user","user":{"name":"kim"}},"context":{"ip_address":"203.0.113.9"}',
    ],
    [
      'GitHub',
      '"action":"user.login"',
      '"actor":"kim","actor_ip":"203.0.113.9","actor_location":{"country_code":"DE"}',
    ],
  ])(
    'takes a login of %s without a result for a success, and one that lacks a party or failed for none',
    (_, action, parties) => {
      const line = (...parts: readonly string[]) => read(`{"@timestamp":1797240740123,${parts.join(',')}}`).fields
      expect(line(action, parties)).toMatchObject({ ...kim, 'event.outcome': 'success' })
      expect(line(action.replace('login', 'failed_login'), parties)).toMatchObject({
        ...kim,
        'event.outcome': 'failure',
      })
      expect(line(action)['event.category']).toBeUndefined()
      expect(line(action, parties, '"reason":"second factor asked"')['event.category']).toBeUndefined()
      expect(line(action.replace('login', 'logout'), parties)['event.category']).toBeUndefined()
    },
  )

  it('reads what happened below the first line of a paragraph of Db2', () => {
    const paragraph = `2026-12-10-09.32.20.123456+060 I4711E512         LEVEL: Severe
PID     : 4711   TID : 140   PROC : db2sysc 0
INSTANCE: db2inst1             NODE : 000           DB   : SHOP
FUNCTION: DB2 UDB, bsu security, sqlexLogPluginMessage, probe:20
DATA #1 : String with size, 67 bytes
Password validation for user kim failed with rc = -2146500502`
    expect(read(paragraph).fields).toMatchObject({ 'user.name': 'kim', 'event.outcome': 'failure' })
  })

  it.each([
    ['refuses', 'authenticate', 401, 'failure'],
    ['refuses', 'signInWithPassword', 403, 'failure'],
    ['refuses', 'search', 401, undefined],
    ['answers', 'authenticate', 200, undefined],
  ])('%s a request to a method of a resource: %s', (_, method, status, outcome) => {
    const { fields } = read(
      `{"time":"2026-12-10T09:32:20.123Z","type":"audit","data":{"request_info":{"method":"POST","path":"/v1/auth-methods/ampw_1:${method}","client_ip":"203.0.113.9"},"response":{"status_code":${status}}}}`,
    )
    expect(fields['source.ip']).toBe('203.0.113.9')
    expect(fields['event.category']).toBe(outcome && 'authentication')
    if (outcome) expect(fields['event.outcome']).toBe(outcome)
  })

  it('reads the pairs of the web application firewall of F5 after its label', () => {
    const { fields } = read(
      `<131>Dec 10 09:32:20 bigip1 ASM:unit_hostname="bigip1",policy_apply_date="2026-12-01 12:36:02",violations="Attack signature detected",request_status="blocked",response_code="0",ip_client="203.0.113.9",method="GET",protocol="HTTPS",sig_names="SQL-INJ expressions like UNION SELECT (Parameter)",src_port="47721",dest_port="443",dest_ip="192.0.2.10",uri="/catalog/item"`,
    )
    expect(fields).toMatchObject({
      'source.ip': '203.0.113.9',
      'destination.ip': '192.0.2.10',
      'destination.port': 443,
      'http.request.method': 'GET',
      'url.path': '/catalog/item',
    })
    expect(fields['http.response.status_code']).toBeUndefined()
    expect(fields['event.outcome']).not.toBe('success')
  })

  it('counts a login of strongSwan once: its answer is none', () => {
    const line = 'Dec 10 09:32:20 vpn charon: 07[ENC] <rw|3> generating IKE_AUTH response 1 [ N(AUTH_FAILED) ]'
    expect(read(line).fields['event.category']).toBeUndefined()
  })
})

describe('a product says who logged in', () => {
  const audit = (rest: string, user = 'user=kim(kim)') =>
    `Dec 10 09:32:20 bigip1 info httpd(pam_audit)[13810]: 01070417:6: AUDIT - user kim - RAW: httpd(pam_audit): ${user} ${rest}`

  it.each([
    [
      'F5, on its web interface',
      audit(
        'partition=[All] level=Administrator tty=(unknown) host=203.0.113.9 attempts=1 start="Thu Dec 10 09:32:20 2026".',
      ),
      'success',
    ],
    [
      'F5, after a wrong password',
      audit(
        'tty=(unknown) host=203.0.113.9 failed to login after 1 attempts (start="Thu Dec 10 09:32:15 2026" end="Thu Dec 10 09:32:20 2026").',
        'User=kim',
      ),
      'failure',
    ],
    [
      'F5, whose user name contains a host',
      audit(
        'host=198.51.100.7 tty=(unknown) host=203.0.113.9 failed to login after 1 attempts (start="a" end="b").',
        'User=kim',
      ),
      'failure',
    ],
  ])('%s', (_name, line, outcome) =>
    expect(read(line).fields).toMatchObject({
      'user.name': 'kim',
      'source.ip': '203.0.113.9',
      'event.category': 'authentication',
      'event.outcome': outcome,
    }),
  )

  it('takes the end of a session of F5 for no login', () =>
    expect(read(audit('host=203.0.113.9 attempts=1 start="a" end="b".')).fields['event.category']).toBe('session'))

  it.each([
    [204, 'success'],
    [403, 'failure'],
  ])('Nexus Repository, with status %d', (status, outcome) => {
    const line = `203.0.113.9 - kim [10/Dec/2026:09:32:20 +0000] "POST /service/rapture/session HTTP/1.1" ${status} - 61 73 "Mozilla/5.0" [qtp-1]`
    expect(read(line).fields).toMatchObject({
      'source.ip': '203.0.113.9',
      'event.category': ['web', 'authentication'],
      'event.outcome': outcome,
    })
  })

  it('names Exim in its own log', () =>
    expect(
      read(
        '2026-12-10 09:32:20 dovecot_login authenticator failed for (pc7) [203.0.113.9]: 535 Incorrect authentication data (set_id=kim)',
      ).fields,
    ).toMatchObject({ 'process.name': 'exim', 'service.name': 'exim', 'user.name': 'kim', 'event.outcome': 'failure' }))
})

describe("the log of Oracle's listener", () => {
  const address = '(ADDRESS=(PROTOCOL=tcp)(HOST=203.0.113.9)(PORT=56486))'

  it.each([
    [
      `(CONNECT_DATA=(SERVICE_NAME=shop)(CID=(PROGRAM=sqlplus)(HOST=pc7)(USER=kim))) * ${address} * establish * shop * 0`,
      'success',
    ],
    [
      `(CONNECT_DATA=(CID=(PROGRAM=)(HOST=pc7)(USER=kim))(SERVICE_NAME=x)) * ${address} * establish * x * 12514`,
      'failure',
    ],
    [
      `(CONNECT_DATA=(CID=(PROGRAM=(ADDRESS=(PROTOCOL=tcp)(HOST=198.51.100.7)(PORT=1)))(USER=kim))) * ${address} * establish * x * 12514`,
      'failure',
    ],
  ])('names the client that asks for a connection: %s', (message, outcome) => {
    const { fields } = read(`10-DEC-2026 09:32:20 * ${message}`)
    expect(fields).toMatchObject({
      'source.ip': '203.0.113.9',
      'source.port': 56_486,
      'process.name': 'tnslsnr',
      'event.action': 'listener_establish',
      'event.outcome': outcome,
    })
    // Its user is what the client says.
    expect(fields['user.name']).toBeUndefined()
  })

  it('names a command', () =>
    expect(
      read('10-DEC-2026 09:32:20 * (CONNECT_DATA=(CID=(PROGRAM=)(HOST=pc7)(USER=kim))(COMMAND=stop)) * stop * 0')
        .fields,
    ).toMatchObject({ 'event.action': 'listener_stop', 'event.outcome': 'success' }))
})

describe("a result of osquery's scheduler", () => {
  const result = {
    name: 'pack_it-compliance_users',
    hostIdentifier: 'web-1',
    calendarTime: 'Thu Dec 10 09:32:20 2026 UTC',
    unixTime: 1_796_895_140,
    columns: { uid: '0', username: 'toor', shell: '/bin/bash', description: '' },
    action: 'added',
  }

  it('names an account that is new', () =>
    expect(read(JSON.stringify(result))).toMatchObject({
      format: 'json/osquery',
      time: Date.UTC(2026, 11, 10, 9, 32, 20),
      message: 'pack_it-compliance_users added: uid=0 username=toor shell=/bin/bash',
      fields: { 'host.name': 'web-1', 'event.action': 'user_added', 'user.target.name': 'toor', 'user.target.id': '0' },
    }))

  it('says what another query found', () =>
    expect(
      read(JSON.stringify({ ...result, name: 'open_ports', columns: { port: '4444', address: '0.0.0.0' } })),
    ).toMatchObject({ message: 'open_ports added: port=4444 address=0.0.0.0' }))
})

describe('a mail server names the other side', () => {
  it('takes the host that Exim delivers to for the destination', () => {
    const { fields } = read(
      '2026-12-10 09:32:20 1tLzXy-0000ab-2C => lee@example.net R=dnslookup T=remote_smtp H=mx.example.net [203.0.113.9] A=plain C="250 OK"',
    )
    expect(fields).toMatchObject({ 'destination.ip': '203.0.113.9', 'event.category': 'email' })
    expect(fields['source.ip']).toBeUndefined()
  })
})

describe('a file server says who changed a file', () => {
  it.each([
    'kim|203.0.113.9|pc7|data|renameat|ok|plan.xlsx|plan.xlsx.locked',
    'CORP\\kim|203.0.113.9|unlinkat|ok|plan.xlsx',
  ])('%s', (message) => {
    expect(read(`Dec 10 09:32:20 nas smbd_audit[9]: ${message}`).fields).toMatchObject({
      'user.name': 'kim',
      'source.ip': '203.0.113.9',
      'event.category': 'file',
      'event.outcome': 'success',
      'file.path': 'plan.xlsx',
    })
  })
})

describe('a transfer log of an FTP server', () => {
  const line = (columns: string) => `Thu Dec 10 09:32:20 2026 ${columns}`

  it.each([
    ['1 203.0.113.9 4711 /srv/ftp/a b.zip b _ i r ana ftp 0 * c', 'ftp_upload', 'success', 'ana', '/srv/ftp/a b.zip'],
    [
      '0 203.0.113.9 5 /srv/ftp/x.exe b _ i a kim@example.org ftp 0 * i',
      'ftp_upload',
      'failure',
      'anonymous',
      '/srv/ftp/x.exe',
    ],
    ['0 ::ffff:203.0.113.9 5 /srv/ftp/x b _ o r ana ftp 1 ana c', 'ftp_download', 'success', 'ana', '/srv/ftp/x'],
  ])('says who moved which file: %s', (columns, action, outcome, user, path) =>
    expect(read(line(columns)).fields).toMatchObject({
      'event.category': 'file',
      'event.action': action,
      'event.outcome': outcome,
      'source.ip': '203.0.113.9',
      'user.name': user,
      'file.path': path,
    }),
  )
})

describe('an FTP server with a log of its own', () => {
  it.each([
    [
      'Fri Dec 11 09:32:20 2026 [pid 2] [kim] OK DOWNLOAD: Client "203.0.113.9", "/a b.zip", 1000 bytes, 97.00Kbyte/sec',
      { 'event.action': 'ftp_download', 'event.outcome': 'success', 'file.path': '/a b.zip', 'file.size': 1000 },
    ],
    [
      'Dec 11 09:32:20 nas vsftpd[2]: [kim] FAIL UPLOAD: Client "203.0.113.9", "/x.zip", 0.00Kbyte/sec',
      { 'event.action': 'ftp_upload', 'event.outcome': 'failure', 'file.path': '/x.zip' },
    ],
    [
      'Dec 11 09:32:20 nas pure-ftpd: (kim@203.0.113.9) [NOTICE] /home/kim/x.zip downloaded  (1000 bytes, 300.00KB/sec)',
      { 'event.action': 'ftp_download', 'event.outcome': 'success', 'file.path': '/home/kim/x.zip', 'file.size': 1000 },
    ],
  ])('says who moved which file: %s', (line, fields) =>
    expect(read(line).fields).toMatchObject({
      ...fields,
      'event.category': 'file',
      'source.ip': '203.0.113.9',
      'user.name': 'kim',
    }),
  )
})

describe('PostgreSQL writes JSON', () => {
  it('has the level', () => {
    const line =
      '{"timestamp":"2026-12-10 09:32:20.123 UTC","user":"kim","dbname":"shop","pid":4711,"remote_host":"203.0.113.9","remote_port":51234,"session_id":"6939.1267","error_severity":"FATAL","state_code":"28P01","message":"password authentication failed for user \\"kim\\"","backend_type":"client backend"}'
    expect(read(line).fields).toMatchObject({ ...kim, 'event.outcome': 'failure', 'log.level': 'crit' })
  })
})

describe('PostgreSQL writes CSV', () => {
  const row = (rest: string) => `2026-12-10 09:32:20.123 UTC,${rest}`

  it('has the user, the client, the level and the message', () => {
    expect(
      read(
        row(
          '"kim","shop",4711,"203.0.113.9:51234",6939.1267,1,"authentication",2026-12-10 09:32:20 UTC,3/12,0,FATAL,28P01,"password authentication failed for user ""kim""",,,,,,,,,"","client backend",,0',
        ),
      ),
    ).toMatchObject({
      format: 'postgres-csv',
      time: Date.UTC(2026, 11, 10, 9, 32, 20, 123),
      message: 'password authentication failed for user "kim"',
      fields: {
        ...kim,
        'event.outcome': 'failure',
        'log.level': 'crit',
        'process.pid': 4711,
        'source.port': 51_234,
      },
    })
  })

  it('needs neither a user nor a client', () => {
    expect(
      read(
        row(
          ',,811,,6939.32b,7,,2026-12-10 09:00:00 UTC,,0,LOG,00000,"checkpoint starting: time",,,,,,,,,"","checkpointer",,0',
        ),
      ),
    ).toMatchObject({ message: 'checkpoint starting: time', fields: { 'log.level': 'info' } })
  })
})

describe('WireGuard names its peer', () => {
  it.each([
    'Invalid handshake initiation from 203.0.113.9:51234',
    'Receiving handshake initiation from peer 3 (203.0.113.9:51234)',
  ])('%s', (message) => {
    expect(read(`Dec 10 09:32:20 gw kernel: [86400.123456] wireguard: wg0: ${message}`).fields).toMatchObject({
      'source.ip': '203.0.113.9',
      'source.port': 51_234,
    })
  })
})

describe('MIT Kerberos', () => {
  const requested =
    'AS_REQ (8 etypes {aes256-cts-hmac-sha1-96(18), aes128-cts-hmac-sha1-96(17), aes256-cts-hmac-sha384-192(20), aes128-cts-hmac-sha256-128(19), DEPRECATED:des3-cbc-sha1(16), DEPRECATED:arcfour-hmac(23), camellia128-cts-cmac(25), camellia256-cts-cmac(26)}) 203.0.113.9: '
  const issued =
    'ISSUE: authtime 1795747748, etypes {rep=aes256-cts-hmac-sha1-96(18), tkt=aes256-cts-hmac-sha1-96(18), ses=aes256-cts-hmac-sha1-96(18)}, '
  const login = { 'user.name': 'kim@EXAMPLE.ORG', 'source.ip': '203.0.113.9', 'event.category': 'authentication' }
  const readBy = (program: string, level: string, text: string) =>
    [
      read(`Dec 10 09:32:20 kdc ${program}[812](${level}): ${text}`),
      read(`Dec 10 09:32:20 kdc ${program}[812]: ${text}`),
    ].map(({ fields }) => fields)

  it.each([
    ['issues a ticket', `${issued}kim@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG`, 'success'],
    [
      'refuses a password for kadmin',
      'PREAUTH_FAILED: kim@EXAMPLE.ORG for kadmin/admin@EXAMPLE.ORG, Preauthentication failed',
      'failure',
    ],
    [
      'knows no such name',
      'CLIENT_NOT_FOUND: kim@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, Client not found in Kerberos database',
      'failure',
    ],
  ])('%s', (_, text, outcome) => {
    for (const fields of readBy('krb5kdc', 'info', requested + text))
      expect(fields).toMatchObject({
        ...login,
        'event.outcome': outcome,
        'process.name': 'krb5kdc',
        'process.pid': 812,
      })
  })

  it.each([
    [
      'asks for the password',
      `${requested}NEEDED_PREAUTH: kim@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, Additional pre-authentication required`,
    ],
    ['says again that a password is wrong', 'preauth (encrypted_timestamp) verify failure: Preauthentication failed'],
    [
      'issues a ticket for a service',
      `${requested.replace('AS_', 'TGS_')}${issued}kim@EXAMPLE.ORG for host/srv1.example.org@EXAMPLE.ORG`,
    ],
  ])('%s, which is no login', (_, text) => {
    for (const fields of readBy('krb5kdc', 'info', text)) expect(fields['event.category']).not.toBe('authentication')
  })

  it('reads the level after the number of the process', () =>
    expect(
      readBy('krb5kdc', 'Error', 'preauth spake failed to initialize').map((fields) => fields['log.level']),
    ).toEqual(['error', undefined]))

  it.each([
    [
      'adds an account',
      'Request: kadm5_create_principal, eve@EXAMPLE.ORG, success, client=kim@EXAMPLE.ORG, service=kadmin/admin@EXAMPLE.ORG, addr=203.0.113.9',
      { 'event.action': 'user_added', 'event.outcome': 'success', 'user.target.name': 'eve@EXAMPLE.ORG' },
    ],
    [
      'cannot change a password',
      'Request: kadm5_chpass_principal, eve@EXAMPLE.ORG, Principal does not exist, client=kim@EXAMPLE.ORG, service=kadmin/admin@EXAMPLE.ORG, addr=203.0.113.9',
      { 'event.action': 'password_changed', 'event.outcome': 'failure', 'event.reason': 'Principal does not exist' },
    ],
    [
      'refuses a list of the accounts',
      'Unauthorized request: kadm5_get_principals, *, client=kim@EXAMPLE.ORG, service=kadmin/admin@EXAMPLE.ORG, addr=203.0.113.9',
      { 'event.action': 'kadm5_get_principals', 'event.outcome': 'failure' },
    ],
    [
      'changes the own password',
      'chpw request from 203.0.113.9 for kim@EXAMPLE.ORG: success',
      { 'event.action': 'password_changed', 'event.outcome': 'success' },
    ],
  ])('%s', (_, text, expected) => {
    for (const fields of readBy('kadmind', 'Notice', text))
      expect(fields).toMatchObject({ ...login, ...expected, 'event.category': 'iam', 'service.name': 'kadmind' })
  })
})

describe('doas', () => {
  const doas = (text: string) => read(`Dec 10 09:32:20 web1 doas[812]: ${text}`).fields
  it('names the command, the user and the other user', () =>
    expect(doas('kim ran command cat /etc/shadow as root from /home/kim')).toMatchObject({
      'event.category': 'process',
      'event.action': 'doas',
      'event.outcome': 'success',
      'user.name': 'kim',
      'user.target.name': 'root',
      'process.command_line': 'cat /etc/shadow',
    }))
  it.each(['command not permitted for kim: cat /etc/shadow', 'failed auth for kim'])('refuses: %s', (text) =>
    expect(doas(text)).toMatchObject({
      'event.category': 'authentication',
      'event.action': 'doas',
      'event.outcome': 'failure',
      'user.name': 'kim',
    }),
  )
})

describe('Dovecot, in a file of its own and in syslog', () => {
  const both = (name: string, level: string, text: string) =>
    [
      `Dec 10 09:32:20 ${name}: ${level}: ${text}`,
      `Dec 10 09:32:20 mx1 dovecot: ${name}: ${level === 'Info' ? '' : `${level}: `}${text}`,
    ].map((line) => read(line))

  it.each([
    [
      'imap-login',
      'Login: user=<kim>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.5, mpid=812, TLS, session=<QUBMajlhhKx/AAAB>',
      'success',
    ],
    [
      'auth',
      'passwd-file(kim,203.0.113.9,<e6BPajlhkKx/AAAB>): Password mismatch (SHA1 of given password: 0c5f26)',
      'failure',
    ],
    [
      'auth-worker(812)',
      'conn unix:auth-worker (pid=7,uid=97): auth-worker<2>: sql(kim,203.0.113.9,<e6BPajlhkKx/AAAB>): unknown user',
      'failure',
    ],
    [
      'imap-login',
      'Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<kim>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.5, TLS, session=<e6BPajlhkKx/AAAB>',
      'failure',
    ],
  ])('%s: %s', (name, text, outcome) => {
    const [own, relayed] = both(name, 'Info', text)
    expect(own?.fields).toMatchObject({
      ...kim,
      'event.outcome': outcome,
      'process.name': 'dovecot',
      'log.level': 'info',
    })
    expect(relayed?.fields).toMatchObject({ ...kim, 'event.outcome': outcome, 'process.name': 'dovecot' })
    expect(own?.message).toBe(relayed?.message)
  })

  it('reads the level', () => {
    const parsed = both(
      'imap(kim)<812><QUBMajlhhKx/AAAB>',
      'Error',
      'Failed to autocreate mailbox INBOX: Permission denied',
    )
    expect(parsed.map(({ fields }) => fields['log.level'])).toEqual(['error', 'error'])
    expect(parsed.map(({ message }) => message.slice(0, 8))).toEqual(['imap(kim', 'imap(kim'])
  })

  it('takes a client that sent no name for no failed login', () => {
    const text =
      'Aborted login (no auth attempts in 0 secs): user=<>, rip=203.0.113.9, lip=10.0.0.5, session=<QUBMajlhhKx/AAAB>'
    expect(both('imap-login', 'Info', text).map(({ fields }) => fields['event.category'])).toEqual([
      'session',
      'session',
    ])
  })

  it('leaves the tag of another program as it is', () =>
    expect(read('Dec 10 09:32:20 shop: Error: out of stock').fields['process.name']).not.toBe('dovecot'))
})
