import { messageOf } from '../../errors.ts'
import type { QueryShape } from '../../lib/query-shape/query-shape.ts'
import type { QueryReading, ResultRecord } from '../../schema/query-result.ts'

/** A language model request about a result. */
export interface QueryQuestion {
  readonly query: string
  readonly operation_name: string | null
  readonly role: string | null
  readonly dataset: string
  readonly shape: QueryShape
  /** Some records of the result, and some that the query gave before. */
  readonly records: readonly ResultRecord[]
  readonly former: readonly ResultRecord[]
}

/** Asks a language model to comment on a query and its results. */
export type ReadQuery = (question: QueryQuestion) => Promise<QueryReading>

const silent = { records: [], concerns: [], recommendations: [] }

/** Asks a model if one is configured and there is an earlier result to compare with. If the model fails, only its comment is missing. */
export const readQueryWith = async (
  readQuery: ReadQuery | undefined,
  question: QueryQuestion,
): Promise<QueryReading> => {
  if (!readQuery) return { status: 'not_configured', ...silent }
  if (question.former.length === 0) return { status: 'nothing_to_compare', ...silent }
  try {
    return await readQuery(question)
  } catch (error) {
    return { status: 'failed', problem: messageOf(error), ...silent }
  }
}
