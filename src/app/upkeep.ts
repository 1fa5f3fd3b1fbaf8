import { plural } from '../lib/units/number.ts'
import { day, hour, minute, week } from '../lib/units/time.ts'
import { createAnomalyExport } from '../operations/agents/anomaly-export.ts'
import { wakeAlerts } from '../operations/alerts/wake-alerts.ts'
import { createAuditCheckpoint } from '../operations/audit/audit-checkpoint.ts'
import { resolveIdleIncidents } from '../operations/incidents/resolve-idle-incidents.ts'
import { learnSuppressions } from '../operations/suppressions/learn-suppressions.ts'
import { createLease } from '../queue/lease.ts'
import type { ScheduledJob } from '../schedule.ts'
import { createAgeClock } from '../store/age-clock.ts'
import type { Base } from './base.ts'
import { createSteadyWatch } from './steady-watch.ts'

/** Creates the jobs that keep the store in order: retention, compaction, and the checkpoint of the audit. */
export const createUpkeep = async ({ config, store, queue, telemetry, runtime: { now, log } }: Base) => {
  const audit = createAuditCheckpoint({ dataDir: config.data_dir, audit: store.audit, log })
  const { sqlite_path: file, retention_days: retentionDays } = config.network_agents
  const anomalies = await createAnomalyExport({ file, storageUrl: config.storage.url, store, log })
  // One process is enough to maintain a shared database.
  const keeper = createLease(store.connections, 'upkeep')
  const alone = (jobs: readonly ScheduledJob[]): readonly ScheduledJob[] =>
    jobs.map((job) => ({ ...job, run: async (signal) => ((await keeper.hold()) ? job.run(signal) : undefined) }))
  const watch = createSteadyWatch(now)
  const ages = createAgeClock(store.connections)
  /** Measures ages for a run. Nothing is too old while the clock may be wrong. */
  const measureAge = async (): Promise<(age: number) => number | undefined> => {
    if (!watch.isClockSteady()) return () => undefined
    const wasBehind = ages.lag() > week
    const time = await ages.follow()
    const [problem] = problems()
    if (problem && !wasBehind) log.warn({ behind_ms: ages.lag() }, problem)
    return (age) => (age > 0 ? time - age : undefined)
  }
  const problems = (): readonly string[] =>
    ages.lag() > week
      ? [
          `The clock is ${plural(Math.floor(ages.lag() / day), 'day')} ahead of the last removal by age, which catches up by a day per hour. Check the clock, unless the server was off for so long.`,
        ]
      : []
  return {
    problems,
    auditHead: audit.read,
    /** Does the remaining work before the program ends. */
    saves: [anomalies.close, audit.advance, keeper.release],
    jobs: [
      { name: 'anchor the audit', every: 1_000, run: audit.advance },
      { name: 'write anomalies', every: 1_000, run: anomalies.write },
      ...alone([
        { name: 'learn suppressions', every: 10 * minute, run: () => learnSuppressions({ store, now }) },
        { name: 'wake snoozed alerts', every: 15_000, run: () => wakeAlerts({ store, now }) },
        {
          name: 'resolve idle incidents',
          every: minute,
          async run() {
            const { quiet_after } = config.correlate
            // A day without the program, or with the clock set forward by a day, does not mean a quiet day.
            if (watch.hasWatched(quiet_after)) await resolveIdleIncidents({ store, queue, now }, quiet_after)
          },
        },
        { name: 'compact events', every: 5 * minute, run: () => store.events.compact() },
        {
          name: 'retain events',
          every: 10 * minute,
          // Runs soon after a start, because a lower retention is how a full disk gets room again.
          first: minute / 2,
          async run(signal: AbortSignal) {
            const { events, max_bytes, sources } = config.retention
            const before = await measureAge()
            await store.events.retain({
              before: before(events),
              ...(max_bytes > 0 && { maxBytes: max_bytes }),
              sources: sources.map((limit) => ({
                source: limit.source,
                ...(limit.events !== undefined && { before: before(limit.events) ?? Number.NEGATIVE_INFINITY }),
                ...(limit.max_bytes !== undefined && { maxBytes: limit.max_bytes }),
              })),
            })
            await store.reclaim(signal)
          },
        },
        {
          name: 'remove unreferenced blocks',
          every: day / 4,
          first: hour,
          run: (signal: AbortSignal) => store.events.sweep(day, signal),
        },
        {
          name: 'retain alerts, incidents, detections and audit',
          every: 10 * minute,
          async run(signal: AbortSignal) {
            const { alerts, incidents, detections, audit } = config.retention
            const before = await measureAge()
            const removals = await store.retention.retain(
              {
                alerts: before(alerts),
                incidents: before(incidents),
                detections: before(detections),
                audit: before(audit),
              },
              signal,
            )
            for (const [kind, count] of Object.entries(removals)) if (count > 0) telemetry.removed(kind, count)
          },
        },
        {
          name: 'retain query results',
          every: 10 * minute,
          async run() {
            const { history_days, anomaly_days, model_days } = config.query_guard
            const before = await measureAge()
            await store.queryResults.retain({
              historyBefore: before(history_days * day),
              analysesBefore: before(anomaly_days * day),
              modelsBefore: before(model_days * day),
            })
          },
        },
        {
          name: 'forget anomalies',
          every: 10 * minute,
          run: async () => {
            const before = (await measureAge())(retentionDays * day)
            if (before !== undefined) await store.transaction((tx) => store.anomalies.forget(before, tx))
          },
        },
        { name: 'forget sessions', every: 60 * minute, run: () => store.tokens.forget(now() - 30 * day) },
        { name: 'forget idempotency keys', every: 60 * minute, run: () => store.intake.forget(now() - day) },
      ]),
    ],
  }
}
export type Upkeep = Awaited<ReturnType<typeof createUpkeep>>
