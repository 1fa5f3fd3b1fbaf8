import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const listQueries = defineOperation({
  name: 'list_queries',
  summary: 'Lists the monitored queries, most recent first.',
  role: 'viewer',
  input: z.strictObject({ limit: z.int().min(1).max(1_000).default(100) }),
  output: z.object({
    data: z.array(
      z.object({
        query_id: z.string(),
        operation_name: z.string().nullable(),
        query: z.string(),
        complexity: z.number(),
        times: z.int(),
        first_seen: z.iso.datetime(),
        last_seen: z.iso.datetime(),
      }),
    ),
  }),
  async run({ limit }, { store }: { readonly store: Pick<Deps['store'], 'queryResults'> }) {
    const queries = await store.queryResults.queries(limit)
    return {
      data: queries.map(({ query_text, first_seen, last_seen, ...query }) => ({
        ...query,
        query: query_text,
        first_seen: new Date(first_seen).toISOString(),
        last_seen: new Date(last_seen).toISOString(),
      })),
    }
  },
})
