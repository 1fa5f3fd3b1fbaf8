import { z } from 'zod'
import { sourceTypeInput } from '../../operations/alerts/foreign-alerts.ts'
import { previewAlert } from '../../operations/alerts/preview-alert.ts'
import type { Deps } from '../../operations/deps.ts'
import { collectContext } from '../../operations/inventory/collect-context.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { Actor } from '../../schema/account/role.ts'
import { addressIn } from '../../schema/detection/address-roles.ts'

const { enrichment_sources, source_network, target_network, asset, user } = collectContext.output.shape

/** Looks up the context of an alert of another system without storing the alert. */
export const enrichAlert = defineOperation({
  name: 'enrich_alert',
  summary: 'Returns the networks, the asset and the user of an alert. Stores nothing.',
  role: 'viewer',
  input: z.strictObject({
    body: z.unknown().optional().describe('The alert.'),
    source_type: sourceTypeInput.optional(),
  }),
  output: z
    .object({
      alert_id: z.string(),
      enriched_at: z.iso.datetime(),
      enrichment_sources,
      source_network,
      target_network,
      asset,
      user,
    })
    .meta({ id: 'EnrichedAlert' }),
  async run(
    { body, source_type },
    { context, normalize, now, actor }: Pick<Deps, 'context' | 'normalize' | 'now'> & { readonly actor: Actor },
  ) {
    const { alert, alertId } = await previewAlert(body, source_type, { normalize, now })
    const { asset_id, user_name } = alert.observed ?? {}
    const source_ip = addressIn('source', alert)
    const destination_ip = addressIn('destination', alert)
    const found = await collectContext.run(
      { source_ip, target_ip: destination_ip, asset_id, user_id: user_name, at: alert.first_seen },
      { context, now, actor },
    )
    return {
      alert_id: alertId,
      enriched_at: new Date(now()).toISOString(),
      enrichment_sources: found.enrichment_sources,
      source_network: found.source_network,
      target_network: found.target_network,
      asset: found.asset,
      user: found.user,
    }
  },
})
