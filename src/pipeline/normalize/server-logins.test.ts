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

  it('counts a login of strongSwan once: its answer is none', () => {
    const line = 'Dec 10 09:32:20 vpn charon: 07[ENC] <rw|3> generating IKE_AUTH response 1 [ N(AUTH_FAILED) ]'
    expect(read(line).fields['event.category']).toBeUndefined()
  })
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
