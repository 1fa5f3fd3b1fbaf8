import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeCertificate } from '../../src/pipeline/notify/certificate.fake.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { end, program, run, send } from './clients.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

const folder = scratch()
const rsyslogd = '/usr/sbin/rsyslogd'
const gtls = '/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so'
/** Where .ci/run unpacks it, because it cannot be installed beside rsyslog. */
const unpacked = '/opt/syslog-ng/usr'

const list = z.object({
  data: z.array(z.object({ message: z.string(), fields: z.record(z.string(), z.unknown()), time: z.string() })),
})

describe('syslog and files', () => {
  let server: Server
  let plain: number
  let secure: number

  beforeAll(async () => {
    plain = await freePort()
    secure = await freePort()
    const { cert, key } = makeCertificate()
    writeFileSync(join(folder.path, 'cert.pem'), cert)
    writeFileSync(join(folder.path, 'key.pem'), key)
    writeFileSync(
      join(folder.path, 'vedette.yaml'),
      `sources:\n  - { name: collectd, type: file, paths: ['${join(folder.path, 'collectd.json')}'] }\n  - { name: secure, type: syslog, tls: ${secure}, cert_file: cert.pem, key_file: key.pem, client_ca_file: cert.pem }\n`,
    )
    server = await startServer({
      dataDir: join(folder.path, 'data'),
      port: await freePort(),
      args: ['--config', join(folder.path, 'vedette.yaml'), '--syslog', String(plain)],
    })
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  const eventsOf = async (query: string) => {
    await server.settled()
    const answer = await server.ask(`/api/v1/events?limit=200&q=${encodeURIComponent(query)}`)
    return list.parse(await answer.json()).data
  }
  const arrived = (query: string, count: number) =>
    until(
      async () => {
        const events = await eventsOf(query)
        return events.length >= count && events
      },
      () => `${count} events of ${query}\n${server.output()}`,
    )

  it.each([
    ['UDP, RFC 5424', ['--udp', '--rfc5424']],
    ['UDP, RFC 3164', ['--udp', '--rfc3164']],
    ['TCP, line feeds', ['--tcp']],
    ['TCP, octet counts', ['--tcp', '--octet-count']],
  ])('logger: %s', needs(program('/usr/bin/logger', 'bsdutils')), async (_name, options) => {
    const tag = `log${options.join('')}`
    const to = ['--server', '127.0.0.1', '--port', String(plain), '--priority', 'auth.warning', '--tag', tag]
    // A datagram is lost if the port is not open yet.
    const [event] = await until(async () => {
      await run('/usr/bin/logger', [...options, ...to, 'grüße, 世界'])
      const events = await eventsOf(`process.name:"${tag}"`)
      return events.length > 0 && events
    })
    expect(event).toMatchObject({
      message: 'grüße, 世界',
      fields: { 'log.level': 'warning', 'log.syslog.facility.name': 'auth', 'log.source.address': '127.0.0.1' },
    })
    expect(event?.fields['host.name']).toBeTruthy()
    // Its time stands for this moment, in the zone of this machine.
    expect(Math.abs(Date.parse(event?.time ?? '') - Date.now())).toBeLessThan(600_000)
  })

  const lines = (name: string) =>
    Array.from(
      { length: 100 },
      (_, i) => `<34>1 2026-01-05T10:00:00.${String(i).padStart(6, '0')}Z web-07 ${name} 12 - - line ${i}\n`,
    )

  it.each([
    ['TCP', () => `port="${plain}" TCP_Framing="octet-counted"`, 'syslog'],
    ['TCP with line feeds', () => `port="${plain}"`, 'syslog'],
    [
      'TLS with a client certificate',
      () => `port="${secure}" StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="anon"`,
      'secure',
    ],
  ])('rsyslog: %s', needs(program(gtls, 'rsyslog-gnutls')), async (kind, target, source) => {
    const input = await freePort()
    const config = join(folder.path, `rsyslog-${kind.length}.conf`)
    writeFileSync(
      config,
      `global(workDirectory="${folder.path}" DefaultNetstreamDriverCAFile="${folder.path}/cert.pem"
  DefaultNetstreamDriverCertFile="${folder.path}/cert.pem" DefaultNetstreamDriverKeyFile="${folder.path}/key.pem")
module(load="imtcp")
input(type="imtcp" port="${input}" address="127.0.0.1")
action(type="omfwd" target="127.0.0.1" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format" ${target()}
       queue.type="linkedlist" action.resumeRetryCount="-1" action.resumeInterval="1")
`,
    )
    const child = spawn(rsyslogd, ['-n', '-f', config, '-i', `${config}.pid`], { stdio: 'ignore' })
    try {
      const name = `r${kind.length}`
      await send(input, lines(name).join(''))
      const events = await arrived(`source:${source} process.name:${name}`, 100)
      expect(events.map(({ message }) => message).sort()).toEqual(
        lines(name)
          .map((_, i) => `line ${i}`)
          .sort(),
      )
      expect(events[0]?.fields).toMatchObject({ 'host.name': 'web-07', 'log.level': 'crit' })
    } finally {
      await end(child)
    }
  })

  it.each([
    ['network()', () => `network("127.0.0.1" port(${plain}) transport("tcp"))`],
    ['syslog()', () => `syslog("127.0.0.1" port(${plain}) transport("tcp"))`],
    ['network() with UDP', () => `network("127.0.0.1" port(${plain}) transport("udp"))`],
  ])(
    'syslog-ng: %s',
    needs(program(`${unpacked}/sbin/syslog-ng`, 'syslog-ng-core, or dpkg -x to /opt/syslog-ng')),
    async (kind, destination) => {
      const input = await freePort()
      const file = (name: string) => join(folder.path, `ng-${kind.length}.${name}`)
      writeFileSync(
        file('conf'),
        `@version: 3.38
source s { syslog(ip("127.0.0.1") port(${input}) transport("tcp")); };
destination d { ${destination()}; };
log { source(s); destination(d); };
`,
      )
      const child = spawn(
        `${unpacked}/sbin/syslog-ng`,
        [
          '-F',
          '--no-caps',
          ...['-f', file('conf'), '-p', file('pid'), '-c', file('ctl'), '-R', file('persist')],
          ...['--module-path', `${unpacked}/lib/syslog-ng/3.38`],
        ],
        { stdio: 'ignore', env: { ...process.env, LD_LIBRARY_PATH: `${unpacked}/lib/syslog-ng` } },
      )
      try {
        const name = `n${kind.length}`
        const counted = lines(name).map((line) => `${Buffer.byteLength(line)} ${line}`)
        await send(input, counted.join(''))
        const events = await arrived(`process.name:${name}`, 100)
        expect(events.map(({ message }) => message).sort()).toEqual(counted.map((_, i) => `line ${i}`).sort())
      } finally {
        await end(child)
      }
    },
  )

  it('collectd: its log and notifications', needs(program('/usr/sbin/collectd', 'collectd-core')), async () => {
    const config = join(folder.path, 'collectd.conf')
    writeFileSync(
      config,
      `Hostname "web-07"
FQDNLookup false
BaseDir "${folder.path}"
PIDFile "${folder.path}/collectd.pid"
PluginDir "/usr/lib/collectd"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin log_logstash
<Plugin log_logstash>
  LogLevel info
  File "${folder.path}/collectd.json"
</Plugin>
LoadPlugin load
LoadPlugin threshold
<Plugin threshold>
  <Type "load">
    FailureMin 1000000
  </Type>
</Plugin>
`,
    )
    const child = spawn('/usr/sbin/collectd', ['-f', '-C', config], { stdio: 'ignore' })
    try {
      const [notification] = await arrived('source:collectd message:threshold host.name:web-07', 1)
      expect(notification?.message).toContain('below the failure threshold')
      expect(Math.abs(Date.parse(notification?.time ?? '') - Date.now())).toBeLessThan(600_000)
    } finally {
      await end(child)
    }
    // Its last line is the end of its log.
    const [last] = await arrived('source:collectd message:Exiting', 1)
    expect(last?.fields).toMatchObject({ 'log.level': 'info' })
    const messages = (await eventsOf('source:collectd')).map(({ message }) => message)
    expect(messages.filter((message) => message.startsWith('Initialization complete'))).toHaveLength(1)
  })
})
