import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'

const receivedAt = Date.UTC(2026, 11, 14)

const startReading = () => {
  const { normalize } = createNormalizer()
  let first = 0
  return (texts: readonly string[], of: { readonly source?: string; readonly file?: string } = {}) => {
    const events = normalize({ partition: 0, first, source: 's', receivedAt, texts, ...of })
    first += texts.length
    return events.map(({ fields }) => fields)
  }
}

const postgres = (pid: number, text: string, time = '09:32:20') => `2026-12-10 ${time}.123 UTC [${pid}] ${text}`
const received = (address: string) => `LOG:  connection received: host=${address} port=51234`
const refused = 'FATAL:  password authentication failed for user "kim"'
const policy = (program: string, code: string, text: string, session = '1a2b3c4d') =>
  `<141>Dec 10 09:32:20 bigip1 notice ${program}: ${code}: /Common/vpn_ap:Common:${session}: ${text}`
const rabbit = (text: string) => `2026-12-10 09:32:20.123456+00:00 ${text}`
const slapd = (text: string) => `Dec 10 09:32:20 ldap1 slapd[811]: ${text}`
const kim = { 'user.name': 'kim', 'source.ip': '203.0.113.9', 'event.category': 'authentication' }
const bind = 'BIND dn="uid=kim,ou=people,dc=example,dc=org" method=128'

describe('a login has the address and the user of earlier lines of its connection', () => {
  const accept = 'ACCEPT from IP=203.0.113.9:40242 (IP=0.0.0.0:389)'
  const directory = (text: string) => `[10/Dec/2026:09:32:20.123 +0000] conn=12 ${text}`
  const request = (text: string) =>
    `I, [2026-12-10T09:32:20.123456 #812]  INFO -- : [6b1c2d3e-1111-4222-8333-abcdefabcdef] ${text}`
  it.each<readonly [string, 'failure' | 'success', readonly string[]]>([
    ['PostgreSQL', 'failure', [postgres(9, received('203.0.113.9')), postgres(9, refused)]],
    [
      'PostgreSQL',
      'success',
      [
        postgres(9, received('203.0.113.9')),
        postgres(8, received('203.0.113.8')),
        postgres(9, 'LOG:  connection authorized: user=kim database=shop'),
      ],
    ],
    [
      'RabbitMQ',
      'failure',
      [
        rabbit('[info] <0.861.0> accepting AMQP connection <0.861.0> (203.0.113.9:47604 -> 10.0.0.5:5672)'),
        rabbit('[info] <0.862.0> accepting AMQP connection <0.862.0> (203.0.113.8:47604 -> 10.0.0.5:5672)'),
        rabbit("[error] <0.861.0> PLAIN login refused: user 'kim' - invalid credentials"),
      ],
    ],
    ...['', '<1> '].map(
      (name) =>
        [
          'strongSwan',
          'failure',
          [
            `Dec 10 09:32:20 06[NET] ${name}received packet: from 203.0.113.9[4500] to 10.0.0.1[4500] (200 bytes)`,
            `Dec 10 09:32:20 07[NET] ${name}received packet: from 203.0.113.8[4500] to 10.0.0.1[4500] (200 bytes)`,
            `Dec 10 09:32:20 06[IKE] ${name}EAP method EAP_MSCHAPV2 failed for peer kim`,
          ],
        ] as const,
    ),
    ...(['failure', 'success'] as const).map((outcome) => {
      const murmur = (text: string) => `<W>2026-12-10 09:32:20.123 1 => ${text}`
      return [
        'Mumble',
        outcome,
        [
          murmur('<7:(-1)> New connection: 203.0.113.9:51234'),
          murmur('<8:(-1)> New connection: 203.0.113.8:51234'),
          murmur(
            outcome === 'success'
              ? '<7:kim(12)> Authenticated'
              : '<7:kim(-1)> Rejected connection from 203.0.113.9:51234: Invalid server password',
          ),
        ],
      ] as const
    }),
    [
      'Radicale',
      'success',
      [
        "[2026-12-10 09:32:20 +0000] [4711/Thread-7] [INFO] PROPFIND request for '/kim/' received from 203.0.113.9 using 'curl'",
        "[2026-12-10 09:32:20 +0000] [4711/Thread-8] [INFO] PROPFIND request for '/ada/' received from 203.0.113.8 using 'curl'",
        "[2026-12-10 09:32:20 +0000] [4711/Thread-7] [INFO] Successful login: 'kim'",
      ],
    ],
    ...(['permfail', 'ok'] as const).map((result) => {
      const smtpd = (text: string) => `Dec 10 09:32:20 mx1 smtpd[411]: ${text}`
      return [
        'OpenSMTPD',
        result === 'ok' ? 'success' : 'failure',
        [
          smtpd('9b2a1c7e5d4f3a21 smtp connected address=203.0.113.9 host=pc.example.net'),
          smtpd('9b2a1c7e5d4f3a22 smtp connected address=203.0.113.8 host=nas.example.net'),
          smtpd('9b2a1c7e5d4f3a21 smtp tls ciphers=TLSv1.3:TLS_AES_256_GCM_SHA384:256'),
          smtpd(`9b2a1c7e5d4f3a21 smtp authentication user=kim result=${result}`),
        ],
      ] as const
    }),
    [
      'PostgreSQL in German',
      'failure',
      [
        postgres(9, 'LOG:  Verbindung empfangen: Host=203.0.113.9 Port=51234'),
        postgres(9, 'FATAL:  Passwort-Authentifizierung für Benutzer »kim« fehlgeschlagen'),
      ],
    ],
    [
      'an access policy of F5 that denies',
      'failure',
      [
        policy(
          'tmm[18]',
          '01490500:5',
          'New session from client IP 203.0.113.9 (ST=/CC=DE/C=EU) at VIP 192.0.2.10 Listener /Common/vpn',
        ),
        policy('apmd[12]', '01490010:5', "Username 'kim'"),
        policy(
          'apmd[12]',
          '01490107:3',
          "AD module: authentication with 'kim' failed: Preauthentication failed (-1765328360)",
        ),
      ],
    ],
    [
      'an access policy of F5 that allows',
      'success',
      [
        policy(
          'tmm[18]',
          '01490500:5',
          'New session from client IP 203.0.113.9 (ST=/CC=DE/C=EU) at VIP 192.0.2.10 Listener /Common/vpn',
        ),
        policy(
          'tmm[18]',
          '01490500:5',
          'New session from client IP 203.0.113.8 (ST=/CC=DE/C=EU) at VIP 192.0.2.10 Listener /Common/vpn',
          '0a0b0c0d',
        ),
        policy('apmd[12]', '01490010:5', "Username 'kim'"),
        policy('apmd[12]', '01490010:5', "Username 'ana'", '0a0b0c0d'),
        policy('apmd[12]', '01490102:5', 'Access policy result: Network_Access'),
      ],
    ],
    ...(['230', '530'] as const).map(
      (status) =>
        [
          'the FTP server of IIS',
          status === '230' ? 'success' : 'failure',
          [
            `2026-12-10 09:32:20 203.0.113.9 - 192.0.2.30 21 USER kim 331 0 0 e24c7a3e-1111-4222-8333-abcdefabcdef -`,
            `2026-12-10 09:32:20 203.0.113.9 - 192.0.2.30 21 PASS *** ${status} 0 0 e24c7a3e-1111-4222-8333-abcdefabcdef -`,
          ],
        ] as const,
    ),
    [
      'Exchange',
      'failure',
      [
        '2026-12-10T09:32:20.123Z,EX1\\Client Frontend EX1,08DE77A1B2C3D4E5,10,10.0.0.5:587,203.0.113.9:51234,*,,User Name: kim',
        '2026-12-10T09:32:25.123Z,EX1\\Client Frontend EX1,08DE77A1B2C3D4E5,12,10.0.0.5:587,203.0.113.9:51234,>,535 5.7.3 Authentication unsuccessful,',
      ],
    ],
    [
      'slapd',
      'failure',
      [
        slapd(`conn=1001 fd=12 ${accept}`),
        slapd(`conn=1001 op=0 ${bind}`),
        slapd('conn=1001 op=0 RESULT tag=97 err=49 text='),
      ],
    ],
    [
      'slapd 2.6',
      'success',
      [
        slapd(`conn=1001 fd=12 ${accept}`),
        slapd(`conn=1001 op=0 ${bind}`),
        slapd('conn=1001 op=0 BIND dn="uid=kim,ou=people,dc=example,dc=org" mech=SIMPLE bind_ssf=0 ssf=0'),
        slapd('conn=1001 op=0 RESULT tag=97 err=0 qtime=0.000012 etime=0.000110 text='),
      ],
    ],
    [
      '389 Directory Server',
      'failure',
      [
        directory('fd=64 slot=64 connection from 203.0.113.9 to 192.0.2.4'),
        directory(`op=0 ${bind} version=3`),
        directory('op=0 RESULT err=49 tag=97 nentries=0 etime=0.000123 - Invalid credentials'),
      ],
    ],
    [
      '389 Directory Server',
      'success',
      [
        directory('fd=64 slot=64 SSL connection from 203.0.113.9 to 192.0.2.4'),
        directory(`op=0 ${bind} version=3`),
        directory('op=0 RESULT err=0 tag=97 nentries=0 etime=0.000123 dn="uid=kim,ou=people,dc=example,dc=org"'),
      ],
    ],
  ])('of %s: %s', (_, outcome, lines) => {
    expect(startReading()(lines).at(-1)).toMatchObject({ ...kim, 'event.outcome': outcome })
  })

  it('of Rails, by the id of the request', () => {
    const lines = [
      'Started POST "/login" for 203.0.113.9 at 2026-12-10 09:32:20 +0000',
      'Completed 401 Unauthorized in 12ms (ActiveRecord: 1.2ms)',
    ]
    expect(startReading()(lines.map(request)).at(-1)).toMatchObject({
      'source.ip': '203.0.113.9',
      'event.outcome': 'failure',
    })
  })
})

describe('no line is joined with another connection', () => {
  const open = postgres(9, received('203.0.113.9'))
  const login = postgres(9, refused)

  it('remembers a connection in later batches', () => {
    const read = startReading()
    read([open])
    expect(read([login])[0]).toMatchObject(kim)
  })

  it('finds the same when lines are delivered again', () => {
    const read = startReading()
    read([slapd('conn=1 fd=12 ACCEPT from IP=203.0.113.9:40242 (IP=0.0.0.0:389)'), slapd(`conn=1 op=0 ${bind}`)])
    const rest = [
      slapd('conn=1 op=0 RESULT tag=97 err=49 text='),
      slapd('conn=1 op=1 BIND dn="uid=lou,ou=people,dc=example,dc=org" method=128'),
      slapd('conn=1 op=1 RESULT tag=97 err=49 text='),
      slapd('conn=1 fd=12 closed'),
    ]
    expect(read(rest)).toEqual(read(rest))
  })

  it.each([
    ['process', {}, [postgres(10, refused)]],
    ['source', { source: 'other' }, [login]],
    ['file', { file: '/var/log/other.log' }, [login]],
    ['client of the process id', {}, [postgres(9, 'LOG:  connection received: host=[local]'), login]],
    ['time before', {}, [postgres(9, refused, '09:32:19')]],
    ['time long after', {}, [postgres(9, refused, '09:42:21')]],
  ])('does not mix: another %s', (_, of, lines) => {
    const read = startReading()
    read([open])
    const last = read(lines, of).at(-1)
    expect(last).toMatchObject({ 'user.name': 'kim', 'event.outcome': 'failure' })
    expect(last?.['source.ip']).toBeUndefined()
  })

  it('does not mix hosts', () => {
    const lines = [
      slapd('conn=1 fd=12 ACCEPT from IP=203.0.113.9:40242 (IP=0.0.0.0:389)'),
      slapd('conn=1 op=0 RESULT tag=97 err=49 text=').replace('ldap1', 'ldap2'),
    ]
    expect(startReading()(lines)[1]?.['source.ip']).toBeUndefined()
  })

  it('takes no anonymous user for the one before', () => {
    const lines = [bind, 'RESULT tag=97 err=0 text=', 'BIND dn="" method=128', 'RESULT tag=97 err=0 text=']
    const fields = startReading()(lines.map((text) => slapd(`conn=1 op=0 ${text}`)))
    expect(fields.map((one) => one['event.category'])).toEqual([undefined, 'authentication', undefined, undefined])
  })

  it.each([
    'conn=2 op=0 BIND dn="conn=1 fd=3 ACCEPT from IP=198.51.100.7:1 (x)" method=128',
    'conn=1 op=0 BIND dn="uid=kim conn=1 fd=3 ACCEPT from IP=198.51.100.7:1 (x)" method=128',
    'conn=1 op=0 BIND dn="uid=kim conn=1 op=0 RESULT tag=97 err=0 text=" method=128',
  ])('takes no word of a client for a line of the server: %s', (line) => {
    const fields = startReading()([
      slapd('conn=1 fd=12 ACCEPT from IP=203.0.113.9:40242 (IP=0.0.0.0:389)'),
      slapd(line),
      slapd('conn=1 op=0 RESULT tag=97 err=49 text='),
    ])
    expect(fields[1]?.['event.category']).toBeUndefined()
    expect(fields[2]).toMatchObject({ 'source.ip': '203.0.113.9' })
  })

  it('forgets the oldest of 20,000 connections', () => {
    const read = startReading()
    read(Array.from({ length: 20_001 }, (_, pid) => postgres(pid + 1, received('203.0.113.9'))))
    const [oldest, next] = read([postgres(1, refused), postgres(2, refused)])
    expect([oldest?.['source.ip'], next?.['source.ip']]).toEqual([undefined, '203.0.113.9'])
  })
})
