import { expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const receivedAt = Date.parse('2026-12-14T00:00:00Z')
const read = (text: string) => parseRecord({ text, source: 's', receivedAt, zoneMinutes: 0 })

it.each<readonly [string, string, string]>([
  ['[10Dec2026 09:32:20.123] [Server thread/WARN] [net.server/]: Behind by 40 ticks', 'warning', 'Behind by 40 ticks'],
  ['dec/10/2026 09:32:20 system,error,critical login failure for user ops', 'crit', 'login failure for user ops'],
  ['[2026-12-10 09:32:20] NOTICE[881][C-0001]: chan.c:28 register: refused', 'notice', 'chan.c:28 register: refused'],
  ['[10.12.2026 09:32:20.456] <01> Error    Job has failed', 'error', 'Job has failed'],
  ['2026-12-10T09:32:20.4567890Z ##[warning]Node 16 is deprecated', 'warning', 'Node 16 is deprecated'],
  ['2026-12-10 09:32:20.456 CET [99] ops@shop FEHLER:  Relation fehlt', 'error', 'Relation fehlt'],
  ['10.12.2026 09:32:20 ОШИБКА Не удалось открыть базу', 'error', 'Не удалось открыть базу'],
  ['2026年12月10日 09:32:20 警告 残りわずか', 'warning', '残りわずか'],
  ['2026-12-10 09:32:20,123 jail.actions        [4711]: NOTICE  [sshd] Ban', 'notice', '[sshd] Ban'],
  ["[2026-12-10T09:32:20+0000] error    : 'web' process is not running", 'error', "'web' process is not running"],
  ['[2026-12-10 09:32:20 +0000] critical/cli: Config validation failed.', 'crit', 'Config validation failed.'],
  [
    '[2026-12-10 09:32:20 +0000] information/Checkable: Checkable has 1 notification',
    'info',
    'Checkable has 1 notification',
  ],
  ['Thu Dec 10 09:32:20 2026 -> WARNING: Your ClamAV is OUTDATED!', 'warning', '-> WARNING: Your ClamAV is OUTDATED!'],
  [
    '2026-12-10T09:32:20+0000 SUBDEBUG Upgraded: curl-7.76.1-26.el9.x86_64',
    'debug',
    'Upgraded: curl-7.76.1-26.el9.x86_64',
  ],
  ['2026-12-10 09:32:20,123 - util.py[WARNING]: Failed to shellify', 'warning', 'Failed to shellify'],
  ['2026-12-10 09:32:20 <3> web1(4711) [zypp] Curl.cc(get):11 failed', 'error', '[zypp] Curl.cc(get):11 failed'],
  ['2026/12/10 09:32:20 cmd/web.go:242:runWeb() [W] Slow', 'warning', 'Slow'],
  ['Dec 10, 2026 09:32:20.123 [139876543210] WARN - Held for too long', 'warning', 'Held for too long'],
  ['Dec 10 09:32:20 alpine1 daemon.err crond[4711]: user kim is unknown', 'error', 'user kim is unknown'],
  ['X [10/Dec/2026:09:32:20 +0000] Scheduler is stopping', 'crit', 'Scheduler is stopping'],
  ['2026-12-10 09:32:20 [main] ERREUR - Fichier introuvable', 'error', 'Fichier introuvable'],
  ['2026.12.10 09:32:20 LOG3[6]: No more addresses to connect', 'error', 'No more addresses to connect'],
  ['2026.12.10 09:32:20 LOG5[4711:140123456789]: Configuration successful', 'notice', 'Configuration successful'],
  [
    '[2026-12-10 09:32:20.501] nsd[4711]: error: xfrd: zone example.net: received notify response error REFUSED',
    'error',
    'xfrd: zone example.net: received notify response error REFUSED',
  ],
  ...(
    [
      [
        'SERVICE ALERT: web1;HTTP;CRITICAL;SOFT;1;connect to address 10.0.0.5 and port 80: Connection refused',
        'warning',
      ],
      ['SERVICE ALERT: web1;HTTP;CRITICAL;HARD;3;connect to address 10.0.0.5 and port 80: Connection refused', 'error'],
      ['SERVICE ALERT: web1;HTTP;OK;HARD;3;HTTP OK: HTTP/1.1 200 OK - 312 bytes in 0.001 second', 'info'],
      ['SERVICE ALERT: web1;Disk;WARNING;HARD;3;DISK WARNING - free space: / 812 MB (9%)', 'warning'],
      ['HOST ALERT: web1;DOWN;HARD;3;CRITICAL - Host Unreachable (10.0.0.5)', 'error'],
      ['HOST ALERT: web1;UP;HARD;1;PING OK - Packet loss = 0%, RTA = 0.04 ms', 'info'],
      ['SERVICE FLAPPING ALERT: web1;HTTP;STOPPED; Service appears to have stopped flapping (3.8% change)', 'info'],
      ['HOST DOWNTIME ALERT: web1;STARTED; Host has entered a period of scheduled downtime', 'info'],
    ] as const
  ).map(([text, level]) => [`[1796895140] ${text}`, level, text] as const),
])('reads the level of %s', (text, level, message) => {
  const parsed = read(text)
  expect([parsed.fields['log.level'], parsed.message]).toEqual([level, message])
  expect(new Date(parsed.time ?? 0).toISOString().slice(0, 10)).toBe('2026-12-10')
})

it.each([
  ["error: Operation 'reboot' targeting db2 by db1: No such device", 'error'],
  ['Warning: the clock is wrong', 'warning'],
  ['notice: State transition S_IDLE -> S_POLICY_ENGINE', 'notice'],
  ['error while loading: libx.so', undefined],
  ['Status: ready', undefined],
])('reads the level before the colon of a line of syslog, which stays: %s', (said, level) => {
  const { message, fields } = read(`Dec 10 09:32:20 db1 pacemakerd[4711]: ${said}`)
  expect([message, fields['log.level']]).toEqual([said, level])
})

it.each([
  ["[UTC Dec 10 09:32:20] info     : 'nginx' started", 'info', "'nginx' started"],
  ["[CET Dec 10 09:32:20] error    : 'nginx' process is not running", 'error', "'nginx' process is not running"],
])('reads the level after a zone and a date in one bracket: %s', (text, level, said) => {
  const { message, fields } = read(text)
  expect([message, fields['log.level'], fields['process.thread.name']]).toEqual([said, level, undefined])
})

it.each(['Fehler beim Lesen der Datei', 'Warnung vor dem Hund', 'shop,berlin is open', 'system,users list'])(
  'leaves words of a sentence in it: %s',
  (sentence) => {
    const { message, fields } = read(`2026-12-10 09:32:20 ${sentence}`)
    expect([message, fields['log.level']]).toEqual([sentence, undefined])
  },
)

it.each([
  // WildFly and Quarkus, and Logback's default
  ['2026-12-10 09:32:20,123 INFO  [org.acme.Pay] (worker-3) Paid 7', 'org.acme.Pay', 'worker-3', 'Paid 7'],
  ['09:32:20.123 [main] INFO  org.acme.Pay -- Paid 7', 'org.acme.Pay', 'main', 'Paid 7'],
  ['2026-12-10 09:32:20,123 INFO  [main] (7) paid', undefined, 'main', '(7) paid'],
])('reads logger and thread of %s', (text, logger, thread, message) => {
  const parsed = read(text)
  expect([parsed.fields['log.logger'], parsed.fields['process.thread.name'], parsed.message]).toEqual([
    logger,
    thread,
    message,
  ])
})

it.each(['req', 'request'])('reads the port of the client in %s as such', (name) => {
  const { fields } = read(
    JSON.stringify({
      time: '2026-12-10T09:32:20Z',
      msg: 'done',
      [name]: { method: 'GET', url: '/', remotePort: 51022 },
    }),
  )
  expect([fields['source.port'], fields['destination.port']]).toEqual([51022, undefined])
})

it('reads no host and no program from the levels of DNF and BusyBox', () => {
  const names = (text: string) => {
    const { fields } = read(text)
    return [fields['host.name'], fields['process.name'], fields['process.pid']]
  }
  expect(names('2026-12-10T09:32:20+0000 SUBDEBUG Upgraded: curl-7.76.1-26.el9.x86_64')).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(names('Dec 10 09:32:20 alpine1 auth.info sshd[4711]: Server listening')).toEqual(['alpine1', 'sshd', 4711])
  expect(names('2026-12-10 09:32:20 <3> web1(4711) [zypp] failed')).toEqual(['web1', undefined, 4711])
})

it.each([
  ['(EE) Failed to load module "fbdev"', 'error', 'Failed to load module "fbdev"'],
  ['(WW) The directory does not exist.', 'warning', 'The directory does not exist.'],
  ['(==) Depth 24', undefined, '(==) Depth 24'],
])('reads the marker of X.Org’s log in %s', (line, level, message) => {
  const parsed = read(`[    12.345] ${line}`)
  expect([parsed.fields['log.level'], parsed.message]).toEqual([level, message])
})

it.each([
  [
    'Dec 10 09:32:20 ns1 pdns_recursor[4711]: msg="Question" subsystem="syncres" level="0" prio="Info" tid="2" ts="1796895140.972"',
    'info',
  ],
  [
    'Dec 10 09:32:20 msg="Dropping UDP query" subsystem="in" level="0" prio="Error" tid="1" ts="1796895140.191"',
    'error',
  ],
  ['{"time":"2026-12-10T09:32:20Z","level":2,"severity":"warning","msg":"ready"}', 'warning'],
  // A priority of another kind leaves the number.
  ['{"time":"2026-12-10T09:32:20Z","level":3,"priority":"high","msg":"disk full"}', 'error'],
])('takes the word for the level beside a number: %s', (text, level) => {
  expect(read(text).fields['log.level']).toBe(level)
})

it.each([
  ['Dec 10 09:32:20 ns1 app[4711]: ERROR could not open the socket', 'error', 'ERROR could not open the socket'],
  ['Dec 10 09:32:20 ns1 app[4711]: WARN  [main] slow', 'warning', 'WARN  [main] slow'],
  // systemd gives each line that a program prints the priority of information.
  ['<30>Dec 10 09:32:20 ns1 app[4711]: ERROR could not open the socket', 'error', 'ERROR could not open the socket'],
  ['<28>Dec 10 09:32:20 ns1 app[4711]: INFO could not open the socket', 'warning', 'INFO could not open the socket'],
  ['Dec 10 09:32:20 ns1 unbound[4711]: [4711:0] error: no socket', 'error', '[4711:0] error: no socket'],
  ['[1796895140] unbound[4711:0] error: no socket', 'error', 'no socket'],
  ['Dec 10 09:32:20 ns1 app[4711]: Error could not be found', undefined, 'Error could not be found'],
  ['Dec 10 09:32:20 ns1 app[4711]: [4711:0] ready: yes', undefined, '[4711:0] ready: yes'],
])('reads the level before the words of a program: %s', (text, level, message) => {
  const parsed = read(text)
  expect([parsed.fields['log.level'], parsed.message]).toEqual([level, message])
})

it('reads the process that Kea writes behind its logger', () => {
  const { fields, message } = read(
    '2026-12-10 09:32:20.123 WARN  [kea-dhcp4.alloc-engine/4711.139633536836096] ALLOC_ENGINE_V4_ALLOC_FAIL no lease',
  )
  expect(fields).toMatchObject({ 'log.logger': 'kea-dhcp4.alloc-engine', 'process.pid': 4711, 'log.level': 'warning' })
  expect(fields).not.toHaveProperty(['process.thread.name'])
  expect(message).toBe('ALLOC_ENGINE_V4_ALLOC_FAIL no lease')
})
