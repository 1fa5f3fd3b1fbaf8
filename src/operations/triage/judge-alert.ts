import { z } from 'zod'
import { alert } from '../../schema/alert.ts'
import { toldEnrichment, toldFacts } from '../../schema/told-enrichment.ts'
import { triageResult } from '../../schema/triage-result.ts'
import { sourceTypeInput } from '../alerts/foreign-alerts.ts'
import { imagineAlert } from '../alerts/imagine-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Judges an alert of another system without taking it in: what it would be kept as, and what triage would make of it. */
export const judgeAlert = defineOperation({
  name: 'judge_alert',
  summary: 'Judges an alert of another system as triage would, with what its sender knows about it. Stores nothing.',
  role: 'viewer',
  input: z.strictObject({
    alert: z.unknown().optional().describe('The alert.'),
    enrichment: toldEnrichment.nullish(),
    source_type: sourceTypeInput.optional(),
  }),
  output: z
    .object({
      alert_id: z.string(),
      alert,
      triage: triageResult,
      /** How long it took, in seconds. */
      seconds: z.number(),
    })
    .meta({ id: 'JudgedAlert' }),
  async run(
    { alert: body, enrichment, source_type },
    { judge, normalize, now }: Pick<Deps, 'judge' | 'normalize' | 'now'>,
  ) {
    const began = now()
    const { alert, alertId } = imagineAlert(body, source_type, { normalize, now })
    const triage = await judge(alert, toldFacts(enrichment ?? {}))
    return { alert_id: alertId, alert, triage, seconds: (now() - began) / 1000 }
  },
})
