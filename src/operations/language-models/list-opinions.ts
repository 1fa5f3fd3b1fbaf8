import { z } from 'zod'
import { severity } from '../../schema/severity.ts'
import { modelOpinion, verdict } from '../../schema/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Lists what each language model said last of an alert, those in the shadow too, beside what the rules said of the same card. */
export const listOpinions = defineOperation({
  name: 'list_opinions',
  summary: 'Lists what each language model said of an alert, also those in the shadow, whose word changes nothing.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(1_024).describe('Our id of the alert, or its sender’s.') }),
  output: z
    .object({
      data: z.array(
        z.object({
          opinion: modelOpinion,
          /** What the rules said when it was asked. */
          rules: z.object({ verdict, risk_level: severity }),
          /** Whether its word changes nothing; null when it is no longer configured. */
          shadow: z.boolean().nullable(),
        }),
      ),
    })
    .meta({ id: 'AlertOpinions' }),
  async run({ id }, { store, languageModels }: Pick<Deps, 'store' | 'languageModels'>) {
    const { id: alertId } = await requireAlert(store, id)
    const said = await store.modelOpinions.of(alertId)
    const shadows = new Map(languageModels.configured.map(({ name, shadow }) => [name, shadow]))
    return {
      data: said.map(({ opinion, rules }) => ({ opinion, rules, shadow: shadows.get(opinion.provider) ?? null })),
    }
  },
})
