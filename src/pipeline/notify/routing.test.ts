import { describe, expect, it } from 'vitest'
import { alert, entity } from '../correlate/alert.fake.ts'
import { digestOptions, planDigests } from './digest/digest-schedule.ts'
import { openNotifier, recorder } from './notifier.fake.ts'
import { someIncident } from './sink.conformance.ts'
import { endOfHours, isInHours, weeklyHours } from './weekly-hours.ts'

const minute = 60_000
const hour = 60 * minute
/** A Thursday. */
const noon = Date.UTC(2026, 0, 15, 12)
const web = [alert('a', 0, 1, { entities: [entity('host', 'web-01'), entity('service', 'sshd')] })]
const berlin = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', time_zone: 'Europe/Berlin' }

const openRouted = (routing: object, more: object = {}) => {
  const { sent, sink } = recorder()
  const notifier = openNotifier({ oncall: sink }, { routings: { oncall: routing }, alerts: web, now: noon, ...more })
  /** Lets time pass. Returns the reasons of all messages that were sent until then. */
  const pass = async (ms: number): Promise<readonly string[]> => {
    notifier.clock.now += ms
    await notifier.deliver()
    return sent.map(({ reason }) => reason)
  }
  return {
    clock: notifier.clock,
    async send(...incidents: readonly ReturnType<typeof someIncident>[]): Promise<readonly string[]> {
      await notifier.plan(...incidents)
      return pass(0)
    },
    pass,
    sent,
  }
}

describe('weekly hours', () => {
  const at = (iso: string) => Date.parse(iso)

  it.each([
    ['in them', '2026-01-15T12:00:00Z', true],
    ['at their start, in the time zone', '2026-01-15T07:00:00Z', true],
    ['before their start', '2026-01-15T06:59:00Z', false],
    ['at their end', '2026-01-15T17:00:00Z', false],
    ['at their start in summer', '2026-07-15T06:00:00Z', true],
    ['on another day', '2026-01-17T12:00:00Z', false],
  ])('know a moment %s', (_when, moment, expected) => {
    expect(isInHours(weeklyHours.parse(berlin), at(moment))).toBe(expected)
  })

  it.each([
    ['Friday evening', '2026-01-16T23:00:00Z', true],
    ['the morning after', '2026-01-17T05:59:00Z', true],
    ['when they end', '2026-01-17T06:00:00Z', false],
    ['the evening after', '2026-01-17T23:00:00Z', false],
  ])('reach into the next day: %s', (_when, moment, expected) => {
    expect(isInHours(weeklyHours.parse({ days: ['fri'], from: '22:00', to: '06:00' }), at(moment))).toBe(expected)
  })

  it.each([
    ['2026-01-15T12:07:30Z', berlin, '2026-01-15T17:00:00Z'],
    // The night in which the clocks are put forward.
    ['2026-03-28T22:30:00Z', { from: '22:00', to: '06:10', time_zone: 'Europe/Berlin' }, '2026-03-29T04:10:00Z'],
  ])('end: %s', (moment, hours, expected) => {
    expect(new Date(endOfHours(weeklyHours.parse(hours), at(moment))).toISOString()).toBe(
      new Date(expected).toISOString(),
    )
  })
})

describe('a route', () => {
  it.each([
    ['host:web-* AND service:sshd', ['opened']],
    ['tag:payments', ['opened']],
    ['host:db-01', []],
    ['type:malware', []],
  ])('sends only incidents with an alert that matches: %s', async (only, reasons) => {
    expect(await openRouted({ only }).send(someIncident())).toEqual(reasons)
  })

  it('sends only during its hours, but always that an incident is over', async () => {
    const { send, pass, clock } = openRouted({ hours: berlin })
    clock.now = noon - 12 * hour
    expect(await send(someIncident())).toEqual([])
    clock.now = noon
    expect(await send(someIncident())).toEqual(['opened'])
    clock.now = noon + 12 * hour
    expect(await send(someIncident({ status: 'closed' }))).toEqual(['opened', 'resolved'])
    expect(await pass(0)).toHaveLength(2)
  })

  it('waits until quiet hours end, unless it is critical', async () => {
    const quiet_hours = { from: '11:00', to: '13:00' }
    const { send, pass } = openRouted({ quiet_hours })
    expect(await send(someIncident())).toEqual([])
    expect(await send(someIncident({ id: 'i2', severity: 'critical' }))).toEqual(['opened'])
    expect(await pass(59 * minute)).toEqual(['opened'])
    expect(await pass(minute)).toEqual(['opened', 'opened'])
  })

  it('sends one message about an incident that began and ended in quiet hours', async () => {
    const { send, pass } = openRouted({ quiet_hours: { from: '11:00', to: '13:00' } })
    await send(someIncident())
    await send(someIncident({ status: 'closed' }))
    expect(await pass(hour)).toEqual(['resolved'])
  })

  it('combines messages within its time, and never says of one that is over that it began', async () => {
    const { send, pass, sent } = openRouted({ group: '2m' })
    await send(someIncident(), someIncident({ id: 'i2' }))
    await pass(minute)
    await send(someIncident({ id: 'i3' }))
    expect(await pass(minute)).toEqual(['opened'])
    expect(sent[0]?.others).toHaveLength(1)
    await send(someIncident({ status: 'closed' }), someIncident({ id: 'i4' }))
    await pass(2 * minute)
    const of = (index: number) => {
      const { reason, incident, others = [] } = sent[index] ?? { incident: { id: '' } }
      return [reason, [incident, ...others].map(({ id }) => id)]
    }
    expect([1, 2].map(of)).toEqual([
      ['opened', ['i3', 'i4']],
      ['resolved', ['i1']],
    ])
  })

  it('limits the rate', async () => {
    const { send, sent } = openRouted({ limit: { messages: 2, per: '1h' } })
    await send(...[1, 2, 3, 4, 5].map((number) => someIncident({ id: `n${number}` })))
    expect(sent.map(({ others = [] }) => 1 + others.length)).toEqual([1, 1, 3])
  })
})

describe('an escalation', () => {
  it('is sent when nobody acknowledged the incident in time, and resolved later', async () => {
    const { send, pass } = openRouted({ escalate_after: '15m' })
    expect(await send(someIncident())).toEqual([])
    expect(await pass(15 * minute - 1)).toEqual([])
    expect(await pass(1)).toEqual(['opened'])
    expect(await send(someIncident({ status: 'closed' }))).toEqual(['opened', 'resolved'])
  })

  it.each([
    ['acknowledged', { status: 'investigating' }],
    ['assigned', { assignee: 'kim' }],
    ['closed', { status: 'closed' }],
    ['suppressed', { status: 'closed', suppression_id: 's1' }],
  ] as const)('is not sent when it was %s', async (_how, change) => {
    const { send, pass } = openRouted({ escalate_after: '15m' })
    await send(someIncident())
    await pass(5 * minute)
    await send(someIncident(change))
    expect(await pass(hour)).toEqual([])
    expect(await send(someIncident({ status: 'closed' }))).toEqual([])
  })
})

describe('maintenance', () => {
  const window = { name: 'upgrade', only: 'host:web-*', from: '2026-01-15T11:00:00Z', to: '2026-01-15T13:00:00Z' }

  it.each([
    ['once', window],
    ['weekly', { name: 'upgrade', weekly: { days: ['thu'], from: '11:00', to: '13:00' } }],
  ])('(%s) holds messages until it ends', async (_how, maintenance) => {
    const { send, pass } = openRouted({}, { maintenance: [maintenance] })
    expect(await send(someIncident())).toEqual([])
    expect(await pass(hour)).toEqual(['opened'])
  })

  it('sends nothing about an incident that is over before it ends', async () => {
    const { send, pass } = openRouted({}, { maintenance: [window] })
    await send(someIncident())
    await send(someIncident({ status: 'resolved' }))
    expect(await pass(2 * hour)).toEqual([])
  })

  it('ends an incident from before it', async () => {
    const { send, clock } = openRouted({}, { maintenance: [window] })
    clock.now = noon - 2 * hour
    await send(someIncident())
    clock.now = noon
    expect(await send(someIncident({ status: 'resolved' }))).toEqual(['opened', 'resolved'])
  })

  it('is only about incidents of which all alerts match', async () => {
    const { send } = openRouted({}, { maintenance: [{ ...window, only: 'host:db-*' }] })
    expect(await send(someIncident())).toEqual(['opened'])
  })
})

describe('a receiver that was away', () => {
  it('does not get the beginning of an incident after its end', async () => {
    const { sent, sink } = recorder(() => undefined)
    let isAway = true
    const notifier = openNotifier({
      oncall: {
        async send(notification, signal) {
          if (isAway) throw new TypeError('fetch failed')
          return sink.send(notification, signal)
        },
      },
    })
    await notifier.plan(someIncident())
    await notifier.deliver()
    isAway = false
    await notifier.plan(someIncident({ status: 'closed' }))
    await notifier.deliver()
    notifier.clock.now += hour
    await notifier.deliver()
    expect(sent.map(({ reason }) => reason)).toEqual(['resolved'])
    expect(notifier.statuses()).toEqual(['cancelled', 'sent'])
  })
})

describe('a digest', () => {
  it('is sent once, retried, and counts no incident', async () => {
    const { sent, sink } = recorder(() => (sent.length === 1 ? new TypeError('fetch failed') : undefined))
    const notifier = openNotifier({ oncall: sink })
    const [row] = planDigests([digestOptions.parse({ period: 'day', at: '12:00', to: ['oncall'] })], noon)
    if (!row) throw new Error('no digest is due')
    notifier.clock.now = noon
    await notifier.notifications.plan([row])
    await notifier.deliver()
    await notifier.notifications.plan([row])
    notifier.clock.now += hour
    await notifier.deliver()
    await notifier.deliver()
    expect(sent.map(({ digest, idempotencyKey }) => [digest?.days, idempotencyKey])).toEqual([
      ['2–9 Dec 2024', row.id],
      ['2–9 Dec 2024', row.id],
    ])
    expect(notifier.statuses()).toEqual(['sent'])
  })
})
