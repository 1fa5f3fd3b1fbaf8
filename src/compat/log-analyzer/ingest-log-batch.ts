import { z } from 'zod'
import { alertsToRecords, readAlerts } from '../../operations/alerts/foreign-alerts.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { Actor } from '../../schema/account/role.ts'
import { batchAlert } from './batch-alert.ts'
import { readBatchModel } from './batch-model-store.ts'
import type { BatchScorer } from './batch-scorer.ts'
import { analyzerFeatures, analyzerLog, batchFeatures, scoredPart } from './log-batch.ts'

/** Ingests a batch of logs and scores it as a whole. The pipeline processes each line as well. */
export const ingestLogBatch = (scorer: BatchScorer) =>
  defineOperation({
    name: 'ingest_log_batch',
    summary: 'Ingests a batch of logs and returns the anomaly score of the whole batch.',
    role: 'ingest',
    input: z.strictObject({ logs: z.array(analyzerLog).max(10_000) }),
    output: z.object({
      stored: z.int(),
      features: batchFeatures,
      score: z.number(),
      threshold: z.number(),
      incident_id: z.int().nullable(),
      /** The scorer that was used, and why the configured one was not. */
      scored_by: z.enum(['formula', 'trained', 'external']),
      scorer_problem: z.string().optional(),
    }),
    async run(
      { logs },
      {
        intake,
        store,
        now,
      }: Pick<Deps, 'intake' | 'now'> & { readonly actor: Actor } & {
        readonly store: Pick<Deps['store'], 'scoredBatches' | 'models' | 'transaction'>
      },
    ) {
      const receivedAt = now()
      if (logs.length > 0) {
        await intake.accept(
          logs.map((log) => ({ text: JSON.stringify(log), source: 'log-analyzer', receivedAt })),
          {},
        )
      }
      const features = analyzerFeatures(logs)
      const { score, by, problem } = await scorer.score(scoredPart(features), await readBatchModel(store))
      const { threshold } = scorer
      const { error_count, warn_count, failed_login_count, services } = features
      const summary = `Anomalous activity detected: errors=${error_count}, warns=${warn_count}, failed_logins=${failed_login_count}`
      const service = services.length === 1 ? (services[0] ?? null) : null
      const incidentId =
        score > threshold
          ? await store.transaction((tx) =>
              store.scoredBatches.add({ detected_at: receivedAt, service, severity: score, summary, features }, tx),
            )
          : null
      if (incidentId !== null) {
        const alert = batchAlert({ id: incidentId, logs, features, score, summary, time: receivedAt })
        await intake.accept(alertsToRecords(readAlerts(alert, undefined, receivedAt), 'log-analyzer', receivedAt), {})
      }
      return {
        stored: logs.length,
        features,
        score,
        threshold,
        incident_id: incidentId,
        scored_by: by,
        ...(problem !== undefined && { scorer_problem: problem }),
      }
    },
  })
