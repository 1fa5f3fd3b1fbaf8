import { z } from 'zod'
import { day } from '../../lib/units/time.ts'
import { alert, openAlertStatuses } from '../../schema/alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { readScope, scope } from './suppression-scope.ts'

const days = 30
const mostSamples = 10
const pageSize = 500

/** Shows which alerts a suppression would have hidden, before it is created. */
export const previewSuppression = defineOperation({
  name: 'preview_suppression',
  summary: 'Lists the alerts of the last 30 days that a suppression would match.',
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
      /** How many open alerts of high or critical severity it would hide, whenever they were made. */
      open_severe: z.int(),
      /** The newest of what it would have hidden; those that were real come first, then those that are open and severe. */
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
  async run({ scope }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const to = now()
    const from = to - days * day
    const { matches } = readScope(scope, to)
    const real: z.infer<typeof alert>[] = []
    const severe: z.infer<typeof alert>[] = []
    const others: z.infer<typeof alert>[] = []
    let [checked, hidden, truePositives, openSevere] = [0, 0, 0, 0]
    let after: string | undefined
    do {
      const page = await store.alerts.list({ limit: pageSize, after })
      for (const item of page.items) {
        // By creation time: history that was imported today is new in the queue.
        const isRecent = Date.parse(item.created_at) >= from
        if (isRecent) checked += 1
        const isSevere = isOpenAndSevere(item)
        if ((!isRecent && !isSevere) || !matches(item)) continue
        if (isRecent) hidden += 1
        const isReal = item.resolution === 'true_positive'
        if (isReal) truePositives += 1
        if (isSevere) openSevere += 1
        const samples = isReal ? real : isSevere ? severe : others
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
      open_severe: openSevere,
      samples: [...real, ...severe, ...others]
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

const isOpenAndSevere = ({ status, severity }: z.infer<typeof alert>): boolean =>
  openAlertStatuses.some((open) => open === status) && (severity === 'high' || severity === 'critical')
