import { z } from 'zod'
import { alert } from '../schema/alert.ts'
import { defineOperation } from './operation.ts'
import { readScope, scope } from './suppression-scope.ts'
import type { World } from './world.ts'

const days = 30
const day = 86_400_000
const mostSamples = 10
const pageSize = 500

/** Tells what a suppression would have hidden, before anybody makes it. */
export const previewSuppression = defineOperation({
  name: 'preview_suppression',
  summary: 'Tells which alerts of the last 30 days a suppression would have hidden.',
  role: 'analyst',
  input: z.strictObject({ scope }),
  output: z
    .object({
      scope: z.string(),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      /** How many alerts there were, and how many of them it would have hidden. */
      checked: z.int(),
      hidden: z.int(),
      /** How many of the hidden ones a person had called real: each is a reason to think again. */
      true_positives: z.int(),
      /** The newest of what it would have hidden; those that were real come first. */
      samples: z.array(
        alert.pick({
          id: true,
          title: true,
          sentence: true,
          severity: true,
          status: true,
          resolution: true,
          last_seen: true,
        }),
      ),
    })
    .meta({ id: 'SuppressionPreview' }),
  async run({ scope }, { store, now }: Pick<World, 'store' | 'now'>) {
    const to = now()
    const from = to - days * day
    const { matches } = readScope(scope, to)
    const real: z.infer<typeof alert>[] = []
    const others: z.infer<typeof alert>[] = []
    let [checked, hidden, truePositives] = [0, 0, 0]
    let after: string | undefined
    do {
      const page = await store.alerts.list({ limit: pageSize, after })
      for (const item of page.items) {
        // By when it was made: history that was read in today is news to whoever reads the queue.
        if (Date.parse(item.created_at) < from) continue
        checked += 1
        if (!matches(item)) continue
        hidden += 1
        const isReal = item.resolution === 'true_positive'
        if (isReal) truePositives += 1
        const samples = isReal ? real : others
        if (samples.length < mostSamples) samples.push(item)
      }
      after = page.next
    } while (after !== undefined)
    return {
      scope,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      checked,
      hidden,
      true_positives: truePositives,
      samples: [...real, ...others]
        .slice(0, mostSamples)
        .map(({ id, title, sentence, severity, status, resolution, last_seen }) => ({
          id,
          title,
          sentence,
          severity,
          status,
          resolution,
          last_seen,
        })),
    }
  },
})
