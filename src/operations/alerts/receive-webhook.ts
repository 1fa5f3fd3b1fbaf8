import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { alertsKey, idempotencyKey } from '../records/idempotency-key.ts'
import { sourceInput } from '../records/record-input.ts'
import { alertsToRecords, readEach, sourceTypeInput } from './foreign-alerts.ts'

export const receiveWebhook = defineOperation({
  name: 'receive_webhook',
  summary: 'Ingests the alerts in a webhook body of another system, such as Alertmanager, Grafana or Wazuh.',
  role: 'ingest',
  input: z.strictObject({
    source_type: sourceTypeInput,
    body: z.unknown().optional().describe('The body.'),
    source: sourceInput
      .optional()
      .describe('The source name to store the alerts under. The default is the format’s name.'),
    idempotency_key: idempotencyKey,
  }),
  output: z
    .object({
      accepted: z.int(),
      /** The number of items that could not be parsed as alerts. They are stored as unparsed events. */
      not_understood: z.int(),
      /** The sender’s IDs, where there are any. */
      alert_ids: z.array(z.string()),
    })
    .meta({ id: 'ReceivedWebhook' }),
  async run(
    { source_type, body, source, idempotency_key },
    { intake, now, actor }: Pick<Deps, 'intake' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const read = readEach(body, source_type, time)
    const faults = read.flatMap(({ fault }) => fault ?? [])
    if (faults[0] && faults.length === read.length) throw faults[0]
    const alerts = read.map(({ alert }) => alert)
    const texts = alerts.map(({ text }) => text)
    if (alerts.length > 0)
      await intake.accept(alertsToRecords(alerts, source, time), alertsKey(actor, idempotency_key, texts))
    return {
      accepted: alerts.length,
      not_understood: faults.length,
      alert_ids: alerts.flatMap(({ id }) => id ?? []),
    }
  },
})
