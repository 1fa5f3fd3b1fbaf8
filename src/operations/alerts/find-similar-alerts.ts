import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { alertWords } from '../../pipeline/triage/alert-words.ts'
import { alertFeatures } from '../../pipeline/triage/features.ts'
import { foundFrom, type Likeness, similarFrom } from '../../pipeline/triage/history.ts'
import { alert } from '../../schema/alert/alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireAlert } from './require-alert.ts'

const like = alert
  .pick({ type: true, detectors: true, techniques: true, entities: true, title: true, source: true })
  .partial()
  .strict()

export const findSimilarAlerts = defineOperation({
  name: 'find_similar_alerts',
  summary: 'Finds alerts that are similar to an alert or a description, by type, text, techniques and entities.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(1_024).optional().describe('The ID of the alert to compare with.'),
    alert: like.optional().describe('A description to compare with.'),
    top_k: z.int().min(1).max(100).default(10).describe('The maximum number of alerts.'),
    min_similarity: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        `The minimum similarity, 0–1; ${similarFrom} to an alert and ${foundFrom} to a description by default.`,
      ),
  }),
  output: z.object({
    data: z.array(
      z
        .object({
          similarity: z.number(),
          /** The shared properties, such as `host:web-01`. */
          matched: z.array(z.string()),
          alert,
        })
        .meta({ id: 'SimilarAlertFound' }),
    ),
  }),
  async run({ id, alert: described, top_k, min_similarity }, { store, history }: Pick<Deps, 'store' | 'history'>) {
    const likeness = await readLikeness(store, id, described)
    const found =
      likeness.id === undefined
        ? await history.search(likeness, { most: top_k, least: min_similarity ?? foundFrom })
        : await history.find(likeness, { most: top_k, least: min_similarity ?? similarFrom, except: likeness.id })
    const wanted = new Set([...alertFeatures(likeness), ...(likeness.id === undefined ? alertWords(likeness) : [])])
    const alerts = await store.alerts.load(found.map(({ entry }) => entry.id))
    const byId = new Map(alerts.map((one) => [one.id, one]))
    return {
      data: found.flatMap(({ entry, similarity }) => {
        const one = byId.get(entry.id)
        return one
          ? [
              {
                similarity,
                matched: [...new Set([...alertFeatures(entry), ...alertWords(entry)])].filter((feature) =>
                  wanted.has(feature),
                ),
                alert: one,
              },
            ]
          : []
      }),
    }
  },
})

const readLikeness = async (
  store: Deps['store'],
  id: string | undefined,
  described: z.output<typeof like> | undefined,
): Promise<Likeness & { readonly id?: string }> => {
  if ((id === undefined) === (described === undefined)) {
    throw new AppError('INVALID_REQUEST', 'Give either the ID of an alert or a description.', {
      errors: [{ path: 'id', message: 'give either id or alert', hint: '{"alert":{"type":"malware","entities":[…]}}' }],
    })
  }
  if (id === undefined) {
    const { type = 'other', detectors = [], techniques = [], entities = [], title = '', source = '' } = described ?? {}
    return { type, detectors, techniques, entities, title, source }
  }
  return requireAlert(store, id)
}
