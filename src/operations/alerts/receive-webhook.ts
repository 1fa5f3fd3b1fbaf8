import { z } from 'zod'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { sourceInput } from '../records/record-input.ts'
import { readEach, sourceTypeInput, toRecords } from './foreign-alerts.ts'
import { requestKey } from './ingest-alert.ts'

/** Takes what a program posts to its webhook, as it comes: Alertmanager, Grafana, Wazuh and the others. */
export const receiveWebhook = defineOperation({
  name: 'receive_webhook',
  summary: 'Takes in what another system posts to its webhook: one alert, or all of a group.',
  role: 'ingest',
  input: z.strictObject({
    source_type: sourceTypeInput,
    body: z.unknown().optional().describe('What it posts.'),
    source: sourceInput.optional().describe('The name under which it is kept; else that of its format.'),
    idempotency_key: z.string().min(1).max(200).optional().describe('The same key again doubles nothing.'),
  }),
  output: z
    .object({
      accepted: z.int(),
      /** How many of them are no alerts: kept as events that were not understood, so that nothing of the group is lost. */
      not_understood: z.int(),
      /** What their sender calls them, as far as it calls them anything. */
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
      await intake.accept(toRecords(alerts, source, time), requestKey(actor, idempotency_key, texts))
    return {
      accepted: alerts.length,
      not_understood: faults.length,
      alert_ids: alerts.flatMap(({ id }) => id ?? []),
    }
  },
})
