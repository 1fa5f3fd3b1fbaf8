import { z } from 'zod'
import { resultAnalysis, resultRecord } from '../../schema/query-result.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const scoreQueryRecord = defineOperation({
  name: 'judge_query_record',
  summary: 'Scores one record against the earlier results of its query. Stores and learns nothing.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().min(1).max(200), record: resultRecord }),
  output: resultAnalysis,
  async run({ id, record }, { queryGuard }: Pick<Deps, 'queryGuard'>) {
    return queryGuard.judge(id, record)
  },
})
