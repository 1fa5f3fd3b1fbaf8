import type { Config } from '../config.ts'
import type { Context } from '../context/context.ts'
import { wakeAlerts } from '../operations/alerts/wake-alerts.ts'
import type { Queue, Topic, Topics } from '../queue/queue.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'

const minute = 60_000
const day = 24 * 60 * minute

interface UpkeepOptions {
  readonly config: Pick<Config, 'retention' | 'partition' | 'query_guard'>
  readonly store: Store
  readonly queue: Queue<Transaction>
  readonly now: () => number
  readonly refreshSuppressions: () => Promise<void>
  readonly refreshRules: () => Promise<unknown>
  readonly context: Pick<Context, 'refresh' | 'refreshNetworks'>
  readonly deliver: () => Promise<unknown>
  readonly anchorAudit: () => Promise<void>
  /** Counts rows that retention removed. */
  readonly removed: (kind: string, count: number) => void
}

/** What the clock asks of the store and of the road. */
export const upkeepJobs = ({
  config,
  store,
  queue,
  now,
  refreshSuppressions,
  refreshRules,
  context,
  deliver,
  anchorAudit,
  removed,
}: UpkeepOptions) => [
  { name: 'deliver notifications', every: 500, run: deliver },
  { name: 'anchor the audit', every: 1_000, run: anchorAudit },
  { name: 'refresh suppressions', every: 2_000, run: refreshSuppressions },
  { name: 'refresh rules', every: 3_000, run: () => refreshRules() },
  { name: 'refresh assets and people', every: 3_000, run: context.refresh },
  { name: 'refresh networks', every: 5 * minute, run: context.refreshNetworks },
  {
    // An empty batch is a tick: silences are found when nothing comes.
    name: 'tick',
    every: 15_000,
    run: () => ring(queue, store, 'records', [tickAt(config.partition, now())]),
  },
  { name: 'wake snoozed alerts', every: 15_000, run: () => wakeAlerts({ store, now }) },
  { name: 'compact events', every: 5 * minute, run: () => store.events.compact() },
  {
    name: 'retain events',
    every: 10 * minute,
    // Soon after a start, because lowering the retention is how a full disk gets room again.
    first: minute / 2,
    async run(signal: AbortSignal) {
      const { events, max_bytes } = config.retention
      await store.events.retain({
        ...(events > 0 && { before: now() - events }),
        ...(max_bytes > 0 && { maxBytes: max_bytes }),
      })
      await store.reclaim(signal)
    },
  },
  {
    name: 'retain alerts, incidents, detections and audit',
    every: 10 * minute,
    async run(signal: AbortSignal) {
      const { alerts, incidents, detections, audit } = config.retention
      const before = (age: number) => (age > 0 ? now() - age : undefined)
      const removals = await store.retention.retain(
        {
          alerts: before(alerts),
          incidents: before(incidents),
          detections: before(detections),
          audit: before(audit),
        },
        signal,
      )
      for (const [kind, count] of Object.entries(removals)) if (count > 0) removed(kind, count)
    },
  },
  {
    name: 'retain query results',
    every: 10 * minute,
    run() {
      const { history_days, anomaly_days, model_days } = config.query_guard
      const before = (days: number) => now() - days * day
      return store.queryResults.retain({
        ...(history_days > 0 && { historyBefore: before(history_days) }),
        ...(anomaly_days > 0 && { analysesBefore: before(anomaly_days) }),
        ...(model_days > 0 && { modelsBefore: before(model_days) }),
      })
    },
  },
  { name: 'forget sessions', every: 60 * minute, run: () => store.tokens.forget(now() - 30 * 24 * 60 * minute) },
  { name: 'forget idempotency keys', every: 60 * minute, run: () => store.intake.forget(now() - 24 * 60 * minute) },
]

/** A batch of nothing. */
export const tickAt = (partition: number, receivedAt: number) => ({
  partition,
  first: 0,
  source: 'clock',
  receivedAt,
  texts: [],
})

/** Puts something in a topic from outside the road. */
export const ring = <T extends Topic>(
  queue: Queue<Transaction>,
  store: Store,
  topic: T,
  items: readonly Topics[T][],
): Promise<void> => store.transaction((tx) => queue.publish(topic, items, tx))

/** Rings again for what a crash may have left unheard: alerts without a triage result. */
export const ringAgain = async (queue: Queue<Transaction>, store: Store): Promise<number> => {
  const untriaged = await store.alerts.untriaged(10_000)
  if (untriaged.length > 0) await ring(queue, store, 'alerts', untriaged)
  return untriaged.length
}
