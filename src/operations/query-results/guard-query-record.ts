import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { resultAnalysis, resultRecord } from '../../schema/query-result.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { guardQueryResults } from './guard-query-results.ts'

/** Scores one record against the earlier results of its query. Stores it unless its dataset is excluded. */
export const guardQueryRecord = defineOperation({
  name: 'guard_query_record',
  summary: 'Scores one record against the earlier results of its query and stores it.',
  role: 'ingest',
  input: z.strictObject({ id: z.string().min(1).max(200), record: resultRecord }),
  output: resultAnalysis,
  async run({ id, record }, deps: Pick<Deps, 'queryGuard' | 'intake' | 'now'> & { readonly actor: Actor }) {
    const dataset = await deps.queryGuard.datasetOf(id, record)
    const { analyses } = await guardQueryResults.run({ query_id: id, datasets: { [dataset]: [record] } }, deps)
    return analyses[0] ?? deps.queryGuard.judge(id, record)
  },
})
