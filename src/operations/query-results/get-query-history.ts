import { z } from 'zod'
import { resultRecord } from '../../schema/query-result.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Lists the records that a query returned, the newest first. */
export const getQueryHistory = defineOperation({
  name: 'get_query_history',
  summary: 'Lists the stored records of a query, newest first.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().min(1).max(200),
    dataset: z.string().max(500).optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
  }),
  output: z
    .object({
      query_id: z.string(),
      /** The number of all results. */
      total: z.int(),
      data: z.array(
        z.object({ dataset: z.string(), record: resultRecord, received_at: z.iso.datetime(), odd: z.boolean() }),
      ),
    })
    .meta({ id: 'QueryHistory' }),
  async run({ id, dataset, limit }, { store }: { readonly store: Pick<Deps['store'], 'queryResults'> }) {
    const streams = await store.queryResults.streams(id)
    const results = await store.queryResults.newest(id, dataset, limit)
    return {
      query_id: id,
      total: streams
        .filter((stream) => dataset === undefined || stream.dataset === dataset)
        .reduce((sum, { records }) => sum + records, 0),
      data: results
        .toReversed()
        .flatMap(({ records, odd, received_at, dataset: name }) =>
          records
            .map((record, place) => ({
              dataset: name,
              record,
              received_at: new Date(received_at).toISOString(),
              odd: odd.includes(place),
            }))
            .reverse(),
        )
        .slice(0, limit),
    }
  },
})
