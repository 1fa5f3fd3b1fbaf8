import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../../test/any-character.ts'
import { securityAlert } from '../../../schema/alert/security-alert.ts'
import type { Event } from '../../../schema/event/event.ts'
import { createNormalizer } from '../normalize.ts'
import { describeParser } from '../parser.conformance.ts'
import { alertParsers, splitAlerts } from './alert-formats.ts'

for (const [format, parser] of alertParsers) describeParser(parser.name, parser, { format })

const receivedAt = Date.UTC(2026, 2, 4)

const normalize = (texts: readonly string[], format?: string): readonly Event[] =>
  createNormalizer().normalize({
    partition: 0,
    first: 0,
    source: 'test',
    receivedAt,
    texts,
    ...(format !== undefined && { format }),
  })

/** Normalizes a posted body, with an optional declared format. */
const parseBody = (body: unknown, format?: string): readonly Event[] => normalize(splitAlerts(body), format)
const one = (body: unknown, format?: string): Event | undefined => parseBody(body, format)[0]

const noon = Date.UTC(2025, 0, 5, 12)
const cef = 'CEF:0|Security|IDS|1.0|100|Detected|10|src=10.0.0.1 dst=192.168.1.1'
const detected = {
  alert_id: 'CEF-Security-IDS-100',
  alert_type: 'other',
  alert_severity: 'critical',
  source_ref: 'Security/IDS/100',
  'source.ip': '10.0.0.1',
  'destination.ip': '192.168.1.1',
}

describe('the fields of the triage contract', () => {
  it('are read from a Splunk result', () => {
    const event = one(
      {
        result_id: 'r-1',
        _time: '2025-01-05T12:00:00Z',
        category: 'malware',
        severity: 'high',
        src_ip: '45.33.32.156',
        dest_ip: '10.0.0.50',
        message: 'Malware found',
        host: 'web-01',
        user: 'jdoe',
        search_name: 'Endpoint malware',
        app: 'es',
        owner: 'soc',
        md5: '5d41402abc4b2a76b9719d911017c592',
      },
      'splunk',
    )
    expect(event).toMatchObject({ kind: 'alert', time: noon, message: 'Malware found' })
    expect(event?.fields).toMatchObject({
      alert_id: 'r-1',
      alert_type: 'malware',
      alert_severity: 'high',
      'source.ip': '45.33.32.156',
      'destination.ip': '10.0.0.50',
      asset_id: 'web-01',
      'user.name': 'jdoe',
      'file.hash.md5': '5d41402abc4b2a76b9719d911017c592',
      'event.provider': 'splunk',
      source_ref: 'r-1',
      splunk_search: 'Endpoint malware',
      splunk_app: 'es',
      splunk_owner: 'soc',
    })
  })

  it('may be empty where the sender has no address and no hash', () => {
    const sent = {
      alert_id: 'A-2',
      timestamp: '2025-01-05T12:00:00Z',
      alert_type: 'malware',
      severity: 'high',
      description: 'x',
    }
    const empty = { ...sent, source_ip: '', target_ip: ' ', file_hash: '' }
    expect(securityAlert.safeParse(empty).success).toBe(true)
    expect(one(empty)?.fields).not.toHaveProperty(['source.ip'])
    expect(securityAlert.safeParse({ ...sent, source_ip: '300.1.1.1' }).success).toBe(false)
  })

  it("include Splunk's time as a quoted number", () => {
    const event = one(
      { sid: 's1', _time: '1736078400', type: 'intrusion', priority: '9', src: '192.0.2.1', signature: 'ET SCAN' },
      'splunk',
    )
    expect(event).toMatchObject({ time: noon, message: 'ET SCAN' })
    expect(event?.fields).toMatchObject({
      alert_id: 's1',
      alert_type: 'unauthorized_access',
      alert_severity: 'critical',
    })
  })

  it('include target and source of a SecurityAlert', () => {
    const event = one({
      alert_id: 'A-1',
      timestamp: '2025-01-05T12:00:00Z',
      alert_type: 'brute_force',
      severity: 'low',
      description: 'Many logins.',
      source_ip: '45.33.32.156',
      target_ip: '10.0.0.50',
      source: 'sensor-4',
      source_ref: 'ref-9',
    })
    expect(event?.kind).toBe('alert')
    expect(event?.fields).toMatchObject({
      'destination.ip': '10.0.0.50',
      'event.provider': 'sensor-4',
      source_ref: 'ref-9',
    })
  })

  it('are read from a QRadar offense with a numeric magnitude', () => {
    const event = one({
      offense_id: 123,
      start_time: 1736078400000,
      offense_type: 'Brute Force',
      severity: 5,
      magnitude: 9,
    })
    expect(event).toMatchObject({ kind: 'alert', time: noon })
    expect(event?.fields).toMatchObject({
      alert_id: 'QRADAR-123',
      alert_type: 'brute_force',
      alert_severity: 'medium',
      magnitude: '9',
    })
  })

  it.each([
    ['high', 'high'],
    ['low', 'low'],
  ])('include a medium severity shifted by a magnitude of %s', (magnitude, severity) => {
    expect(one({ id: 1, severity: 5, magnitude, offense_type: 'Phishing' }, 'qradar')?.fields).toMatchObject({
      alert_severity: severity,
      alert_type: 'phishing',
    })
  })

  it.each(['message', 'cef_message', 'cef', 'raw', 'raw_message'])('are read from CEF in "%s"', (name) => {
    expect(one({ [name]: cef }, 'cef')?.fields).toMatchObject(detected)
  })

  it('are read from CEF as text, and after a syslog header', () => {
    for (const text of [cef, `<34>1 2026-03-04T00:00:00Z sensor ids - - - ${cef}`]) {
      expect(one(text, 'cef')?.fields).toMatchObject(detected)
      expect(one(text)).toMatchObject({ kind: 'alert', fields: expect.objectContaining(detected) })
    }
  })
})

describe('alerts of TheHive', () => {
  const alert = {
    ...{
      _id: '~41',
      _type: 'Alert',
      type: 'external',
      source: 'mail-gw',
      sourceRef: 'MG-7',
      title: 'Mail with a link',
    },
    ...{ description: 'To finance.', date: noon, stage: 'New', tags: ['t:T1566.002'] },
    observables: [
      { dataType: 'ip', data: '45.33.32.156' },
      { dataType: 'hostname', data: 'web-01' },
    ],
  }
  it.each([
    [1, 'low'],
    [2, 'medium'],
    [3, 'high'],
    [4, 'critical'],
  ])('have the severity %i of 4, which is %s', (severity, expected) => {
    const sent = { ...alert, severity }
    for (const body of [
      sent,
      { action: 'create', objectType: 'Alert', objectId: '~41', object: sent },
      { operation: 'Creation', objectType: 'case', object: { title: 'Mail', _id: '~7', severity, status: 'Open' } },
    ]) {
      for (const format of [undefined, 'generic', 'thehive']) {
        const event = one(body, format)
        expect(event).toMatchObject({
          kind: 'alert',
          fields: { alert_severity: expected, 'event.provider': 'thehive' },
        })
      }
    }
  })

  it('include observables, techniques and the time', () => {
    expect(one({ ...alert, severity: 3 }, 'thehive')).toMatchObject({
      time: noon,
      fields: {
        ...{ alert_id: '~41', alert_title: 'Mail with a link', source_ref: 'MG-7', alert_status: 'firing' },
        ...{ 'source.ip': '45.33.32.156', 'host.name': 'web-01', 'threat.technique.id': ['T1566.002'] },
      },
    })
    expect(one({ ...alert, severity: 3, stage: 'Closed' }, 'thehive')?.fields.alert_status).toBe('resolved')
  })
})

describe('alerts of Kibana', () => {
  const technique = { id: 'T1110', subtechnique: [{ id: 'T1110.003' }] }
  const dotted = {
    '@timestamp': '2025-01-05T12:00:00Z',
    'kibana.alert.uuid': 'u-1',
    'kibana.alert.rule.name': 'Password spraying',
    'kibana.alert.reason': 'Many failed logins.',
    'kibana.alert.severity': 'high',
    'kibana.alert.status': 'active',
    'kibana.alert.workflow_status': 'open',
    'kibana.alert.rule.threat': [{ tactic: { name: 'Credential Access' }, technique: [technique] }],
    'source.ip': '45.33.32.156',
    user: { name: 'jdoe' },
  }
  const nested = {
    '@timestamp': '2025-01-05T12:00:00Z',
    kibana: {
      alert: {
        ...{ uuid: 'u-1', reason: 'Many failed logins.', severity: 'high', status: 'active', workflow_status: 'open' },
        rule: {
          name: 'Password spraying',
          threat: [{ tactic: { name: 'Credential Access' }, technique: [technique] }],
        },
      },
    },
    source: { ip: '45.33.32.156' },
    user: { name: 'jdoe' },
  }
  const mixed = { ...nested, kibana: undefined, 'kibana.alert': nested.kibana.alert }
  const hit = { _index: '.internal.alerts-security.alerts-default-000001', _id: 'u-1', _source: dotted }
  const legacy = {
    ...{ _id: 'u-1', '@timestamp': '2025-01-05T12:00:00Z', source: nested.source, user: nested.user },
    signal: {
      ...{ status: 'open', reason: 'Many failed logins.' },
      rule: { name: 'Password spraying', severity: 'high', threat: nested.kibana.alert.rule.threat },
    },
  }
  it.each(Object.entries({ dotted, nested, mixed, hit, legacy }))('are read: %s', (_, body) => {
    for (const format of [undefined, 'generic', 'elastic']) {
      expect(one(body, format)).toMatchObject({
        ...{ kind: 'alert', time: noon, message: 'Many failed logins.' },
        fields: {
          ...{ alert_id: 'u-1', alert_title: 'Password spraying', alert_severity: 'high', alert_status: 'firing' },
          ...{ 'source.ip': '45.33.32.156', 'user.name': 'jdoe', 'threat.technique.id': ['T1110.003'] },
        },
      })
    }
  })

  it('have the severity of their risk score, if they have no other', () => {
    const { 'kibana.alert.severity': _, ...rest } = dotted
    for (const [score, severity] of [
      [21, 'low'],
      [47, 'medium'],
      [73, 'high'],
      [99, 'critical'],
    ] as const) {
      expect(one({ ...rest, 'kibana.alert.risk_score': score }, 'elastic')?.fields.alert_severity).toBe(severity)
    }
  })

  it('are closed or recovered', () => {
    for (const over of [{ 'kibana.alert.workflow_status': 'closed' }, { 'kibana.alert.status': 'recovered' }]) {
      expect(one({ ...dotted, ...over }, 'elastic')?.fields.alert_status).toBe('resolved')
    }
  })

  it('are split from a list and from a search result', () => {
    for (const body of [{ alerts: [dotted, nested] }, { took: 1, hits: { total: { value: 2 }, hits: [hit, hit] } }]) {
      expect(parseBody(body, 'generic').map(({ fields }) => fields.alert_title)).toEqual(
        Array(2).fill('Password spraying'),
      )
    }
  })
})

describe('a log line', () => {
  it.each([
    'CEF:0|Example|Firewall|1|7|Deny|8|src=203.0.113.9 dst=10.0.0.5 act=blocked',
    'CEF:0|Example|VPN|1|auth|Login failed|9|suser=eve cat=Authentication',
    'LEEF:1.0|Example|Proxy|2|deny|src=203.0.113.9\tsev=9\tcat=Web',
    '{"event_type":"dns","src_ip":"10.0.0.1","alert":"no"}',
    '{"severity":"high","alert":{"name":"x"},"message":"a rule of ours fired"}',
    '{"rule":{"id":1,"level":"high"},"agent":{"name":"x"},"message":"no alert of Wazuh"}',
    '{"title":"A page","severity":"low","id":"7","status":"resolved"}',
    '{"alerts":[],"message":"settings saved"}',
    '{"alert_id":"7","alert_type":"banner","severity":"high","description":"x","timestamp":1736078400}',
  ])('is no alert: %s', (line) => expect(normalize([line])[0]?.kind).toBe('event'))

  it("is an alert if its format is unambiguous, even inside a shipper's envelope", () => {
    const eve =
      '{"event_type":"alert","src_ip":"10.0.0.1","alert":{"signature":"ET X","signature_id":1,"severity":1},"timestamp":"2026-03-02T10:00:00Z"}'
    for (const line of [
      eve,
      JSON.stringify({ log: `${eve}\n`, stream: 'stdout', time: '2026-03-02T10:00:01Z' }),
      JSON.stringify({ '@timestamp': '2026-03-02T10:00:01Z', message: eve, host: 'sensor' }),
      `<13>Mar  2 10:00:00 sensor suricata[1]: ${eve}`,
    ]) {
      expect(normalize([line])[0]).toMatchObject({
        kind: 'alert',
        fields: { alert_title: 'ET X', alert_severity: 'high' },
      })
    }
  })

  it('never closes an alert', () => {
    const over = {
      receiver: 'x',
      version: '4',
      groupKey: '{}',
      alerts: [{ status: 'resolved', labels: { alertname: 'A' } }],
    }
    const line = JSON.stringify(over)
    expect(normalize([line])[0]).toMatchObject({ kind: 'event', fields: { alert_status: 'resolved' } })
    expect(normalize([line], 'alertmanager')[0]?.kind).toBe('alert')
  })

  it('is rejected with a reason if it is a webhook of several alerts', () => {
    const group = { receiver: 'x', version: '4', groupKey: '{}', alerts: [{ labels: {} }, { labels: {} }] }
    const [event] = normalize([JSON.stringify(group)])
    expect(event).toMatchObject({ kind: 'pipeline_error', fields: { 'error.type': 'parse/alert/alertmanager' } })
  })
})

describe('a bundle', () => {
  it('is split into its alerts', () => {
    const alert = { alert_id: 'a', severity: 'low' }
    const label = (alertname: string) => ({ labels: { alertname }, startsAt: '2026-03-01T08:00:00Z' })
    const webhook = { receiver: 'x', version: '4', groupKey: '{}', alerts: [label('A'), label('B')] }
    expect(parseBody(webhook).map(({ fields }) => fields.alert_title)).toEqual(['A', 'B'])
    expect(parseBody([label('A'), label('B')], 'alertmanager').map(({ fields }) => fields.alert_title)).toEqual([
      'A',
      'B',
    ])
    expect(splitAlerts([alert, [alert]])).toHaveLength(2)
    expect(splitAlerts({ value: [alert, alert], '@odata.context': 'x' })).toHaveLength(2)
    expect(splitAlerts(`${JSON.stringify(alert)}\n\n${JSON.stringify(alert)}\n`)).toHaveLength(2)
    expect(splitAlerts(`${cef}\r\n${cef}`)).toEqual([cef, cef])
    expect(splitAlerts({ ...webhook, alerts: [] })).toEqual([])
    expect(splitAlerts(alert)).toHaveLength(1)
  })

  it('of any kind gives texts that become events', () => {
    const formats = fc.constantFrom(undefined, ...alertParsers.keys())
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string({ unit: anyCharacter })), formats, (body, format) => {
        for (const event of parseBody(body, format)) {
          expect(event.kind === 'alert' || event.kind === 'pipeline_error' || format === undefined).toBe(true)
        }
      }),
    )
  })
})

describe('a line of an alert that Suricata and Snort write', () => {
  const scan =
    '[1:2001219:20] ET SCAN Potential SSH Scan [**] [Classification: Attempted Information Leak] [Priority: 2]'
  it.each([
    [
      `03/03/2026-09:32:20.123456  [**] ${scan} {TCP} 203.0.113.9:51122 -> 10.0.0.5:22`,
      { 'event.provider': 'suricata', 'source.port': 51_122, 'destination.port': 22, 'event.action': 'allowed' },
    ],
    [
      `03/03/2026-09:32:20.123456  [wDrop] [**] ${scan} {TCP} 2001:db8:0:0:0:0:0:9:51122 -> 2001:db8:0:0:0:0:0:5:22`,
      { 'source.ip': '2001:db8::9', 'destination.ip': '2001:db8::5', 'event.action': 'blocked' },
    ],
    [
      '03/03-09:32:20.123456 [**] [1:469:1] "ICMP PING NMAP" [**] [Priority: 1] {ICMP} 203.0.113.9:8 -> 10.0.0.5:0',
      { 'event.provider': 'snort', alert_severity: 'high', 'rule.id': '469', 'rule.name': 'ICMP PING NMAP' },
    ],
  ])('is an alert: %s', (text, fields) => {
    const [event] = normalize([text])
    expect(event).toMatchObject({ kind: 'alert', time: Date.UTC(2026, 2, 3, 9, 32, 20, 123) })
    expect(event?.fields).toMatchObject(fields)
  })

  it('has the month first, also in the future', () => {
    expect(normalize([`12/10/2026-09:32:20.123456  [**] ${scan} {TCP} 203.0.113.9:1 -> 10.0.0.5:22`])[0]?.time).toBe(
      Date.UTC(2026, 11, 10, 9, 32, 20, 123),
    )
  })

  it('is none without its addresses', () => {
    expect(normalize([`03/03/2026-09:32:20.123456  [**] ${scan}`])[0]?.kind).toBe('event')
  })
})
