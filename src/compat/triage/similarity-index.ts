import { z } from 'zod'
import { readAlertBody } from '../../api/rest/alert-body.ts'
import { presentIn } from '../../api/rest/envelope.ts'
import type { Refuse, Route } from '../../api/rest/route.ts'
import { embeddingLength, embedTexts } from '../../operations/alerts/embed-texts.ts'
import { ingestAlert } from '../../operations/alerts/ingest-alert.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'

/** Shows how many alerts the similarity search covers. */
export const getSimilarityIndex = defineOperation({
  name: 'get_similarity_index',
  summary: 'Returns the number of alerts that the similarity search covers, for clients of the triage services.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    total_vectors: z.int(),
    dimension: z.int(),
    index_type: z.string(),
    last_updated: z.iso.datetime(),
  }),
  async run(_input, { store, now }: Pick<Deps, 'store' | 'now'>) {
    return {
      total_vectors: await store.alerts.total(),
      dimension: embeddingLength,
      index_type: 'inverted',
      last_updated: new Date(now()).toISOString(),
    }
  },
})

/** The routes of the similarity search other than the search. Every alert is in the index, so indexing an alert ingests it. */
export const similarityIndexRoutes = (refuse: Refuse): readonly Route[] => [
  {
    ...{ method: 'POST', path: '/api/v1/embeddings', operation: embedTexts },
    ...{ hide: true, present: presentIn(''), refuse },
  },
  { method: 'GET', path: '/api/v1/stats', operation: getSimilarityIndex, hide: true, present: presentIn(''), refuse },
  {
    ...{ method: 'POST', path: '/api/v1/index', operation: ingestAlert, hide: true, refuse },
    async read(request) {
      const { body, ...rest } = await readAlertBody(request)
      // In addition to a triage result, the alert is a member of its own.
      const wrapped = z.object({ alert: z.unknown() }).safeParse(body)
      return { body: wrapped.success ? wrapped.data.alert : body, ...rest }
    },
    present: (answer, request, reply) => {
      const { alert_id } = ingestAlert.output.parse(answer)
      return {
        ...z.looseObject({}).parse(presentIn('')(answer, request, reply)),
        message: `Alert ${alert_id} indexed successfully`,
      }
    },
  },
]
