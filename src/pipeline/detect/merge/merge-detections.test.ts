import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alert, alert as alertSchema, isDismissed } from '../../../schema/alert/alert.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { severities } from '../../../schema/severity.ts'
import { createMerge } from './merge.ts'
import { mergeDetections } from './merge-detections.ts'

const start = Date.parse('2024-12-10T06:00:00Z')
const minute = 60_000
const at = (ms: number) => new Date(start + ms).toISOString()

const detection = (facts: Partial<Detection> = {}): Detection => ({
  id: 'd1',
  detector: 'sequence',
  kind: 'anomaly',
  type: 'brute_force',
  first_seen: at(0),
  last_seen: at(minute),
  source: 'auth.log',
  stream: 'auth.log/web-01/sshd',
  score: 0.8,
  severity: 'medium',
  title: '20 failed logins from 203.0.113.9',
  sentence: 'One address failed to log in 20 times.',
  value: '20',
  usual: '0–3',
  contributions: [{ feature: 'failed logins', value: '20', usual: '0–3', weight: 0.8 }],
  evidence: [{ event_id: '0-1', time: at(0), line: 'Failed password for root', role: 'first failure' }],
  event_count: 20,
  entities: [{ type: 'ip', value: '203.0.113.9' }],
  techniques: ['T1110.001'],
  dedup_key: 'brute force from 203.0.113.9',
  learning: false,
  ...facts,
})

const context = { now: start, suppress: () => undefined }

describe('mergeDetections', () => {
  it('opens an alert with everything in its detection', () => {
    const [opened] = mergeDetections([], [detection()], context)
    expect(alertSchema.parse(opened)).toMatchObject({
      status: 'new',
      severity: 'medium',
      title: '20 failed logins from 203.0.113.9',
      count: 1,
      event_count: 20,
      detection_ids: ['d1'],
      version: 1,
    })
  })

  it.each([
    ['ALT-2026-0001', true],
    ['test-rows', true],
    ['a.b:c_1', true],
    ['counts', false],
    ['..', false],
    ['a/b1', false],
    ['0123456789abcdef0123456789abcdef', false],
    ['x1'.repeat(51), false],
    ['', false],
  ])('accepts the id %j from the sender: %s', (alert_id, holds) => {
    const [opened] = mergeDetections([], [detection({ alert_id })], context)
    expect(opened?.id === alert_id).toBe(holds)
  })

  it('never reuses an id', () => {
    const both = [
      detection({ id: 'd1', dedup_key: 'siem: A-1', alert_id: 'A-1' }),
      detection({ id: 'd2', dedup_key: 'edr: A-1', alert_id: 'A-1' }),
    ]
    const [first, other] = mergeDetections([], both, context)
    expect(first).toMatchObject({ id: 'A-1', dedup_key: 'siem: A-1' })
    expect(other).toMatchObject({ id: expect.stringMatching(/^[\da-f]{32}$/), dedup_key: 'edr: A-1' })
    expect(mergeDetections([], [...both].reverse(), context)).toEqual(
      expect.arrayContaining([first, other].map((alert) => expect.objectContaining({ id: alert?.id }))),
    )
    if (!first) throw new Error('there is one')
    const closed = new Map<string, Alert>([['A-1', { ...first, status: 'resolved' }]])
    expect(mergeDetections([], both.slice(1), { ...context, closed })).toMatchObject([{ id: other?.id }])
    expect(mergeDetections([], both.slice(0, 1), { ...context, closed })).toEqual([])
  })

  it('merges detections with the same key within the window, and takes the texts of the most severe', () => {
    const first = mergeDetections([], [detection()], context)
    const worse = detection({
      id: 'd2',
      detector: 'baseline',
      severity: 'high',
      title: '286 failed logins from 203.0.113.9',
      event_count: 286,
      first_seen: at(60 * minute),
      last_seen: at(90 * minute),
      evidence: [
        { event_id: '0-9', time: at(90 * minute), line: 'Accepted password', role: 'the login that succeeded' },
      ],
    })
    const [folded] = mergeDetections(first, [worse], context)
    expect(folded).toMatchObject({
      id: first[0]?.id,
      severity: 'high',
      title: '286 failed logins from 203.0.113.9',
      detectors: ['baseline', 'sequence'],
      count: 2,
      event_count: 306,
      first_seen: at(0),
      last_seen: at(90 * minute),
      version: 2,
    })
    expect(folded?.evidence.map(({ event_id }) => event_id)).toEqual(['0-1', '0-9'])
  })

  it('lists each rule once', () => {
    const by = (id: string, rule: string) =>
      detection({
        id,
        last_seen: at(minute),
        rule: { id: rule, title: `Rule ${rule}`, references: [], false_positives: [] },
      })
    const opened = mergeDetections([], [by('d1', 'b')], context)
    const [folded] = mergeDetections(opened, [by('d2', 'a'), by('d3', 'b'), detection({ id: 'd4' })], context)
    expect(folded?.rules).toEqual([
      { id: 'a', title: 'Rule a' },
      { id: 'b', title: 'Rule b' },
    ])
  })

  it('opens another alert if the earlier one is too old', () => {
    const first = mergeDetections([], [detection()], context)
    const later = detection({ id: 'd2', first_seen: at(26 * 60 * minute), last_seen: at(26 * 60 * minute) })
    const merged = mergeDetections(first, [later], context)
    expect(merged).toHaveLength(1)
    expect(merged[0]?.id).not.toBe(first[0]?.id)
  })

  it('replaces the older version of a detection', () => {
    const first = mergeDetections([], [detection()], context)
    const grown = detection({ event_count: 50, last_seen: at(9 * minute), title: '50 failed logins from 203.0.113.9' })
    const [after] = mergeDetections(first, [grown], context)
    expect(after).toMatchObject({ count: 1, event_count: 50, title: '50 failed logins from 203.0.113.9' })
    expect(mergeDetections(after ? [after] : [], [detection()], context)).toEqual([])
  })

  it('suppresses an alert, and reopens it without a matching suppression', () => {
    const [hidden] = mergeDetections([], [detection()], { ...context, suppress: () => ({ id: 's1' }) })
    expect(hidden).toMatchObject({ status: 'suppressed', suppression_id: 's1' })
    const grown = detection({ event_count: 21, last_seen: at(2 * minute) })
    expect(mergeDetections(hidden ? [hidden] : [], [grown], context)[0]).toMatchObject({
      status: 'new',
      suppression_id: null,
    })
  })

  it('opens nothing that a closed alert covers, and a new alert for what follows', () => {
    const [opened] = mergeDetections([], [detection()], context)
    if (!opened) throw new Error('no alert')
    const closed = new Map([[opened.id, { ...opened, status: 'resolved' as const }]])
    expect(mergeDetections([], [detection()], { ...context, closed })).toEqual([])
    const grown = detection({ event_count: 99, last_seen: at(5 * minute) })
    const [next] = mergeDetections([], [grown], { ...context, closed })
    expect(next?.id).not.toBe(opened.id)
  })
})

const someDetections = fc.uniqueArray(
  fc.record({
    number: fc.nat(40),
    key: fc.constantFrom('a', 'b', 'c'),
    begin: fc.nat(4_000),
    length: fc.nat(300),
    severity: fc.constantFrom(...severities),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    events: fc.integer({ min: 1, max: 500 }),
    roles: fc.array(fc.constantFrom(undefined, 'first failure', 'the login that succeeded'), {
      minLength: 1,
      maxLength: 30,
    }),
  }),
  { selector: ({ number }) => number, maxLength: 25 },
)
const toDetections = (facts: typeof someDetections extends fc.Arbitrary<infer T> ? T : never) =>
  facts.map(({ number, key, begin, length, severity, score, events, roles }) =>
    detection({
      id: `d${number}`,
      dedup_key: key,
      first_seen: at(begin * minute),
      last_seen: at((begin + length) * minute),
      severity,
      score,
      event_count: events,
      title: `title ${number}`,
      evidence: roles.map((role, i) => ({
        event_id: `0-${number * 100 + i}`,
        time: at((begin + i) * minute),
        line: `line ${i}`,
        ...(role && { role }),
      })),
    }),
  )
const byId = (alerts: readonly Alert[]) => [...alerts].sort((a, b) => (a.id < b.id ? -1 : 1))

describe('the properties of merging', () => {
  it('is independent of order, idempotent, and counts everything once', () => {
    fc.assert(
      fc.property(someDetections, fc.nat(), (facts, turn) => {
        const detections = toDetections(facts)
        const cut = detections.length === 0 ? 0 : turn % detections.length
        const turned = [...detections.slice(cut), ...detections.slice(0, cut)].reverse()
        const merged = mergeDetections([], detections, context)

        expect(byId(mergeDetections([], turned, context))).toEqual(byId(merged))
        expect(mergeDetections(merged, detections, context)).toEqual([])
        expect(merged.reduce((sum, { count }) => sum + count, 0)).toBe(detections.length)
        expect(merged.reduce((sum, { event_count }) => sum + event_count, 0)).toBe(
          detections.reduce((sum, { event_count }) => sum + event_count, 0),
        )
        for (const { evidence } of merged) expect(evidence.length).toBeLessThanOrEqual(20)
      }),
    )
  })

  it('is the same in one batch or in two, if all belong together', () => {
    fc.assert(
      fc.property(someDetections, fc.nat(), (facts, turn) => {
        const detections = toDetections(facts.map((one) => ({ ...one, key: 'a' as const, begin: one.begin % 1_000 })))
        const cut = detections.length === 0 ? 0 : turn % detections.length
        const once = mergeDetections([], detections, context)
        const half = mergeDetections([], detections.slice(0, cut), context)
        const rest = mergeDetections(half, detections.slice(cut), context)
        const twice = rest.length > 0 ? rest : half
        const reported = (alerts: readonly Alert[]) => alerts.map(({ id: _, version: __, ...alert }) => alert)
        expect(reported(twice)).toEqual(reported(once))
      }),
    )
  })
})

describe('the merge stage', () => {
  const store = () => {
    const rows = new Map<string, Alert>()
    const hits: string[] = []
    const entries: object[] = []
    return {
      rows,
      hits,
      entries,
      audit: { append: async (added: readonly object[]) => void entries.push(...added) },
      alerts: {
        findOpen: async (keys: readonly string[]) =>
          [...rows.values()].filter(
            ({ dedup_key, status }) => keys.includes(dedup_key) && status !== 'resolved' && status !== 'false_positive',
          ),
        findDismissed: async (keys: readonly string[]) =>
          [...rows.values()].filter((row) => keys.includes(row.dedup_key) && isDismissed(row)),
        load: async (ids: readonly string[]) => ids.flatMap((id) => rows.get(id) ?? []),
        save: async (alerts: readonly Alert[]) => {
          for (const alert of alerts) rows.set(alert.id, alert)
        },
      },
      suppressions: {
        hit: async (id: string, count: number) => {
          hits.push(`${id} ${count}`)
        },
      },
    }
  }
  const delivery = { id: 'job', attempt: 1, signal: new AbortController().signal, transaction: async () => 'tx' }

  it('stores suppressed alerts, counts them once, and does not pass them on', async () => {
    const { rows, hits, alerts, suppressions, audit } = store()
    const merge = createMerge(alerts, suppressions, audit, { now: () => start, suppress: () => ({ id: 's1' }) })
    expect(await merge([detection()], delivery)).toEqual([])
    expect(await merge([detection({ event_count: 30, last_seen: at(3 * minute) })], delivery)).toEqual([])
    expect([...rows.values()]).toMatchObject([{ status: 'suppressed', event_count: 30 }])
    expect(hits).toEqual(['s1 1', 's1 0'])
  })

  it('opens a new alert beside a closed one when its detection continues', async () => {
    const { rows, alerts, suppressions, audit } = store()
    const merge = createMerge(alerts, suppressions, audit, { now: () => start, suppress: () => undefined })
    const [opened] = await merge([detection()], delivery)
    if (!opened) throw new Error('no alert')
    rows.set(opened.id, { ...opened, status: 'resolved' })
    expect(await merge([detection()], delivery)).toEqual([])
    const [next] = await merge([detection({ event_count: 30, last_seen: at(3 * minute) })], delivery)
    expect(next?.id).not.toBe(opened.id)
    expect(rows.get(opened.id)?.status).toBe('resolved')
  })

  describe('an alert that its sender resolved', () => {
    const fired = detection({ id: 'f1', detector: 'external', kind: 'external', dedup_key: 'am: 1', source: 'am' })
    const over = detection({
      ...fired,
      id: 'o1',
      over: true,
      severity: 'info',
      score: 0,
      last_seen: at(30 * minute),
      sentence: 'It is over.',
    })
    const again = detection({ ...fired, id: 'f2', first_seen: at(40 * minute), last_seen: at(40 * minute) })
    const open = () => {
      const kept = store()
      const merge = createMerge(kept.alerts, kept.suppressions, kept.audit, {
        now: () => start,
        suppress: () => undefined,
      })
      return { ...kept, merge: (...some: readonly Detection[]) => merge(some, delivery) }
    }

    it('is closed, with an audit entry by its source', async () => {
      const { rows, entries, merge } = open()
      const [opened] = await merge(fired)
      const [closed] = await merge(over)
      expect(closed).toMatchObject({
        id: opened?.id,
        status: 'resolved',
        severity: 'medium',
        resolution: null,
        version: 2,
      })
      expect(closed?.title).toBe(opened?.title)
      expect(entries).toEqual([
        expect.objectContaining({
          actor: 'am',
          action: 'close',
          target_id: opened?.id,
          old_values: { status: 'new', assignee: null, resolution: null },
          new_values: { status: 'resolved', assignee: null, resolution: null, note: 'It is over.' },
        }),
      ])
      // Sending either again changes nothing.
      expect(await merge(over)).toEqual([])
      expect(await merge(fired)).toEqual([])
      expect([rows.size, entries.length]).toEqual([1, 1])
    })

    it('is not opened', async () => {
      const { rows, entries, merge } = open()
      expect(await merge(over)).toEqual([])
      expect([rows.size, entries.length]).toEqual([0, 0])
    })

    it('is opened again when it fires again, even within one batch', async () => {
      for (const batches of [[[fired], [over], [again]], [[again, over, fired]], [[fired, over], [again]]]) {
        const { rows, entries, merge } = open()
        for (const batch of batches) await merge(...batch)
        expect([...rows.values()].map(({ status }) => status).sort()).toEqual(['new', 'resolved'])
        expect(entries).toHaveLength(1)
      }
    })

    it('stays open if it began later', async () => {
      const { rows, merge } = open()
      await merge(again)
      expect(await merge(over)).toEqual([])
      expect([...rows.values()].map(({ status }) => status)).toEqual(['new'])
    })
  })

  it('separates repeats after the time that the detection gives', async () => {
    const opened = mergeDetections([], [detection({ merge_within: minute })], context)
    const later = (ms: number) =>
      detection({ id: 'd2', merge_within: minute, first_seen: at(minute + ms), last_seen: at(minute + ms) })
    expect(mergeDetections(opened, [later(minute)], context)[0]?.id).toBe(opened[0]?.id)
    expect(mergeDetections(opened, [later(minute + 1)], context)[0]?.id).not.toBe(opened[0]?.id)
  })
})
