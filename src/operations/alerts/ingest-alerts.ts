import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { securityAlert } from '../../schema/alert/security-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { alertsKey, idempotencyKey } from '../records/idempotency-key.ts'
import { alertsToRecords, type ReceivedAlert, readAlerts, sourceTypeInput } from './foreign-alerts.ts'

const mostAlerts = 100

export const alertBatch = z
  .object({
    batch_id: z.string().trim().min(1).max(200).nullish().describe('The sender’s ID of the alert.'),
    alerts: z
      .array(z.union([securityAlert, z.record(z.string(), z.unknown()), z.string()]))
      .min(1)
      .max(mostAlerts),
    source_type: sourceTypeInput.optional(),
  })
  .meta({ id: 'AlertBatch' })
const batch = alertBatch.extend({ alerts: z.array(z.unknown()).min(1).max(mostAlerts) })

const named = z.looseObject({ alert_id: z.string().max(200) })

/** Stores all valid alerts together and reports the invalid ones. */
export const ingestAlerts = defineOperation({
  name: 'ingest_alerts',
  summary: 'Ingests up to 100 alerts of other systems. Reports each invalid alert with a reason.',
  role: 'ingest',
  input: z.strictObject({
    batch_id: z.unknown().optional(),
    alerts: z.unknown().optional().describe('SecurityAlerts, or alerts of the source_type.'),
    source_type: sourceTypeInput.optional(),
    idempotency_key: idempotencyKey,
  }),
  output: z
    .object({
      batch_id: z.string(),
      total: z.int(),
      successful: z.int(),
      failed: z.int(),
      ingestion_ids: z.array(z.string()),
      errors: z.array(z.object({ alert_id: z.string(), error: z.string() })).nullable(),
    })
    .meta({ id: 'IngestedAlerts' }),
  async run(
    { idempotency_key, ...given },
    { intake, now, newId, actor }: Pick<Deps, 'intake' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const { batch_id, alerts, source_type } = checked(given)
    const time = now()
    const taken: ReceivedAlert[] = []
    const errors: { alert_id: string; error: string }[] = []
    alerts.forEach((alert, index) => {
      try {
        taken.push(...readAlerts(alert, source_type, time))
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'INVALID_ALERT') throw error
        const { data } = named.safeParse(alert)
        errors.push({ alert_id: data?.alert_id ?? `alerts.${index}`, error: error.message })
      }
    })
    const texts = taken.map(({ text }) => text)
    if (taken.length > 0) {
      await intake.accept(alertsToRecords(taken, undefined, time), alertsKey(actor, idempotency_key, texts))
    }
    return {
      batch_id: batch_id ?? `BATCH-${newId()}`,
      total: alerts.length,
      successful: alerts.length - errors.length,
      failed: errors.length,
      ingestion_ids: Array.from({ length: alerts.length - errors.length }, () => newId()),
      errors: errors.length > 0 ? errors : null,
    }
  },
})

const checked = (given: Readonly<Record<string, unknown>>): z.infer<typeof batch> => {
  const { data, error } = batch.safeParse(given)
  if (data) return data
  const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new AppError('INVALID_ALERT', `${errors[0]?.path || 'The batch'}: ${errors[0]?.message}`, {
    hint: `Send {"alerts": […]} with 1 to ${mostAlerts} alerts.`,
    errors,
  })
}
