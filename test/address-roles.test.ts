import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runFake } from '../src/cli/cli.fake.ts'
import { toFlatAlert } from '../src/pipeline/notify/flat-alert.ts'
import { toMessage } from '../src/pipeline/notify/message.ts'
import { sinkRegistry } from '../src/pipeline/notify/registry.ts'
import { openReceiver } from '../src/pipeline/notify/sink.conformance.ts'
import { toSyslog } from '../src/pipeline/notify/sinks/syslog-message.ts'
import { toUdmEvent } from '../src/pipeline/notify/sinks/udm-event.ts'
import { analysis } from '../src/schema/analysis.ts'
import type { Incident } from '../src/schema/incident/incident.ts'
import { casesOf, deepRun } from './depth.ts'
import { needs } from './needs.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 10, 2) + seconds * 1000).toISOString()
const many = (count: number, line: (i: number) => string | object): string[] =>
  Array.from({ length: count }, (_, i) => line(i)).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))

/** Failed logins as shipped by a collector on the attacked machine, which adds its own address three times. */
const failures = (from: string, to: string, count: number) =>
  many(count, (i) => ({
    '@timestamp': at(i * 2),
    host: { name: 'bastion', ip: [to] },
    service: { name: 'sshd' },
    event: { category: 'authentication', action: 'ssh_login', outcome: 'failure' },
    user: { name: 'root' },
    source: { ip: from, port: 40_000 + i },
    destination: { ip: to, port: 22 },
    message: `Failed password for root from ${from} port ${40_000 + i} ssh2`,
  }))

const attacks = (from: string, forwarded: string) =>
  many(60, (i) => {
    const time = `[10/Jan/2026:02:${String(Math.floor(i / 2)).padStart(2, '0')}:${(i % 2) * 30 + 10} +0000]`
    return `${from} - - ${time} "GET /a.php?f=../../../../etc/passwd HTTP/1.1" 200 1800 "-" "curl/8.5" "${forwarded}"`
  })

const beacon = (from: string, to: string) =>
  many(30, (i) => ({
    timestamp: at(i * 60),
    event_type: 'alert',
    ...{ src_ip: from, src_port: 50_000 + i, dest_ip: to, dest_port: 443, proto: 'TCP' },
    alert: {
      ...{ action: 'allowed', gid: 1, signature_id: 2_033_713, rev: 2 },
      signature: 'ET MALWARE Cobalt Strike Beacon Observed',
      category: 'A Network Trojan was detected',
      severity: 1,
    },
  }))

const foreign = (from: string, to: string) => [
  JSON.stringify({
    ...{ alert_id: 'edr-77', timestamp: at(0), alert_type: 'unauthorized_access', severity: 'critical' },
    description: 'Exploit attempt against the VPN gateway',
    ...{ source_ip: from, target_ip: to, asset_id: 'vpn-01' },
  }),
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-roles-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const incidentOf = async (lines: readonly string[], name = 'some.log'): Promise<Incident> => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  const { out } = await runFake(['analyze', join(folder, name), '--json'], { env: { HOME: '/nowhere' }, cwd: folder })
  const { incidents, alerts } = analysis.parse(JSON.parse(out))
  const [incident] = incidents
  if (!incident) throw new Error(`No incident, but ${alerts.map(({ title }) => title).join(', ') || 'no alert'}.`)
  return incident
}

const rolesOf = (incident: Incident) =>
  Object.fromEntries(
    Object.entries(incident.address_roles ?? {}).map(([role, tallies = []]) => [role, tallies.map(({ ip }) => ip)]),
  )

describe('the roles of addresses in an incident', () => {
  const guesses = [
    ['203.0.113.250', '10.0.0.5'],
    ['198.51.100.7', '203.0.113.5'],
    ['2001:db8:ffff::9', 'fd00::5'],
  ] as const
  it.each(casesOf(guesses))('%s guesses passwords on %s: the attacker is the source', async (from, to) => {
    expect(rolesOf(await incidentOf(failures(from, to, 150)))).toEqual({
      attacker: [from],
      source: [from],
      destination: [to],
    })
  })

  it('the client behind our own proxy is the attacker, not the proxy', needs(deepRun), async () => {
    const incident = await incidentOf([...attacks('10.0.0.7', '203.0.113.77'), ...attacks('10.0.0.7', '203.0.113.77')])
    expect(rolesOf(incident)).toEqual({ attacker: ['203.0.113.77'], source: ['203.0.113.77'], proxy: ['10.0.0.7'] })
  })

  it('a forged X-Forwarded-For does not hide the attacker', needs(deepRun), async () => {
    expect(rolesOf(await incidentOf(attacks('203.0.113.77', '10.0.0.5')))).toEqual({
      attacker: ['203.0.113.77'],
      source: ['203.0.113.77'],
    })
  })

  const beacons = [
    ['10.0.0.5', '198.51.100.66'],
    ['192.168.250.250', '1.2.3.4'],
  ] as const
  it.each(casesOf(beacons))(
    '%s connects to a command server at %s: the attacker is the destination',
    async (from, to) => {
      expect(rolesOf(await incidentOf(beacon(from, to)))).toEqual({ attacker: [to], source: [from], destination: [to] })
    },
  )

  const foreigners = [
    ['203.0.113.88', '10.0.0.1'],
    ['1.1.1.9', '172.16.0.4'],
  ] as const
  it.each(casesOf(foreigners))("another system's alert about %s and %s keeps its roles", async (from, to) => {
    expect(rolesOf(await incidentOf(foreign(from, to), 'alerts.json'))).toEqual({
      attacker: [from],
      source: [from],
      destination: [to],
    })
  })

  it('several attackers are counted, and the most active one is named', needs(deepRun), async () => {
    const own = '10.0.0.5'
    const incident = await incidentOf([
      ...failures('198.51.100.3', own, 40),
      ...failures('203.0.113.200', own, 300),
      ...failures('192.0.2.250', own, 60),
    ])
    expect(incident.address_roles?.attacker).toEqual([
      { ip: '203.0.113.200', events: 300, internal: false },
      { ip: '192.0.2.250', events: 60, internal: false },
      { ip: '198.51.100.3', events: 40, internal: false },
    ])
  })
})

describe('every channel names the attacker and no victim', () => {
  const notify = async (incident: Incident) => {
    const notification = { incident: { ...incident, id: 'i1' }, reason: 'opened' as const, idempotencyKey: 'k' }
    const receiver = await openReceiver()
    try {
      const sent = async (type: string, options: object): Promise<string> => {
        const signal = new AbortController().signal
        const log = { debug() {}, info() {}, warn() {}, error() {} }
        const sink = sinkRegistry.create(type, { url: receiver.url, ...options }, { now: Date.now, fetch, log, signal })
        await sink.send(notification, signal)
        return receiver.received.at(-1)?.body ?? ''
      }
      const frame = { format: 'rfc5424', facility: 'authpriv', appName: 'vedette', hostname: 'here' } as const
      return {
        slack: await sent('slack', {}),
        splunk: await sent('splunk', { token: 'hush' }),
        elasticsearch: await sent('elasticsearch', { api_key: 'a2V5' }),
        webhook: await sent('webhook', { shape: 'flat' }),
        kafka: JSON.stringify(toFlatAlert(notification)),
        syslog: toSyslog(notification, frame).toString(),
        chronicle: JSON.stringify(toUdmEvent(notification, 'X')),
        cloudevent: JSON.stringify(toMessage(notification)),
      }
    } finally {
      await receiver.close()
    }
  }
  const slackFields = (body: string) =>
    JSON.parse(body)
      .attachments[0].fields.filter(({ title }: { title: string }) => /IP|Attacker|Proxy/.test(title))
      .map(({ title, value }: { title: string; value: string }) => `${title}: ${value}`)
  const flat = (body: string) => {
    const { source_ip, destination_ip, attacker_ip, attacker_count } = JSON.parse(body)
    return { source_ip, destination_ip, attacker_ip, attacker_count }
  }

  it('of brute force', async () => {
    const told = await notify(await incidentOf(failures('203.0.113.250', '10.0.0.5', 150)))
    const addresses = {
      source_ip: '203.0.113.250',
      destination_ip: '10.0.0.5',
      attacker_ip: '203.0.113.250',
      attacker_count: 1,
    }
    expect(slackFields(told.slack)).toEqual([
      'Attacker: 203.0.113.250',
      'Source IP: 203.0.113.250',
      'Destination IP: 10.0.0.5',
    ])
    expect(flat(JSON.stringify(JSON.parse(told.splunk).event))).toEqual(addresses)
    expect(flat(told.elasticsearch)).toEqual(addresses)
    expect(flat(told.webhook)).toEqual(addresses)
    expect(flat(told.kafka)).toEqual(addresses)
    expect(told.syslog).toContain(' IP=203.0.113.250 ')
    expect(JSON.parse(told.chronicle)).toMatchObject({
      principal: { ip: ['203.0.113.250'] },
      target: { ip: ['10.0.0.5'] },
    })
    expect(JSON.parse(told.cloudevent).data.address_roles).toMatchObject({
      attacker: [{ ip: '203.0.113.250', events: 150, internal: false }],
      destination: [{ ip: '10.0.0.5', internal: true }],
    })
  })

  it('of a beacon', needs(deepRun), async () => {
    const told = await notify(await incidentOf(beacon('10.0.0.5', '198.51.100.66')))
    expect(slackFields(told.slack)).toEqual([
      'Attacker: 198.51.100.66',
      'Source IP: 10.0.0.5',
      'Destination IP: 198.51.100.66',
    ])
    expect(flat(told.kafka)).toEqual({
      source_ip: '10.0.0.5',
      destination_ip: '198.51.100.66',
      attacker_ip: '198.51.100.66',
      attacker_count: 1,
    })
    expect(told.syslog).toContain(' IP=198.51.100.66 ')
  })

  it('of several attackers', needs(deepRun), async () => {
    const own = '10.0.0.5'
    const lines = [...failures('198.51.100.3', own, 40), ...failures('203.0.113.200', own, 300)]
    const told = await notify(await incidentOf(lines))
    expect(slackFields(told.slack)[0]).toBe('Attacker: 203.0.113.200 and 1 other')
    expect(flat(told.kafka)).toMatchObject({ attacker_ip: '203.0.113.200', attacker_count: 2 })
  })
})
