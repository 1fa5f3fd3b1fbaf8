import { describe, expect, it } from 'vitest'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { createDetect } from '../detect.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someTime } from '../shared/some-events.ts'
import { external } from './external.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = { now: () => 0, fetch, log, signal: new AbortController().signal }
const make = (options: object = {}) => external.create(external.options.parse(options), runtime)

const minute = 60_000
let number = 0
const alert = (fields: Event['fields'] = {}, facts: Partial<Event> = {}): Event => ({
  id: `0-${number++}`,
  kind: 'alert',
  time: someTime,
  timeGuessed: false,
  receivedAt: someTime + 5,
  source: 'splunk',
  stream: 'splunk/web-01',
  message: 'Malware found on web-01',
  original: '{"result_id":"r-1","severity":"high"}',
  fields: {
    'event.provider': 'splunk',
    alert_id: 'r-1',
    alert_key: 'r-1',
    alert_type: 'malware',
    alert_severity: 'high',
    alert_title: 'Endpoint malware',
    'event.start': new Date(someTime).toISOString(),
    'source.ip': '203.0.113.9',
    'source.port': 50_211,
    'destination.ip': '10.0.0.50',
    'destination.port': 443,
    'network.transport': 'tcp',
    'user.name': 'jdoe',
    'host.name': 'web-01',
    asset_id: 'SRV-1',
    'file.hash.md5': '5d41402abc4b2a76b9719d911017c592',
    'file.name': 'a.exe',
    'url.original': 'http://c2.example.net/a',
    'url.domain': 'c2.example.net',
    'dns.question.name': 'c2.example.net',
    source_ref: 'search/7',
    'threat.technique.id': ['T1486', 'nonsense'],
    ...fields,
  },
  ...facts,
})
const normal = (i: number): Event => alert({}, { id: `1-${i}`, kind: 'event', time: someTime + i })

const report = (event: Event, options: object = {}): Detection => {
  const [detection] = make(options).detect([event])
  if (!detection) throw new Error('no detection')
  return detection
}

describeDetector('external', {
  make: () => make(),
  normal: Array.from({ length: 50 }, (_, i) => normal(i)),
  moreNormal: Array.from({ length: 50 }, (_, i) => normal(100 + i)),
  anomalous: [
    alert(),
    alert({ alert_key: 'r-2', alert_severity: 'info', 'host.name': '' }),
    alert({ alert_status: 'resolved', 'event.end': new Date(someTime + minute).toISOString() }),
    alert({}, { fields: {}, message: 'x\u0000\u202ey' }),
  ],
  *flood(count) {
    for (let i = 0; i < count; i++) yield normal(i)
  },
})

describe('external', () => {
  it('ends its sentence with one full stop', () => {
    const sentenceOf = (message: string) => report(alert({}, { message })).sentence
    expect(sentenceOf('Malware found.')).toBe('splunk raised an alert of high severity: “Malware found”.')
    expect(sentenceOf('Please wait...')).toBe('splunk raised an alert of high severity: “Please wait...”.')
  })

  it('contains everything in the alert', () => {
    expect(report(alert())).toMatchObject({
      kind: 'external',
      type: 'malware',
      severity: 'high',
      score: 0.85,
      title: 'Endpoint malware: web-01',
      sentence: 'splunk raised an alert of high severity: “Malware found on web-01”.',
      dedup_key: 'splunk: r-1',
      techniques: ['T1486'],
      merge_within: 86_400_000,
      entities: [
        { type: 'ip', value: '203.0.113.9' },
        { type: 'ip', value: '10.0.0.50' },
        { type: 'user', value: 'jdoe' },
        { type: 'host', value: 'web-01' },
        { type: 'asset', value: 'SRV-1' },
        { type: 'file', value: 'a.exe' },
        { type: 'hash', value: '5d41402abc4b2a76b9719d911017c592' },
        { type: 'url', value: 'http://c2.example.net/a' },
        { type: 'domain', value: 'c2.example.net' },
      ],
      observed: {
        external_id: 'r-1',
        source_ref: 'search/7',
        source_ip: '203.0.113.9',
        destination_ip: '10.0.0.50',
        source_port: 50_211,
        destination_port: 443,
        protocol: 'tcp',
        user_name: 'jdoe',
        asset_id: 'SRV-1',
        file_hash: '5d41402abc4b2a76b9719d911017c592',
        file_name: 'a.exe',
        url: 'http://c2.example.net/a',
        dns_query: 'c2.example.net',
        raw_data: { result_id: 'r-1', severity: 'high' },
      },
    })
  })

  it('recognizes a repeated alert and its changes', () => {
    const first = report(alert())
    expect(report(alert({}, { receivedAt: someTime + minute })).id).toBe(first.id)
    const worse = report(alert({ alert_severity: 'critical' }))
    expect(worse.id).not.toBe(first.id)
    expect(worse.dedup_key).toBe(first.dedup_key)
    expect(report(alert({ alert_key: 'r-2' })).dedup_key).not.toBe(first.dedup_key)
    expect(report(alert({}, { source: 'splunk-eu' })).dedup_key).toBe('splunk-eu/splunk: r-1')
  })

  it('recognizes an alert without an id by its content', () => {
    const { alert_key: _, ...fields } = alert().fields
    const keyless = (more: Event['fields'] = {}) => report(alert({}, { fields: { ...fields, ...more } })).dedup_key
    expect(keyless()).toMatch(/^splunk: Endpoint malware \([\da-f]{16}\)$/)
    expect(keyless({ alert_id: 'another' })).toBe(keyless())
    for (const change of [{ 'source.ip': '203.0.113.10' }, { 'user.name': 'x' }, { alert_type: 'ddos' }]) {
      expect(keyless(change)).not.toBe(keyless())
    }
    // Without any entity, the rule identifies it.
    const bare = (alert_title: string) => report(alert({}, { fields: { alert_title } })).dedup_key
    expect(bare('A')).not.toBe(bare('B'))
  })

  it('reports that the sender resolved it', () => {
    const over = report(alert({ alert_status: 'resolved', 'event.end': new Date(someTime + minute).toISOString() }))
    expect(over).toMatchObject({ over: true, severity: 'info', score: 0, dedup_key: 'splunk: r-1' })
    expect(Date.parse(over.last_seen) - Date.parse(over.first_seen)).toBe(minute)
  })

  it('skips alerts below the minimum severity, but not their end', () => {
    const detector = make({ min_severity: 'high' })
    expect(detector.detect([alert({ alert_severity: 'medium' })])).toEqual([])
    expect(detector.detect([alert({ alert_severity: 'medium', alert_status: 'resolved' })])).toHaveLength(1)
    expect(detector.detect([alert()])).toHaveLength(1)
  })

  it('keeps what it can of raw data that is long, or not an object', () => {
    const long = report(alert({}, { original: `{"a":"${'x'.repeat(70_000)}"}` }))
    expect(long.observed?.raw_data).toMatchObject({ truncated: true, event_id: expect.any(String) })
    expect(report(alert({}, { original: 'CEF:0|x' })).observed?.raw_data).toEqual({ text: 'CEF:0|x' })
  })
})

describe('among other detectors', () => {
  const delivery = { id: 'a', attempt: 1, signal: runtime.signal, transaction: async () => undefined }

  it('loses no alert in a flood, and other detectors do not see alerts', async () => {
    const seen: string[] = []
    const other = {
      name: 'other',
      detect: (events: readonly Event[]) => {
        seen.push(...events.map(({ kind }) => kind))
        return []
      },
    }
    const detect = createDetect([other, make()], { log, limit: 10 })
    const alerts = Array.from({ length: 500 }, (_, i) => alert({ alert_key: `r-${i}` }))
    expect(await detect.run([...alerts, normal(1)], delivery)).toHaveLength(500)
    expect(seen).toEqual(['event'])
  })
})
