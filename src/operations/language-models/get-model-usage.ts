import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const spending = z.object({ cost_usd: z.number(), tokens: z.int(), calls: z.int() })

export const getModelUsage = defineOperation({
  name: 'get_model_usage',
  summary: 'Lists the configured language models with this month’s cost and the remaining budget.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z
    .object({
      /** In the order of the fallback; empty if none is configured. */
      models: z.array(
        z.object({
          name: z.string(),
          model: z.string(),
          /** Whether it is a shadow model, whose opinions never change a result. */
          shadow: z.boolean(),
          /** The time until which it is not queried after a failure. */
          rests_until: z.iso.datetime().nullable(),
        }),
      ),
      prompt: z.string(),
      /** The budget: dollars per month and incident, calls and tokens per hour. */
      budget: z.object({ month: z.number(), incident: z.number(), hour_calls: z.int(), hour_tokens: z.int() }),
      /** The spending, including reservations for running calls. */
      month: spending,
      hour: spending,
      /** The totals of this month's calls. */
      calls: z.array(
        z.object({
          provider: z.string(),
          model: z.string(),
          outcome: z.string(),
          calls: z.int(),
          input_tokens: z.int(),
          output_tokens: z.int(),
          cost_usd: z.number(),
          duration_ms: z.number(),
        }),
      ),
    })
    .meta({ id: 'ModelUsage' }),
  async run(_input, { store, languageModels, now }: Pick<Deps, 'store' | 'languageModels' | 'now'>) {
    const periods = languageModels.periods()
    const resting = languageModels.resting()
    const moment = new Date(now())
    const month = Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth())
    return {
      models: languageModels.configured.map(({ name, model, shadow }) => {
        const until = resting.get(name)
        return { name, model, shadow, rests_until: until === undefined ? null : new Date(until).toISOString() }
      }),
      prompt: languageModels.prompt.name,
      budget: { ...languageModels.budget },
      month: inDollars(await store.llm.spent(periods.month)),
      hour: inDollars(await store.llm.spent(periods.hour)),
      calls: (await store.llm.metered(month)).map(inDollars),
    }
  },
})

const inDollars = <Row extends { readonly cost: number }>({ cost, ...row }: Row) => ({ ...row, cost_usd: cost / 1e6 })
