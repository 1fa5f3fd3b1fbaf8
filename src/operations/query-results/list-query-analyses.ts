import { z } from 'zod'
import { resultAnalysis } from '../../schema/query-result.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const listQueryAnalyses = defineOperation({
  name: 'list_query_analyses',
  summary: 'Lists the anomalous results of queries, newest first.',
  role: 'viewer',
  input: z.strictObject({
    query_id: z.string().max(200).optional(),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({ data: z.array(resultAnalysis) }),
  async run({ query_id, limit }, { store }: { readonly store: Pick<Deps['store'], 'queryResults'> }) {
    return { data: [...(await store.queryResults.analyses(query_id, limit))] }
  },
})
