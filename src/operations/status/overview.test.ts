import { afterEach, expect, it } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import {
  at,
  begin,
  sampleAlert,
  sampleDetection,
  sampleEvent,
  sampleIncident,
} from '../../store/samples.conformance.ts'
import type { Store } from '../../store/store.ts'
import { getTimeline } from '../events/get-timeline.ts'
import { getOverview } from './get-overview.ts'
import { tickChecklist } from './tick-checklist.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const now = () => begin + 24 * 3_600_000
const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

const openDeps = async (more: { receivers?: readonly string[] } = {}) => {
  const store = await openStore('sqlite::memory:', { now, log })
  stores.push(store)
  return {
    ...{ store, now, actor: { name: 'kim', role: 'viewer' } as const, receivers: more.receivers ?? [] },
    health: async () => ({
      ...{ ready: true, problems: [], stages: [] },
      queues: [
        { topic: 'records', ready: 2, running: 1, dead: 0, oldest_age_ms: 40 },
        { topic: 'alerts', ready: 0, running: 0, dead: 3, oldest_age_ms: 0 },
      ],
    }),
    learning: async () => [
      {
        detector: 'template',
        progress: [
          { of: 'auth/sshd', seen: 300, needed: 300, unit: 'lines' },
          { of: 'auth/cron', seen: 10, needed: 300, unit: 'lines' },
        ],
      },
      { detector: 'sigma', progress: [] },
    ],
  }
}

const everything = { from: at(0), to: at(24 * 60) }

it('says that nothing is there when nothing is', async () => {
  const found = getOverview.output.parse(await getOverview.run(everything, await openDeps()))
  expect(found).toMatchObject({
    incidents: { open: 0, worst: [] },
    alerts: { open: 0, oldest: null },
    detections: { count: 0, before: null, oddest: [] },
    events: { count: 0, last_received: null },
    sources: { count: 0, parsed_percent: 100, worst: [] },
  })
  expect(found.checklist.map(({ done }) => done)).toEqual([false, false, false, false, false])
})

it('summarizes the state of the server in one answer', async () => {
  const deps = await openDeps()
  const { store } = deps
  await store.transaction(async (tx) => {
    await store.incidents.save(
      [
        sampleIncident(1, { risk_score: 40, severity: 'medium' }),
        sampleIncident(2, { risk_score: 95, severity: 'critical' }),
        sampleIncident(3, { risk_score: 99, status: 'closed' }),
      ],
      tx,
    )
    const [hidden, later] = [sampleAlert(6, { status: 'suppressed' }), sampleAlert(8, { snoozed_until: at(9_999) })]
    await store.alerts.save([sampleAlert(7), sampleAlert(5), hidden, later], tx)
    await store.detections.save([sampleDetection(1, { score: 0.4 }), sampleDetection(2, { score: 0.8 })], tx)
    await store.events.save(
      Array.from({ length: 30 }, (_, number) => sampleEvent(number)),
      tx,
    )
    const row = { format: 'syslog', parsed: true, count: 999, sample: '', last_seen_at: begin }
    await store.parseHealth.add(
      [
        { ...row, source: 'sample:auth' },
        { ...row, source: 'sample:web', format: '?', parsed: false, count: 1 },
      ],
      tx,
    )
  })
  const found = getOverview.output.parse(await getOverview.run(everything, deps))
  expect(found.incidents).toMatchObject({ open: 2, by_severity: { critical: 1, medium: 1, high: 0 } })
  expect(found.incidents.worst.map(({ risk_score }) => risk_score)).toEqual([95, 40])
  expect(found.incidents.worst[0]).not.toHaveProperty('evidence')
  expect(found.alerts).toMatchObject({ open: 2, oldest: at(5), hidden: 1, snoozed: 1 })
  expect(found.detections).toMatchObject({ count: 2, oddest: [{ score: 0.8 }, { score: 0.4 }] })
  expect(found.events).toMatchObject({ count: 30, before: null })
  const half = await getOverview.run({ from: at(15), to: at(29) }, deps)
  expect(half.events).toMatchObject({ count: 0, before: 30 })
  expect(half.detections).toMatchObject({ count: 0, before: 2 })
  // A hundred only when it is all.
  expect(found.sources).toMatchObject({ parsed_percent: 99.9, worst: [{ source: 'sample:web', parsed_percent: 0 }] })
  expect(found.pipeline).toMatchObject({ ready: true, waiting: 3, oldest_age_ms: 40, dead: 3 })
  expect(found.learning).toEqual([
    {
      ...{ detector: 'template', known: 1, of: 2 },
      least: [{ of: 'auth/cron', seen: 10, needed: 300, unit: 'lines' }],
    },
  ])
  // The sample is nobody's own logs.
  expect(found.checklist.find(({ step }) => step === 'add_logs')?.done).toBe(false)
})

it('ticks what was done, and nothing else', async () => {
  const deps = await openDeps({ receivers: ['oncall'] })
  const { store } = deps
  const done = async () =>
    (await getOverview.run(everything, deps)).checklist.flatMap(({ step, done }) => (done ? [step] : []))
  expect(await done()).toEqual(['tell_people'])

  await tickChecklist.run({ step: 'see_why' }, deps)
  await tickChecklist.run({ step: 'see_why' }, deps)
  expect((await store.audit.list({ target_id: 'see_why', limit: 10 })).items).toHaveLength(1)

  const row = { format: 'syslog', parsed: true, count: 1, sample: '', last_seen_at: begin, source: 'auth' }
  await store.transaction((tx) => store.parseHealth.add([row], tx))
  const token = { hash: 'x', created_at: begin, expires_at: null, revoked_at: null, user_id: null, name: 'editor' }
  await store.tokens.save({ ...token, id: 'session-1', role: 'viewer', last_used_at: begin })
  await store.tokens.save({ ...token, id: 'a', hash: 'y', role: 'viewer', last_used_at: null })
  expect(await done()).toEqual(['see_why', 'add_logs', 'tell_people'])
  await store.tokens.used('a', begin)
  expect(await done()).toEqual(['see_why', 'add_logs', 'tell_people', 'connect_tool'])
})

it('draws a span, and refuses one that ends before it begins', async () => {
  const deps = await openDeps()
  const { store } = deps
  await store.transaction(async (tx) => {
    await store.events.save(
      Array.from({ length: 600 }, (_, number) => sampleEvent(number)),
      tx,
    )
    await store.detections.save([sampleDetection(3, { score: 0.8 })], tx)
  })
  const span = { from: at(0), to: at(10), buckets: 120 }
  const drawn = getTimeline.output.parse(await getTimeline.run(span, deps))
  expect(drawn).toMatchObject({
    ...{ from: at(0), to: at(10), bucket_ms: 300_000, counted_since: at(0) },
    lanes: [{ stream: 'auth/web-01/sshd', cells: [{ time: at(0), score: 80, detections: 1, fewer: false }] }],
  })
  expect(drawn.buckets.map(({ error, warning, other }) => error + warning + other)).toEqual([300, 300])
  await expect(getTimeline.run({ ...span, to: at(-5) }, deps)).rejects.toThrow('ends before it begins')
})

it('lists a repeated anomaly once, at its highest score', async () => {
  const deps = await openDeps()
  const silences = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8].map((score, number) =>
    sampleDetection(number, { score, dedup_key: 'silence fw-01' }),
  )
  await deps.store.transaction((tx) =>
    deps.store.detections.save([...silences, sampleDetection(9, { score: 0.5 })], tx),
  )
  const { detections } = await getOverview.run(everything, deps)
  expect(detections).toMatchObject({ count: 8, oddest: [{ score: 0.8 }, { score: 0.5 }] })
})
