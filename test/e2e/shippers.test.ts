import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { end, program, run, send } from './clients.ts'
import { type FaultyProxy, openFaultyProxy } from './faulty-proxy.ts'
import { adminToken, freePort, root, type Server, scratch, sleep, startServer } from './program.ts'

const folder = scratch()
const fixture = (name: string) => readFileSync(join(root, 'src/api/shippers/fixtures', name))

const rsyslogd = '/usr/sbin/rsyslogd'
const omelasticsearch = '/usr/lib/x86_64-linux-gnu/rsyslog/omelasticsearch.so'
const journalRemote = '/lib/systemd/systemd-journal-remote'
const journalUpload = '/lib/systemd/systemd-journal-upload'
const alertmanager = '/usr/bin/prometheus-alertmanager'

const list = z.object({
  data: z.array(z.object({ message: z.string(), fields: z.record(z.string(), z.unknown()), time: z.string() })),
})

describe('log shippers', () => {
  let server: Server
  let faulty: FaultyProxy

  beforeAll(async () => {
    server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort() })
    faulty = await openFaultyProxy(Number(new URL(server.url).port))
  })
  beforeEach(() => faulty.reset())
  afterAll(async () => {
    faulty.close()
    await server.stop()
    folder.remove()
  })

  const eventsOf = async (source: string) => {
    await server.settled()
    const answer = await server.ask(`/api/v1/events?limit=100&q=${encodeURIComponent(`source:${source}`)}`)
    return list.parse(await answer.json()).data
  }

  const json = { 'content-type': 'application/json' }
  const protobuf = { 'content-type': 'application/x-protobuf' }
  const bearer = { authorization: `Bearer ${adminToken}` }
  const basic = { authorization: `Basic ${Buffer.from(`vedette:${adminToken}`).toString('base64')}` }

  it.each([
    ['OpenTelemetry, JSON', '/v1/logs', { ...json, ...bearer }, fixture('otlp.json'), 'shop-json', 2, 'payment failed'],
    [
      'OpenTelemetry',
      '/v1/logs',
      { ...protobuf, ...bearer },
      fixture('otlp.protobuf'),
      'shop-proto',
      2,
      'payment failed',
    ],
    [
      'winston-loki',
      '/loki/api/v1/push',
      { ...protobuf, ...basic },
      fixture('loki.snappy'),
      'winston-proto',
      1,
      'winston to loki',
    ],
    [
      'splunk-logging',
      '/services/collector/event/1.0',
      { authorization: `Splunk ${adminToken}` },
      fixture('splunk.json'),
      'my-app',
      1,
      'hec object',
    ],
  ])(
    '%s: a request that is retried through 429, 503 and a cut is stored once',
    async (_name, path, headers, body, source, count, message) => {
      for (let status = 0; status < 200 || status >= 300; ) {
        const answer = await fetch(`http://127.0.0.1:${faulty.port}${path}`, {
          method: 'POST',
          headers,
          body: new Uint8Array(body),
        }).catch(() => undefined)
        await answer?.body?.cancel()
        status = answer?.status ?? 0
        expect([0, 200, 204, 429, 503]).toContain(status)
      }
      expect(faulty.requests()).toBe(4)
      const events = await eventsOf(source)
      expect(events.length).toBe(count)
      expect(events.some((event) => event.message.includes(message))).toBe(true)
    },
  )

  it('the access log in a record of OpenTelemetry is parsed', async () => {
    const events = await eventsOf('shop-proto')
    expect(events.map(({ fields }) => fields['url.path']).filter(Boolean)).toEqual(['/a'])
    expect(events.map(({ fields }) => fields['log.level']).filter(Boolean)).toContain('error')
  })

  it('rsyslog delivers every line', {
    ...needs(program(omelasticsearch, 'rsyslog-elasticsearch')),
    timeout: 60_000,
  }, async () => {
    const input = await freePort()
    const config = join(folder.path, 'rsyslog.conf')
    writeFileSync(
      config,
      `module(load="omelasticsearch")
module(load="imtcp")
global(workDirectory="${folder.path}")
template(name="vedette" type="list" option.jsonf="on") {
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="program" name="programname" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
input(type="imtcp" port="${input}" address="127.0.0.1")
action(type="omelasticsearch" server="127.0.0.1" serverport="${faulty.port}" uid="vedette" pwd="${adminToken}"
       searchIndex="rsyslog" searchType="" bulkmode="on" template="vedette"
       queue.type="linkedlist" action.resumeRetryCount="-1" action.resumeInterval="1")
`,
    )
    const child = spawn(rsyslogd, ['-n', '-f', config, '-i', join(folder.path, 'rsyslog.pid')], { stdio: 'ignore' })
    try {
      const lines = Array.from(
        { length: 20 },
        (_, i) => `<34>1 2026-01-05T10:00:00.${String(i).padStart(6, '0')}Z web-07 su 12 - - line ${i}\n`,
      )
      await send(input, lines.join(''))
      await until(
        async () => (await eventsOf('rsyslog')).length >= 20,
        () => `20 lines of rsyslog after ${faulty.requests()} requests`,
      )
      await sleep(2_000)
      const events = await eventsOf('rsyslog')
      // It regroups its records after a cut.
      const messages = events.map(({ message }) => message.trim())
      expect(messages.sort()).toEqual(lines.map((_, i) => `line ${i}`).sort())
      expect(events[0]?.fields).toMatchObject({ 'host.name': 'web-07', 'service.name': 'su', 'log.level': 'crit' })
      expect(faulty.requests()).toBeGreaterThan(3)
    } finally {
      await end(child)
    }
  })

  it('systemd-journal-upload delivers every entry once', {
    ...needs(program(journalUpload, 'systemd-journal-remote')),
    timeout: 60_000,
  }, async () => {
    const entries = Array.from(
      { length: 30 },
      (_, i) =>
        `__CURSOR=s=1;i=${i}\n__REALTIME_TIMESTAMP=${1_767_607_200_000_000 + i}\n__MONOTONIC_TIMESTAMP=${i + 1}\n_BOOT_ID=aabbccddeeff00112233445566778899\n_HOSTNAME=web-09\nSYSLOG_IDENTIFIER=sshd\nPRIORITY=3\nMESSAGE=entry ${i}\n\n`,
    )
    writeFileSync(join(folder.path, 'entries'), entries.join(''))
    const journal = join(folder.path, 'some.journal')
    await run(journalRemote, ['-o', journal, join(folder.path, 'entries')])
    const url = `http://journal:${adminToken}@127.0.0.1:${faulty.port}`
    const upload = () =>
      run(journalUpload, [
        `--url=${url}`,
        '--follow=no',
        `--file=${journal}`,
        `--save-state=${join(folder.path, 'state')}`,
      ])
    // It ends at a failure, and systemd starts it again.
    for (let tries = 0; (await upload()) !== 0; tries++) expect(tries).toBeLessThan(10)
    expect(faulty.requests()).toBe(4)
    const events = await eventsOf('journald')
    expect(events.map(({ message }) => message).sort()).toEqual(entries.map((_, i) => `entry ${i}`).sort())
    expect(events[0]?.fields).toMatchObject({ 'host.name': 'web-09', 'process.name': 'sshd', 'log.level': 'error' })
  })

  it('Alertmanager delivers an alert once, and its end', {
    ...needs(program(alertmanager, 'prometheus-alertmanager')),
    timeout: 60_000,
  }, async () => {
    const config = join(folder.path, 'alertmanager.yml')
    writeFileSync(
      config,
      JSON.stringify({
        route: { receiver: 'vedette', group_wait: '1s', group_interval: '1s' },
        receivers: [
          {
            name: 'vedette',
            webhook_configs: [
              {
                url: `http://127.0.0.1:${faulty.port}/api/v1/webhooks/alertmanager`,
                http_config: { authorization: { credentials: adminToken } },
              },
            ],
          },
        ],
      }),
    )
    const port = await freePort()
    const child = spawn(
      alertmanager,
      [
        ...[`--config.file=${config}`, `--storage.path=${join(folder.path, 'alertmanager')}`],
        ...[`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='],
      ],
      { stdio: 'ignore' },
    )
    try {
      const startsAt = new Date().toISOString()
      const fire = async (end: object) => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
          method: 'POST',
          headers: json,
          body: JSON.stringify([
            { labels: { alertname: 'DiskFull', severity: 'critical', instance: 'db-7:9100' }, startsAt, ...end },
          ]),
        }).catch(() => undefined)
        return answer?.status === 200
      }
      const alerts = async () => {
        const answer = await server.ask('/api/v1/alerts?limit=10&q=title:%22DiskFull%22')
        return z.object({ data: z.array(z.object({ count: z.int(), status: z.string() })) }).parse(await answer.json())
          .data
      }
      await until(() => fire({}), 'Alertmanager')
      await until(
        async () => (await alerts()).length > 0,
        () => `the alert after ${faulty.requests()} requests`,
      )
      await until(() => faulty.requests() >= 4, 'the retries')
      await server.settled()
      expect(await alerts()).toMatchObject([{ count: 1 }])
      await fire({ endsAt: new Date().toISOString() })
      await until(async () => (await alerts()).some(({ status }) => status === 'resolved'), 'the end of the alert')
      expect(await alerts()).toHaveLength(1)
    } finally {
      await end(child)
    }
  })
})
