import { z } from 'zod'
import { resultAnalysis, resultRecord } from '../../schema/query-result.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Judges one record by what a query returned before; keeps and learns nothing. */
export const judgeQueryRecord = defineOperation({
  name: 'judge_query_record',
  summary: 'Judges one record by what a query returned before; keeps and learns nothing.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().min(1).max(200), record: resultRecord }),
  output: resultAnalysis,
  async run({ id, record }, { queryGuard }: Pick<Deps, 'queryGuard'>) {
    return queryGuard.judge(id, record)
  },
})
