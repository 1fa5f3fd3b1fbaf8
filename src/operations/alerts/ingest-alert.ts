import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { alertsKey, idempotencyKey } from '../records/idempotency-key.ts'
import { alertsToRecords, readAlerts, sourceTypeInput } from './foreign-alerts.ts'

export const ingestAlert = defineOperation({
  name: 'ingest_alert',
  summary:
    'Ingests one alert of another system. The alert is durable when the call returns; triage follows within seconds.',
  role: 'ingest',
  input: z.strictObject({
    body: z.unknown().optional().describe('The alert.'),
    source_type: sourceTypeInput.optional(),
    idempotency_key: idempotencyKey,
  }),
  output: z
    .object({
      ingestion_id: z.string(),
      /** The sender’s ID of the alert, or ours if it has none. */
      alert_id: z.string(),
      status: z.literal('queued'),
      message: z.string(),
    })
    .meta({ id: 'IngestedAlert' }),
  async run(
    { body, source_type, idempotency_key },
    { intake, now, newId, actor }: Pick<Deps, 'intake' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const time = now()
    const alerts = readAlerts(body, source_type, time)
    const [alert] = alerts
    if (!alert || alerts.length > 1) {
      throw new AppError('INVALID_ALERT', `The body contains ${alerts.length} alerts.`, {
        hint: 'Send several alerts to /api/v1/alerts/batch, or a webhook body to /api/v1/webhooks/<source_type>.',
      })
    }
    const { repeated } = await intake.accept(
      alertsToRecords([alert], undefined, time),
      alertsKey(actor, idempotency_key, [alert.text]),
    )
    const ingestion_id = newId()
    return {
      ingestion_id,
      alert_id: alert.id ?? ingestion_id,
      status: 'queued' as const,
      message: repeated ? 'The alert was received before' : 'Alert queued for processing',
    }
  },
})
