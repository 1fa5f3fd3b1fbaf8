import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const parse = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 })

/** Lines as programs write them into files of their own, without the host or the tag of syslog. */
describe('a line in a file of its program', () => {
  it.each([
    // Docker's image of PowerDNS
    ['Dec 10 09:32:20 Unable to open /etc/pdns/pdns.conf', 'Unable to open /etc/pdns/pdns.conf'],
    ['Dec 10 09:32:20 Done launching threads, ready to distribute questions', 'Done launching threads, ready to'],
    ['Dec 10 09:32:20 This is a standalone pdns', 'This is a standalone pdns'],
    ["Dec 10 09:32:20 Loading '/usr/lib/pdns/libgsqlite3backend.so'", "Loading '/usr/lib"],
  ])('takes no word of a sentence for the host: %s', (line, message) => {
    const { fields, ...parsed } = parse(line)
    expect(fields['host.name']).toBeUndefined()
    expect(parsed.message).toContain(message)
    expect(parsed.time).toBe(Date.UTC(2026, 11, 10, 9, 32, 20))
  })

  it.each([
    ['Dec 10 09:32:20 Router last message repeated 3 times', 'Router'],
    ['Dec 10 09:32:20 Gateway notice apmd[4711]: Version 3.0', 'Gateway'],
    ['Dec 10 09:32:20 Gateway sshd[4711]: Server listening', 'Gateway'],
    ['<30>Dec 10 09:32:20 Router login was refused', 'Router'],
    ['Dec 10 09:32:20 web-1 going down', 'web-1'],
  ])('leaves the host of syslog: %s', (line, host) => expect(parse(line).fields['host.name']).toBe(host))

  it.each([
    // Tor
    ['Dec 10 09:32:20.123 [warn] Problem bootstrapping', 'warning', 'Problem bootstrapping'],
    ['Dec 10 09:32:20 gw1 app[4711]: [notice] Ready', 'notice', 'Ready'],
  ])('takes a level in a bracket for no sign of Apache: %s', (line, level, message) => {
    const parsed = parse(line)
    expect(parsed).toMatchObject({ message, fields: { 'log.level': level } })
    expect(parsed.format).not.toContain('apache')
    expect(parsed.fields['event.category']).toBeUndefined()
  })

  it.each([
    // Corosync
    [
      'Dec 10 09:32:20 [4711] n1 corosync warning [WD    ] Watchdog not enabled by configuration',
      { 'log.level': 'warning', 'log.logger': 'WD', 'process.name': 'corosync' },
      'Watchdog not enabled by configuration',
    ],
    // Pacemaker
    [
      'Dec 10 09:32:20.123 n1 pacemakerd          [4711] (mcp_read_config) \terror: Could not connect to Corosync CMAP | rc=2',
      { 'log.level': 'error', 'log.logger': 'mcp_read_config', 'process.name': 'pacemakerd' },
      'Could not connect to Corosync CMAP | rc=2',
    ],
  ])('reads the header of a cluster: %s', (line, fields, message) =>
    expect(parse(line)).toMatchObject({
      message,
      fields: { 'host.name': 'n1', 'process.pid': 4711, ...fields },
    }),
  )

  it.each([
    // knockd
    ['[2026-12-10 09:32] 203.0.113.9: openSSH: OPEN SESAME', '203.0.113.9: openSSH: OPEN SESAME'],
    ['2026-12-10 09:32 backup finished', 'backup finished'],
  ])('reads a time without seconds: %s', (line, message) =>
    expect(parse(line)).toMatchObject({ time: Date.UTC(2026, 11, 10, 9, 32), message }),
  )

  it.each(['Xvnc 1.12.0 - built 2026-12-10 09:32', '2026-12-10 09:3 a', '2026-12-10 09:32x', '2026-12-10 09:75 a'])(
    'reads no time in %s',
    (line) => expect(parse(line).time).toBeUndefined(),
  )

  it('reads a level behind a thread in hexadecimal', () =>
    // Privoxy
    expect(parse("2026-12-10 09:32:20.123 7f0b4b8146c0 Error: Couldn't parse request line")).toMatchObject({
      message: "Couldn't parse request line",
      fields: { 'log.level': 'error', 'process.thread.id': 0x7f0b4b8146c0 },
    }))

  it.each([
    // Motion
    ['[0:motion] [NTC] [ALL] [Dec 10 09:32:20] motion_startup: Motion 4.5.1 Started', 'notice'],
    ['[1:ml1] [ALR] [VID] [Dec 10 09:32:20] v4l2_device_open: Failed to open video device /dev/video0', 'alert'],
    ['[1:ml1] [EMG] [ALL] [Dec 10 09:32:20] main: Out of memory', 'emerg'],
  ])('reads a level of three letters: %s', (line, level) => expect(parse(line).fields['log.level']).toBe(level))

  it.each([
    // Supervisor
    ["2026-12-10 09:32:20,123 INFO spawned: 'shop' with pid 4711", "spawned: 'shop' with pid 4711"],
    ['2026-12-10 09:32:20,123 WARN exited: shop (exit status 1; not expected)', 'exited: shop (exit status 1; not'],
  ])('takes a participle for no logger: %s', (line, message) => {
    const parsed = parse(line)
    expect(parsed.message).toContain(message)
    expect(parsed.fields['log.logger']).toBeUndefined()
  })

  it.each([
    // Motion and Munin's node
    ['webu_failauth_check: Ignoring connection from: 203.0.113.9', '203.0.113.9'],
    ['2026/12/10-09:32:20 [4711] Denying connection from: 203.0.113.9', '203.0.113.9'],
    ['2026-12-10 09:32:20 Listening on port 8118 on IP address 10.0.0.5', undefined],
  ])('reads who is at the other end: %s', (line, address) => expect(parse(line).fields['source.ip']).toBe(address))
})

describe('a server that writes a refused login twice', () => {
  it.each([
    ['OpenConnect', "Dec 10 09:32:20 vpn1 ocserv[4711]: plain-auth: error authenticating user 'kim'"],
    [
      'OpenConnect, for a further try',
      'Dec 10 09:32:20 vpn1 ocserv[4711]: sec-mod: auth cont received for kim (session: I0Z+fz) but we are on state auth failed(1)!',
    ],
    ['OpenConnect with PAM', 'Dec 10 09:32:20 vpn1 ocserv[4711]: PAM-auth pam_auth_pass: Authentication failure'],
    ['TigerVNC', ' SConnection: AuthFailureException: Authentication failure'],
    ['conserver', '[Thu Dec 10 09:32:20 2026] conserver (4711): ERROR: Could not acquire GSS-API credentials'],
  ])('is counted by the line with the address: %s', (_name, line) =>
    expect(parse(line).fields['event.category']).toBeUndefined(),
  )

  it.each([
    [
      "Dec 10 09:32:20 vpn1 ocserv[4712]: worker[kim]: 203.0.113.9 worker-auth.c:1724: failed authentication for 'kim'",
      'kim',
    ],
    [' VNCSConnST:  closing 203.0.113.9::40565: Authentication failure', undefined],
  ])('names the client in %s', (line, user) =>
    expect(parse(line).fields).toMatchObject({
      'event.category': 'authentication',
      'event.outcome': 'failure',
      'source.ip': '203.0.113.9',
      ...(user !== undefined && { 'user.name': user }),
    }),
  )
})
