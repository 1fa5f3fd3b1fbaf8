import { day, hour, minute } from '../lib/units/time.ts'
import { createAnomalyExport } from '../operations/agents/anomaly-export.ts'
import { wakeAlerts } from '../operations/alerts/wake-alerts.ts'
import { createAuditCheckpoint } from '../operations/audit/audit-checkpoint.ts'
import { resolveIdleIncidents } from '../operations/incidents/resolve-idle-incidents.ts'
import { learnSuppressions } from '../operations/suppressions/learn-suppressions.ts'
import { createLease } from '../queue/lease.ts'
import type { ScheduledJob } from '../schedule.ts'
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
  /** Nothing is too old while the clock may be wrong. */
  const before = (age: number) => (age > 0 && watch.isClockSteady() ? now() - age : undefined)
  return {
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
          run() {
            const { history_days, anomaly_days, model_days } = config.query_guard
            return store.queryResults.retain({
              ...(history_days > 0 && { historyBefore: now() - history_days * day }),
              ...(anomaly_days > 0 && { analysesBefore: now() - anomaly_days * day }),
              ...(model_days > 0 && { modelsBefore: now() - model_days * day }),
            })
          },
        },
        {
          name: 'forget anomalies',
          every: 10 * minute,
          run: async () => {
            if (retentionDays > 0)
              await store.transaction((tx) => store.anomalies.forget(now() - retentionDays * day, tx))
          },
        },
        { name: 'forget sessions', every: 60 * minute, run: () => store.tokens.forget(now() - 30 * day) },
        { name: 'forget idempotency keys', every: 60 * minute, run: () => store.intake.forget(now() - day) },
      ]),
    ],
  }
}
export type Upkeep = Awaited<ReturnType<typeof createUpkeep>>
