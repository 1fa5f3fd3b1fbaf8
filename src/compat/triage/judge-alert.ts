import { z } from 'zod'
import { sourceTypeInput } from '../../operations/alerts/foreign-alerts.ts'
import { previewAlert } from '../../operations/alerts/preview-alert.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { alert } from '../../schema/alert/alert.ts'
import { suppliedEnrichment, toSuppliedFacts } from '../../schema/triage/supplied-enrichment.ts'
import { triageResult } from '../../schema/triage/triage-result.ts'

/** Triages an alert of another system without storing it. */
export const judgeAlert = defineOperation({
  name: 'judge_alert',
  summary: 'Triages an alert of another system, with the context that its sender provides. Stores nothing.',
  role: 'viewer',
  input: z.strictObject({
    alert: z.unknown().optional().describe('The alert.'),
    enrichment: suppliedEnrichment.nullish(),
    source_type: sourceTypeInput.optional(),
  }),
  output: z
    .object({
      alert_id: z.string(),
      alert,
      triage: triageResult,
      /** The duration in seconds. */
      seconds: z.number(),
    })
    .meta({ id: 'JudgedAlert' }),
  async run(
    { alert: body, enrichment, source_type },
    { triageAlert, normalize, now }: Pick<Deps, 'triageAlert' | 'normalize' | 'now'>,
  ) {
    const began = now()
    const { alert, alertId } = await previewAlert(body, source_type, { normalize, now })
    const triage = await triageAlert(alert, toSuppliedFacts(enrichment ?? {}))
    return { alert_id: alertId, alert, triage, seconds: (now() - began) / 1000 }
  },
})
