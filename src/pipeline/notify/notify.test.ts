import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
import { AppError } from '../../errors.ts'
import { type Incident, incidentStatuses } from '../../schema/incident/incident.ts'
import { severities } from '../../schema/severity.ts'
import { afterFailure } from './attempt.ts'
import { toIncidentView } from './incident-view.ts'
import { openNotifier as deps, recorder } from './notifier.fake.ts'
import type { PlannedMessage } from './notify.ts'
import { type PriorMessage, routeIncident } from './route.ts'
import { someIncident } from './sink.conformance.ts'
import type { Sink } from './sink.ts'

const oncall = { name: 'oncall', minSeverity: 'medium' as const }

describe('routeIncident', () => {
  /** Passes an incident through states. Returns the messages to `oncall`. */
  const messagesFor = (...states: readonly Partial<Incident>[]): string[] => {
    const messages: PriorMessage[] = []
    for (const state of states) {
      const incident = someIncident({ severity: 'medium', ...state })
      for (const { sink, reason } of routeIncident(incident, messages, [oncall])) {
        messages.push({ sink, reason, severity: incident.severity, status: 'sent', created_at: 0 })
      }
    }
    return messages.map(({ reason }) => reason)
  }

  it.each([
    ['notifies once when it opens', [{}, {}, { status: 'investigating' }], ['opened']],
    ['sends nothing below the minimum severity', [{ severity: 'low' }, { severity: 'low', status: 'closed' }], []],
    ['notifies when it reaches the minimum severity', [{ severity: 'low' }, { severity: 'medium' }], ['opened']],
    [
      'notifies of a higher severity, but not of a lower one',
      [{}, { severity: 'high' }, {}, { severity: 'high' }],
      ['opened', 'severity_raised'],
    ],
    [
      'notifies when it is resolved and when it reopens',
      [{}, { status: 'resolved' }, { status: 'closed' }, {}, {}, { status: 'closed' }],
      ['opened', 'resolved', 'reopened', 'resolved'],
    ],
    ['sends no end without a beginning', [{ status: 'closed' }], []],
  ] as const)('%s', (_name, states, reasons) => {
    expect(messagesFor(...states)).toEqual(reasons)
  })

  it('never reuses an id, and never repeats a message in a row', () => {
    const state = fc.record({ status: fc.constantFrom(...incidentStatuses), severity: fc.constantFrom(...severities) })
    fc.assert(
      fc.property(fc.array(state, { maxLength: 30 }), (states) => {
        const messages: (PriorMessage & { readonly id: string })[] = []
        for (const one of states) {
          const incident = someIncident(one)
          for (const route of routeIncident(incident, messages, [oncall]))
            messages.push({ ...route, severity: one.severity, status: 'sent', created_at: 0 })
          expect(routeIncident(incident, messages, [oncall])).toEqual([])
        }
        expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
      }),
    )
  })
})

describe('another attacker', () => {
  const started = 1_000_000
  const minutes = 60_000
  /** An incident that attackers joined, each some ms after it opened. */
  const joinedBy = (joined: Readonly<Record<string, number>>, facts: Partial<Incident> = {}) =>
    someIncident({
      severity: 'high',
      ...facts,
      timeline: Object.entries(joined).map(([ip, after]) => ({
        time: new Date(started + after).toISOString(),
        kind: 'change' as const,
        text: `Another attacker: ${ip} (200 failed logins from ${ip})`,
        attackers: [ip],
        actor: 'vedette',
      })),
    })
  const open = async () => {
    const { sent, sink } = recorder()
    const notifier = deps({ oncall: sink }, { now: started })
    const pass = async (ms: number, ...incidents: readonly Incident[]) => {
      notifier.clock.now += ms
      await notifier.plan(...incidents)
      await notifier.deliver()
      return sent.map((one) => toIncidentView(one).change)
    }
    await pass(0, joinedBy({}))
    return { pass, sent }
  }

  it('is one message, which names it', async () => {
    const { pass, sent } = await open()
    const incident = joinedBy({ '203.0.113.9': 5_000 })
    await pass(5_000, incident)
    await pass(5_000, incident)
    expect(await pass(55_000)).toEqual(['New incident', 'Another attacker: 203.0.113.9'])
    expect(sent[1]).toMatchObject({ reason: 'attacker_joined', idempotencyKey: 'i1/oncall/attacker_joined/1' })
    expect(await pass(24 * 60 * minutes, incident)).toHaveLength(2)
  })

  it('is one message for a botnet, then one for those that follow, ever more rarely', async () => {
    const { pass } = await open()
    const joined: Record<string, number> = {}
    for (let i = 1; i <= 50; i++) {
      joined[`198.51.100.${i}`] = i * 1_000
      await pass(1_000, joinedBy(joined))
    }
    expect(await pass(minutes)).toEqual([
      'New incident',
      '50 other attackers: 198.51.100.1, 198.51.100.2, 198.51.100.3 and 47 more',
    ])
    // One more each minute, for four hours.
    for (let i = 1; i <= 240; i++) {
      joined[`192.0.2.${i}`] = 110_000 + i * minutes
      await pass(minutes, joinedBy(joined))
    }
    const changes = await pass(0)
    expect(changes.slice(2).map((text) => /^\d+/.exec(text)?.[0])).toEqual(['10', '20', '40', '80'])
  })

  it('needs no message of its own beside another one', async () => {
    const { pass, sent } = await open()
    await pass(5_000, joinedBy({ '203.0.113.9': 5_000 }, { severity: 'critical' }))
    expect(await pass(10 * minutes, joinedBy({ '203.0.113.9': 5_000 }, { severity: 'critical' }))).toEqual([
      'New incident',
      'Severity raised',
    ])
    expect(sent).toHaveLength(2)
  })

  it('gets no message if a person put it there', async () => {
    const { pass } = await open()
    const incident = joinedBy({ '203.0.113.9': 5_000 })
    const timeline = incident.timeline.map((step) => ({ ...step, actor: 'kim' }))
    expect(await pass(10 * minutes, { ...incident, timeline })).toEqual(['New incident'])
  })
})

describe('afterFailure', () => {
  const away = new AppError('SINK_REJECTED', 'away', { retryable: true })

  it('doubles the delay up to a quarter of an hour, and gives up after the eighth attempt', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((attempts) => afterFailure(away, attempts, 0, () => 0))
    expect(waits.map((wait) => ('retryAt' in wait ? wait.retryAt / 1000 : 'dead'))).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect(afterFailure(away, 8, 0, () => 0)).toMatchObject({ dead: true })
  })

  it('respects Retry-After, and does not retry permanent errors', () => {
    const wish = new AppError('SINK_REJECTED', 'busy', { retryable: true, retryAfter: 90 })
    expect(afterFailure(wish, 1, 0, () => 1)).toMatchObject({ retryAt: 90_000 })
    expect(afterFailure(new AppError('SINK_REJECTED', 'no'), 1, 0, () => 0)).toMatchObject({ dead: true })
    expect(afterFailure(new TypeError('fetch failed'), 1, 0, () => 0)).toMatchObject({ retryAt: 1000 })
  })
})

describe('delivery', () => {
  it('sends each message once, whatever is redelivered', async () => {
    const { sent, sink } = recorder()
    const { plan, deliver, rows } = deps({ oncall: sink })
    await plan(someIncident())
    await plan(someIncident())
    await deliver()
    await deliver()
    expect(sent.map(({ reason, idempotencyKey }) => [reason, idempotencyKey])).toEqual([
      ['opened', 'i1/oncall/opened/1'],
    ])
    expect([...rows.values()]).toMatchObject([
      { status: 'sent', attempts: 1, sent_at: 1_000_000, next_attempt_at: null },
    ])
  })

  it('retries with the same key, and gives up after eight attempts', async () => {
    const { sent, sink } = recorder(() => new AppError('SINK_REJECTED', 'It answered 503.', { retryable: true }))
    const { plan, deliver, clock, rows } = deps({ oncall: sink })
    await plan(someIncident())
    for (let i = 0; i < 20; i++) {
      await deliver()
      await deliver()
      clock.now += 15 * 60_000
    }
    expect(sent).toHaveLength(8)
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
    expect([...rows.values()]).toMatchObject([{ status: 'dead', attempts: 8, last_error: 'It answered 503.' }])
  })

  it('gives up at once on a permanent error, and continues with the next message', async () => {
    const { sent, sink } = recorder(() =>
      sent.length === 1 ? new AppError('SINK_REJECTED', 'It answered 400.') : undefined,
    )
    const { plan, deliver, statuses } = deps({ oncall: sink })
    await plan(someIncident(), someIncident({ id: 'i2' }))
    await deliver()
    expect(statuses()).toEqual(['dead', 'sent'])
  })

  it('does not let a hanging receiver block others, or itself forever', async () => {
    const hanging: Pick<Sink, 'send'> = { send: () => new Promise(() => {}) }
    const { sent, sink } = recorder()
    const { plan, delivery, statuses } = deps({ hanging, oncall: sink }, { timeout: 60 })
    await plan(someIncident())
    await delivery.sendDue()
    await until(() => sent.length === 1)
    await plan(someIncident({ id: 'i2' }))
    await delivery.sendDue()
    await until(() => sent.length === 2)
    await delivery.idle()
    // Whether the second was tried depends on when the first timed out.
    expect(statuses()).toEqual(['failed', 'sent', expect.stringMatching(/pending|failed/), 'sent'])
  })

  it('keeps messages as they are when stopped while sending', async () => {
    const { plan, delivery, stop, statuses } = deps({ hanging: { send: () => new Promise(() => {}) } })
    await plan(someIncident())
    await delivery.sendDue()
    stop.abort()
    await delivery.idle()
    expect(statuses()).toEqual(['pending'])
  })

  it('sends a digest in a storm, the most severe first', async () => {
    const { sent, sink } = recorder()
    const { plan, deliver, clock, statuses } = deps({ oncall: sink })
    const storm = Array.from({ length: 30 }, (_, i) =>
      someIncident({ id: `i${i}`, severity: i === 28 ? 'critical' : 'medium' }),
    )
    await plan(...storm)
    await deliver()
    expect(sent).toHaveLength(21)
    expect(sent.at(-1)).toMatchObject({ incident: { id: 'i28' }, others: { length: 9 } })
    expect(new Set(statuses())).toEqual(new Set(['sent']))

    await plan(someIncident({ id: 'later' }))
    await deliver()
    expect(sent).toHaveLength(21)
    clock.now += 60_000
    await deliver()
    expect(sent).toHaveLength(22)
  })

  it('dead-letters messages for a deleted receiver or incident', async () => {
    const { sink } = recorder()
    const { rows, deliver, statuses } = deps({ oncall: sink })
    const row = (sink: string): PlannedMessage => ({
      id: sink,
      incident_id: 'nothing',
      sink,
      reason: 'opened',
      severity: 'high',
      status: 'pending',
      attempts: 0,
      next_attempt_at: 0,
      last_error: null,
      created_at: 0,
      sent_at: null,
    })
    rows.set('gone', row('gone')).set('oncall', row('oncall'))
    await deliver()
    expect(statuses()).toEqual(['dead', 'dead'])
  })
})
