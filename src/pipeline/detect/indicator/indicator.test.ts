import { describe, expect, it } from 'vitest'
import { IndicatorIndex } from '../../../lib/indicators/indicator-index.ts'
import { toObservable } from '../../../lib/observables/observables.ts'
import { type Severity, severities } from '../../../schema/severity.ts'
import { describeDetector } from '../detector.conformance.ts'
import { detectorRegistry } from '../registry.ts'
import { someEvent, someLogin, someTime } from '../shared/some-events.ts'

const minute = 60_000
const runtime = { fetch, log: { debug() {}, info() {}, warn() {}, error() {} }, signal: new AbortController().signal }

const known = (facts: Readonly<Record<string, readonly [level: Severity, confidence: number, note: string]>>) => {
  const index = new IndicatorIndex()
  for (const [value, [level, confidence, note]] of Object.entries(facts)) {
    const observable = toObservable(value)
    if (!observable) throw new Error(`${value} is no value.`)
    index.set(observable, { level: severities.indexOf(level), confidence, sources: ['feodo', 'own'], note })
  }
  index.settle(someTime)
  return index
}

const index = known({
  '203.0.113.9': ['critical', 0.95, 'command-and-control server of ExampleBot'],
  '198.51.100.0/24': ['high', 0.9, 'criminal network'],
  'evil-example.com': ['high', 0.8, 'phishing kit'],
  '192.0.2.66': ['low', 0.9, 'seen once'],
  '192.0.2.67': ['high', 0.2, 'perhaps bad'],
  'http://203.0.113.77:8080/bin.sh': ['high', 0.9, 'serves malware'],
})
const make = (table = index, options = {}) =>
  detectorRegistry(undefined, table).create('indicator', options, { ...runtime, now: () => someTime })

const connection = (number: number, destination: string, facts = {}) =>
  someEvent(number, someTime + number * 1000, {
    message: `outbound connection to ${destination}`,
    fields: { 'host.name': 'web-01', 'source.ip': '10.0.0.5', 'destination.ip': destination, ...facts },
  })

describeDetector('indicator', {
  make: () => make(),
  normal: Array.from({ length: 20 }, (_, n) => someLogin(n, someTime + n * 1000, true, 'ana', '192.0.2.1')),
  anomalous: Array.from({ length: 12 }, (_, n) => connection(100 + n, '203.0.113.9')),
  moreNormal: Array.from({ length: 20 }, (_, n) => someLogin(300 + n, someTime + n * 1000, true, 'ana', '192.0.2.1')),
  *flood(count) {
    for (let n = 0; n < count; n++)
      yield someLogin(1000 + n, someTime + n * 10, false, `user${n}`, `10.0.${n >> 8}.${n & 255}`)
  },
})

describe('the detector indicator', () => {
  it('names the indicator, its sources and what it did', () => {
    const [found] = make().detect([connection(1, '203.0.113.9')])
    expect(found).toMatchObject({
      kind: 'indicator',
      type: 'malware',
      severity: 'critical',
      score: 0.95,
      title: '10.0.0.5 contacted 203.0.113.9: command-and-control server of ExampleBot',
      sentence:
        'feodo and own list 203.0.113.9 as command-and-control server of ExampleBot (critical, 95 % confidence); 10.0.0.5 contacted 203.0.113.9.',
      value: '203.0.113.9',
      techniques: ['T1071'],
      event_count: 1,
    })
    expect(found?.entities).toEqual([
      { type: 'ip', value: '203.0.113.9' },
      { type: 'ip', value: '10.0.0.5' },
      { type: 'host', value: 'web-01' },
    ])
  })

  it('rates incoming contact lower, and refused contact lower still', () => {
    const [came] = make().detect([someLogin(1, someTime, true, 'root', '203.0.113.9')])
    const [refused] = make().detect([someLogin(1, someTime, false, 'root', '203.0.113.9')])
    expect([came?.severity, refused?.severity]).toEqual(['high', 'medium'])
    expect(came?.title).toBe('203.0.113.9 connected to web-01: command-and-control server of ExampleBot')
  })

  it('finds ranges, subdomains and links, in lines and in fields', () => {
    const events = [
      connection(1, '198.51.100.77'),
      someEvent(2, someTime, { message: 'query: login.evil-example.com IN A', fields: { 'host.name': 'dns-01' } }),
      someEvent(3, someTime, { message: 'wget http://203.0.113.77:8080/bin.sh' }),
      // auditd writes addresses in hex, so only the field shows it.
      someEvent(4, someTime, { message: 'saddr=0200115CCB007109', fields: { 'destination.ip': '203.0.113.9' } }),
      someEvent(5, someTime, {
        message: '?',
        fields: { 'dns.question.name': 'evil-example.com', 'source.ip': '10.0.0.7' },
      }),
    ]
    expect(
      make()
        .detect(events)
        .map(({ title }) => title),
    ).toEqual([
      '10.0.0.5 contacted 198.51.100.77 (198.51.100.0/24): criminal network',
      'evil-example.com appears in logs of dns-01: phishing kit',
      'http://203.0.113.77:8080/bin.sh appears in logs of auth: serves malware',
      'auth contacted 203.0.113.9: command-and-control server of ExampleBot',
      '10.0.0.7 looked up evil-example.com: phishing kit',
    ])
  })

  it('skips low severities and confidences by default', () => {
    const events = [connection(1, '192.0.2.66'), connection(2, '192.0.2.67')]
    expect(make().detect(events)).toEqual([])
    expect(make(index, { min_level: 'low', min_confidence: 0.1 }).detect(events)).toHaveLength(2)
  })

  it('reports repeats in the same episode, and another episode after an hour', () => {
    const detector = make()
    const found = Array.from({ length: 12 }, (_, n) => connection(n, '203.0.113.9')).flatMap((event) =>
      detector.detect([event]),
    )
    expect(found.map(({ event_count }) => event_count)).toEqual([1, 2, 5, 10])
    expect(new Set(found.map(({ id }) => id)).size).toBe(1)
    expect(found.at(-1)?.sentence).toContain('10 times so far')
    const [later] = detector.detect([{ ...connection(99, '203.0.113.9'), time: someTime + 90 * minute }])
    expect(later?.id).not.toBe(found[0]?.id)
    expect(later?.dedup_key).toBe(found[0]?.dedup_key)
  })

  it('matches only indicators valid at the time of the event', () => {
    const table = new IndicatorIndex()
    const facts = { level: 3, confidence: 0.9, sources: ['own'], note: '', validUntil: someTime }
    table.set({ type: 'ip', value: '203.0.113.9' }, facts)
    const at = (time: number) => make(table).detect([{ ...connection(1, '203.0.113.9'), time }])
    expect([at(someTime).length, at(someTime + minute).length]).toEqual([1, 0])
  })

  it('costs nothing without indicators, and sees new ones', () => {
    const table = new IndicatorIndex()
    const detector = make(table)
    const event = connection(1, '203.0.113.9')
    const untouched = new Proxy(event, {
      get() {
        throw new Error('it was looked at')
      },
    })
    expect(detector.detect([untouched])).toEqual([])
    table.set({ type: 'ip', value: '203.0.113.9' }, { level: 3, confidence: 0.9, sources: ['own'], note: '' })
    expect(detector.detect([event])).toHaveLength(1)
  })

  it('survives hostile lines', () => {
    const message = `203.0.113.9 ${'http://'.repeat(20_000)} \u202e evil-example.com\r\n<script>`
    const found = make().detect([someEvent(1, someTime, { message })])
    expect(found.map(({ value }) => value)).toEqual(['203.0.113.9', 'evil-example.com'])
    for (const { title } of found) expect(title).not.toMatch(/[\p{Cc}\u202e]/u)
  })
})
