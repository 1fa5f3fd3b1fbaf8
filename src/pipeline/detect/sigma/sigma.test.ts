import { describe, expect, it } from 'vitest'
import { readDocuments, readTaxonomy } from '../../../lib/sigma/sigma.ts'
import { describeDetector } from '../detector.conformance.ts'
import { detectorRegistry } from '../registry.ts'
import { someEvent, someLogin, someTime } from '../shared/some-events.ts'
import type { RuleBook } from './rule-book.ts'
import type { SigmaReports } from './sigma.ts'

const taxonomy = readTaxonomy(
  `kinds:
  - name: OpenSSH
    when: { service.name: sshd }
    logsources: [{ product: linux, service: sshd }, { category: operations }]`,
  'taxonomy.yml',
)

const rules = `
title: Many failed logins
id: 5b1d9b1f-8f6f-4a53-9d8b-0f7a3a6f1d01
name: many_failures
description: Somebody tries one password after the other. It is often automatic.
author: Ana
license: MIT
tags: [attack.credential-access, attack.t1110.001]
falsepositives: [A forgotten password]
correlation:
  type: event_count
  rules: [failed_login]
  group-by: [source.ip]
  timespan: 5m
  condition: { gte: 5 }
level: high
---
title: Failed login
name: failed_login
logsource: { product: linux, service: sshd }
detection:
  selection:
    event.action: ssh_login
    event.outcome: failure
  condition: selection
level: informational
---
title: Login of the backup account
id: 5b1d9b1f-8f6f-4a53-9d8b-0f7a3a6f1d02
logsource: { product: linux, service: sshd }
detection:
  selection:
    event.outcome: success
    user.name: backup
  condition: selection
level: medium
`

const bookOf = (text: string, revision = 1): RuleBook => {
  const { documents, faults } = readDocuments(text, 'rules.yml')
  expect(faults).toEqual([])
  return { revision, documents, taxonomy }
}

const runtime = { fetch, log: { debug() {}, info() {}, warn() {}, error() {} }, signal: new AbortController().signal }
const make = (book: RuleBook, reports?: SigmaReports) => (now: () => number) =>
  detectorRegistry(book, undefined, undefined, reports).create('sigma', {}, { ...runtime, now })

const minute = 60_000
const failures = (from: number, count: number, address: string, start: number) =>
  Array.from({ length: count }, (_, index) => someLogin(from + index, start + index * 1000, false, 'root', address))

describeDetector('sigma', {
  make: make(bookOf(rules)),
  normal: failures(0, 4, '192.0.2.1', someTime),
  anomalous: [
    ...failures(100, 30, '203.0.113.9', someTime + minute),
    someLogin(200, someTime + 3 * minute, true, 'backup', '203.0.113.9'),
  ],
  moreNormal: [...failures(300, 4, '192.0.2.7', someTime + minute), someEvent(400, someTime + 2 * minute)],
  *flood(count) {
    for (let n = 0; n < count; n++)
      yield someLogin(1000 + n, someTime + n * 10, false, `user${n}`, `10.0.${n >> 8}.${n & 255}`)
  },
})

describe('the detector sigma', () => {
  const start = (book = bookOf(rules)) => make(book)(() => someTime)

  it('reports a correlation once, and again as it continues, with its lines', () => {
    const detector = start()
    const found = failures(0, 40, '203.0.113.9', someTime).flatMap((event) => detector.detect([event]))
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 5 }, () => found[0]?.id))
    const last = found.at(-1)
    expect(last).toMatchObject({
      kind: 'rule',
      type: 'brute_force',
      severity: 'high',
      title: 'Many failed logins: 203.0.113.9',
      sentence:
        'Somebody tries one password after the other. Matched 24 events within 5 minutes for source.ip 203.0.113.9.',
      usual: 'fewer than 5',
      techniques: ['T1110.001'],
      event_count: 24,
      rule: { id: '5b1d9b1f-8f6f-4a53-9d8b-0f7a3a6f1d01', author: 'Ana', license: 'MIT' },
    })
    expect(found[0]?.evidence.map(({ role }) => role)).toEqual(Array.from({ length: 5 }, () => 'Failed login'))
    expect(last?.entities).toContainEqual({ type: 'ip', value: '203.0.113.9' })
  })

  it('reports a correlation over many hosts as one', () => {
    const detector = start()
    const found = failures(0, 40, '203.0.113.9', someTime).flatMap((event, index) =>
      detector.detect([{ ...event, stream: `${event.source}/fleet-${index}` }]),
    )
    expect(found).toHaveLength(5)
    expect(new Set(found.map(({ id }) => id)).size).toBe(1)
    expect(found.at(-1)).toMatchObject({ title: 'Many failed logins: 203.0.113.9', event_count: 24 })
  })

  it('explains which field matched what', () => {
    const [found] = start().detect([someLogin(1, someTime, true, 'backup', '192.0.2.1')])
    expect(found).toMatchObject({
      severity: 'medium',
      sentence: 'Login of the backup account. Matched because event.outcome is "success" and user.name is "backup".',
      contributions: [
        { feature: 'event.outcome is "success"', value: '“success”', usual: '' },
        { feature: 'user.name is "backup"', value: '“backup”', usual: '' },
      ],
    })
  })

  it('keeps correlation state when the rules change', () => {
    const book = bookOf(rules)
    const detector = start(book)
    detector.detect(failures(0, 4, '203.0.113.9', someTime))
    Object.assign(book, bookOf(`${rules}---\n${someRule}`, 2))
    expect(detector.detect(failures(10, 1, '203.0.113.9', someTime + 10_000))).toHaveLength(1)
    expect(
      detector.detect([someEvent(20, someTime, { fields: { 'service.name': 'sshd', 'user.name': 'eve' } })]),
    ).toHaveLength(1)
  })

  it('continues counting after a restart', () => {
    const before = start()
    before.detect(failures(0, 4, '203.0.113.9', someTime))
    const after = start()
    after.restore?.(before.save?.() ?? new Uint8Array())
    const [found] = after.detect(failures(10, 1, '203.0.113.9', someTime + 10_000))
    expect(found?.event_count).toBe(5)
    expect(found?.evidence).toHaveLength(5)
  })

  describe('if a rule matches for many subjects', () => {
    const others = (level: string) => make(bookOf(rules.replace('level: medium', `level: ${level}`)))(() => someTime)
    const logins = (from: number, count: number, start: number) =>
      Array.from({ length: count }, (_, i) =>
        someLogin(from + i, start + i * 1000, true, 'backup', `192.0.2.${from + i}`),
      )

    it('reports the first ones alone and the others together', () => {
      const detector = others('medium')
      const first = detector.detect(logins(0, 30, someTime))
      expect(first).toHaveLength(21)
      expect(first.at(-1)).toMatchObject({
        title: 'Login of the backup account: many others',
        stream: 'auth',
        event_count: 10,
        sentence: expect.stringContaining('The first 20 others are reported on their own.'),
      })
      const restored = others('medium')
      restored.restore?.(detector.save?.() ?? new Uint8Array())
      const [later, ...more] = restored.detect(logins(30, 70, someTime + minute))
      expect(later).toMatchObject({ id: first.at(-1)?.id, event_count: 50 })
      expect(more).toEqual([])
    })

    it('reports each alone that is severe', () => {
      expect(others('high').detect(logins(0, 30, someTime))).toHaveLength(30)
    })

    it('reports a fault in operations once, whichever clients from outside it meets', () => {
      const detector = make(bookOf(rules.replace(/product: linux, service: sshd/g, 'category: operations')))(
        () => someTime,
      )
      const found = detector.detect([
        ...logins(0, 30, someTime),
        someLogin(30, someTime + minute, true, 'backup', '10.0.0.7'),
      ])
      expect(found.map(({ title }) => title)).toEqual([
        'Login of the backup account: backup',
        'Login of the backup account: backup from 10.0.0.7',
      ])
    })

    it('starts over after an hour without matches', () => {
      const detector = others('low')
      detector.detect(logins(0, 30, someTime))
      expect(detector.detect(logins(30, 20, someTime + 90 * minute))).toHaveLength(20)
    })
  })

  it('starts a new episode after an hour without matches', () => {
    const detector = start()
    const [one] = detector.detect([someLogin(1, someTime, true, 'backup', '192.0.2.1')])
    const [two] = detector.detect([someLogin(2, someTime + 61 * minute, true, 'backup', '192.0.2.1')])
    expect(two?.id).not.toBe(one?.id)
    expect(two?.dedup_key).toBe(one?.dedup_key)
  })
})

const someRule = `title: Eve
id: 5b1d9b1f-8f6f-4a53-9d8b-0f7a3a6f1d03
logsource: { product: linux, service: sshd }
detection:
  selection: { user.name: eve }
  condition: selection
level: low
`

it('finds the same in two partitions, whose facts go to a third detector', () => {
  const events = [
    ...failures(0, 7, '203.0.113.9', someTime),
    someLogin(50, someTime + minute, true, 'backup', '203.0.113.9'),
    someEvent(51, someTime + minute),
  ]
  const create = (reports: SigmaReports) => make(bookOf(rules), reports)(() => someTime)
  const [left, right, across, alone] = [create('rules'), create('rules'), create('correlations'), create('all')]
  const found = events.flatMap((event, index) => {
    const own = index % 2 === 0 ? left : right
    const detections = own.detect([event])
    // Facts leave the process as JSON.
    const facts = JSON.parse(JSON.stringify(own.takeFacts?.() ?? []))
    expect(facts).toHaveLength(event.fields['event.outcome'] === 'failure' ? 1 : 0)
    return [...detections, ...across.detect(facts)]
  })
  expect(found.map(({ title }) => title)).toEqual([
    'Many failed logins: 203.0.113.9',
    'Many failed logins: 203.0.113.9',
    'Login of the backup account: backup from 203.0.113.9',
  ])
  expect(found).toEqual(events.flatMap((event) => alone.detect([event])))
})
