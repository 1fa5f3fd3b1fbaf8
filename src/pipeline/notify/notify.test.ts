import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { type Incident, incidentStatuses } from '../../schema/incident.ts'
import { severities } from '../../schema/severity.ts'
import { afterFailure } from './attempt.ts'
import { createDelivery } from './deliver.ts'
import { createNotify, type Planned } from './notify.ts'
import { routeIncident, type Told } from './route.ts'
import { someIncident } from './sink.conformance.ts'
import type { Notification, Sink } from './sink.ts'

const oncall = { name: 'oncall', minSeverity: 'medium' as const }

describe('routeIncident', () => {
  /** Lets an incident go through states; says what oncall is told. */
  const story = (...states: readonly Partial<Incident>[]): string[] => {
    const told: Told[] = []
    for (const state of states) {
      const incident = someIncident({ severity: 'medium', ...state })
      for (const { sink, reason } of routeIncident(incident, told, [oncall])) {
        told.push({ sink, reason, severity: incident.severity })
      }
    }
    return told.map(({ reason }) => reason)
  }

  it.each([
    ['tells once that it opened', [{}, {}, { status: 'investigating' }], ['opened']],
    ['is silent below the severity', [{ severity: 'low' }, { severity: 'low', status: 'closed' }], []],
    ['tells when it becomes grave enough', [{ severity: 'low' }, { severity: 'medium' }], ['opened']],
    [
      'tells of a rise, not of a fall',
      [{}, { severity: 'high' }, {}, { severity: 'high' }],
      ['opened', 'severity_raised'],
    ],
    [
      'tells of the end and of another beginning',
      [{}, { status: 'resolved' }, { status: 'closed' }, {}, {}, { status: 'closed' }],
      ['opened', 'resolved', 'reopened', 'resolved'],
    ],
    ['does not tell of what it never told', [{ status: 'closed' }], []],
  ] as const)('%s', (_name, states, reasons) => {
    expect(story(...states)).toEqual(reasons)
  })

  it('never gives the same id twice, and nothing twice in a row', () => {
    const state = fc.record({ status: fc.constantFrom(...incidentStatuses), severity: fc.constantFrom(...severities) })
    fc.assert(
      fc.property(fc.array(state, { maxLength: 30 }), (states) => {
        const told: (Told & { readonly id: string })[] = []
        for (const one of states) {
          const incident = someIncident(one)
          for (const route of routeIncident(incident, told, [oncall])) told.push({ ...route, severity: one.severity })
          expect(routeIncident(incident, told, [oncall])).toEqual([])
        }
        expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
      }),
    )
  })
})

describe('afterFailure', () => {
  const away = new AppError('SINK_REJECTED', 'away', { retryable: true })

  it('waits twice as long each time, up to a quarter of an hour, and gives up after the eighth', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((attempts) => afterFailure(away, attempts, 0, () => 0))
    expect(waits.map((wait) => ('retryAt' in wait ? wait.retryAt / 1000 : 'dead'))).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect(afterFailure(away, 8, 0, () => 0)).toMatchObject({ dead: true })
  })

  it('does not come before it is asked to, and not at all when that cannot help', () => {
    const wish = new AppError('SINK_REJECTED', 'busy', { retryable: true, retryAfter: 90 })
    expect(afterFailure(wish, 1, 0, () => 1)).toMatchObject({ retryAt: 90_000 })
    expect(afterFailure(new AppError('SINK_REJECTED', 'no'), 1, 0, () => 0)).toMatchObject({ dead: true })
    expect(afterFailure(new TypeError('fetch failed'), 1, 0, () => 0)).toMatchObject({ retryAt: 1000 })
  })
})

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Notifications in memory, a clock that stands still, and the delivery between them and the sinks. */
const deps = (sinks: Readonly<Record<string, Sink>>, timeout = 1000) => {
  const rows = new Map<string, Planned>()
  const clock = { now: 1_000_000 }
  const incidents = new Map<string, Incident>()
  const notifications = {
    plan: async (planned: readonly Planned[]) => {
      for (const row of planned) if (!rows.has(row.id)) rows.set(row.id, row)
    },
    forIncident: async (id: string) => [...rows.values()].filter(({ incident_id }) => incident_id === id),
    due: async (now: number, limit: number) =>
      [...rows.values()]
        .filter(
          ({ status, next_attempt_at }) => ['pending', 'failed'].includes(status) && (next_attempt_at ?? 0) <= now,
        )
        .slice(0, limit),
    update: async (row: Planned) => void rows.set(row.id, row),
    cancel: async (id: string) => {
      for (const row of rows.values()) {
        if (row.incident_id === id && ['pending', 'failed'].includes(row.status))
          rows.set(row.id, { ...row, status: 'cancelled', next_attempt_at: null })
      }
    },
  }
  const stop = new AbortController()
  const delivery = createDelivery(notifications, {
    sinks: new Map(Object.entries(sinks)),
    incidents: { load: async (ids) => ids.flatMap((id) => incidents.get(id) ?? []) },
    now: () => clock.now,
    random: () => 0,
    signal: stop.signal,
    log: silent,
    timeout,
  })
  const receivers = Object.keys(sinks).map((name) => ({ name, minSeverity: 'medium' as const }))
  const stage = createNotify(notifications, { receivers, now: () => clock.now })
  const job = { id: 'job', attempt: 1, signal: stop.signal, transaction: async () => 'tx' }
  return {
    rows,
    clock,
    stop,
    delivery,
    async tell(...told: readonly Incident[]) {
      for (const incident of told) incidents.set(incident.id, incident)
      await stage(told, job)
    },
    async deliver() {
      await delivery.look()
      await delivery.idle()
    },
    statuses: () => [...rows.values()].map(({ status }) => status),
  }
}

const recorder = (answer: () => Error | undefined = () => undefined) => {
  const sent: Notification[] = []
  const sink: Sink = {
    async send(notification) {
      sent.push(notification)
      const error = answer()
      if (error) throw error
    },
  }
  return { sent, sink }
}

describe('delivery', () => {
  it('sends once, whatever is delivered again', async () => {
    const { sent, sink } = recorder()
    const { tell, deliver, rows } = deps({ oncall: sink })
    await tell(someIncident())
    await tell(someIncident())
    await deliver()
    await deliver()
    expect(sent.map(({ reason, idempotencyKey }) => [reason, idempotencyKey])).toEqual([
      ['opened', 'i1/oncall/opened/1'],
    ])
    expect([...rows.values()]).toMatchObject([
      { status: 'sent', attempts: 1, sent_at: 1_000_000, next_attempt_at: null },
    ])
  })

  it('tries again under the same key, and gives up after eight times', async () => {
    const { sent, sink } = recorder(() => new AppError('SINK_REJECTED', 'It answered 503.', { retryable: true }))
    const { tell, deliver, clock, rows } = deps({ oncall: sink })
    await tell(someIncident())
    for (let i = 0; i < 20; i++) {
      await deliver()
      await deliver()
      clock.now += 15 * 60_000
    }
    expect(sent).toHaveLength(8)
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
    expect([...rows.values()]).toMatchObject([{ status: 'dead', attempts: 8, last_error: 'It answered 503.' }])
  })

  it('gives up at once when trying again cannot help, and goes on with the next', async () => {
    const { sent, sink } = recorder(() =>
      sent.length === 1 ? new AppError('SINK_REJECTED', 'It answered 400.') : undefined,
    )
    const { tell, deliver, statuses } = deps({ oncall: sink })
    await tell(someIncident(), someIncident({ id: 'i2' }))
    await deliver()
    expect(statuses()).toEqual(['dead', 'sent'])
  })

  it('does not let a receiver that hangs hold up another, nor itself for ever', async () => {
    const hanging: Sink = { send: () => new Promise(() => {}) }
    const { sent, sink } = recorder()
    const { tell, delivery, statuses } = deps({ hanging, oncall: sink }, 60)
    await tell(someIncident())
    await delivery.look()
    await until(() => sent.length === 1)
    await tell(someIncident({ id: 'i2' }))
    await delivery.look()
    await until(() => sent.length === 2)
    await delivery.idle()
    // Whether the second was still tried depends on when the first had hung long enough.
    expect(statuses()).toEqual(['failed', 'sent', expect.stringMatching(/pending|failed/), 'sent'])
  })

  it('leaves what it was sending as it is when it is stopped', async () => {
    const { tell, delivery, stop, statuses } = deps({ hanging: { send: () => new Promise(() => {}) } })
    await tell(someIncident())
    await delivery.look()
    stop.abort()
    await delivery.idle()
    expect(statuses()).toEqual(['pending'])
  })

  it('tells of a storm in a digest, the gravest first', async () => {
    const { sent, sink } = recorder()
    const { tell, deliver, clock, statuses } = deps({ oncall: sink })
    const storm = Array.from({ length: 30 }, (_, i) =>
      someIncident({ id: `i${i}`, severity: i === 28 ? 'critical' : 'medium' }),
    )
    await tell(...storm)
    await deliver()
    expect(sent).toHaveLength(21)
    expect(sent.at(-1)).toMatchObject({ incident: { id: 'i28' }, others: { length: 9 } })
    expect(new Set(statuses())).toEqual(new Set(['sent']))

    await tell(someIncident({ id: 'later' }))
    await deliver()
    expect(sent).toHaveLength(21)
    clock.now += 60_000
    await deliver()
    expect(sent).toHaveLength(22)
  })

  it('sets aside what is meant for a receiver that is gone, and for an incident that is gone', async () => {
    const { sink } = recorder()
    const { rows, deliver, statuses } = deps({ oncall: sink })
    const row = (sink: string): Planned => ({
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
