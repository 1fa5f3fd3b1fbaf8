import type { Config } from '../config.ts'
import { readAlerts } from '../operations/alerts/foreign-alerts.ts'
import type { createAuditCheckpoint } from '../operations/audit/audit-checkpoint.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import { runSources } from '../pipeline/ingest/run-sources.ts'
import type { Outages } from '../pipeline/ingest/source.ts'
import type { createReceivers } from '../pipeline/notify/receivers.ts'
import type { Queue } from '../queue/queue.ts'
import { runSchedule } from '../schedule.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Telemetry } from '../telemetry.ts'
import { upkeepJobs } from './upkeep.ts'

type Jobs = Parameters<typeof runSchedule>[0]
type Upkeep = Parameters<typeof upkeepJobs>[0]

interface BackgroundParts {
  readonly config: Upkeep['config']
  readonly store: Store
  readonly queue: Queue<Transaction>
  readonly intake: Intake
  readonly outages: Outages
  readonly telemetry: Pick<Telemetry, 'log' | 'received' | 'removed'>
  readonly sources: Config['sources']
  readonly publish: { run(signal: AbortSignal): Promise<void> }
  readonly receivers: Pick<ReturnType<typeof createReceivers>, 'delivery'>
  readonly auditCheckpoint: Pick<ReturnType<typeof createAuditCheckpoint>, 'advance'>
  readonly suppressions: { refresh(): Promise<void> }
  readonly rules: { refresh(): Promise<unknown> }
  readonly context: Upkeep['context']
  /** What others have to do from time to time. */
  readonly jobs: Jobs
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Does what nobody asks for, until the signal aborts: reads the sources, publishes results, and keeps house. Resolves when all of it has ended. */
export const runBackground = (parts: BackgroundParts): Promise<unknown> => {
  const { config, store, queue, intake, outages, telemetry, sources, publish, receivers, now, signal } = parts
  const { log } = telemetry
  return Promise.all([
    publish.run(signal),
    runSources({
      sources,
      cursors: { read: store.intake.readCursor },
      outages,
      intake,
      readAlerts,
      now,
      log,
      signal,
      received: telemetry.received,
    }),
    runSchedule(
      [
        ...upkeepJobs({
          config,
          store,
          queue,
          now,
          refreshSuppressions: parts.suppressions.refresh,
          refreshRules: parts.rules.refresh,
          context: parts.context,
          deliver: receivers.delivery.sendDue,
          anchorAudit: parts.auditCheckpoint.advance,
          removed: telemetry.removed,
        }),
        ...parts.jobs,
      ],
      log,
      signal,
    ),
  ])
}
