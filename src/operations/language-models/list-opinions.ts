import { z } from 'zod'
import { severity } from '../../schema/severity.ts'
import { modelOpinion, verdict } from '../../schema/triage/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const listOpinions = defineOperation({
  name: 'list_opinions',
  summary: 'Lists the latest opinion of each language model on an alert, including shadow models.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(1_024).describe('Our ID or the sender’s ID of the alert.') }),
  output: z
    .object({
      data: z.array(
        z.object({
          opinion: modelOpinion,
          /** The verdict of the rules at that time. */
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
