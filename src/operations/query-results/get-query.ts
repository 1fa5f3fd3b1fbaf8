import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const moment = z.iso.datetime()

/** An unknown query has an empty summary. */
export const getQuery = defineOperation({
  name: 'get_query',
  summary: 'Summarizes the stored results and models of a query.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().min(1).max(200) }),
  output: z
    .object({
      query_id: z.string(),
      records: z.int(),
      datasets: z.array(
        z.object({
          dataset: z.string(),
          records: z.int(),
          last_received_at: moment.nullable(),
          /** Null until there are enough records. */
          model: z.object({ features: z.int(), records: z.int(), updated_at: moment }).nullable(),
        }),
      ),
      /** Regular expressions of excluded datasets. */
      excluded_patterns: z.array(z.string()),
    })
    .meta({ id: 'GuardedQuery' }),
  async run({ id }, { queryGuard }: Pick<Deps, 'queryGuard'>) {
    const known = await queryGuard.about(id)
    return {
      query_id: id,
      records: known.reduce((sum, { records }) => sum + records, 0),
      datasets: known.map(({ dataset, records, last_received_at, model }) => ({
        dataset,
        records,
        last_received_at: last_received_at === null ? null : new Date(last_received_at).toISOString(),
        model: model && {
          features: model.features,
          records: model.records,
          updated_at: new Date(model.updated_at).toISOString(),
        },
      })),
      excluded_patterns: [...queryGuard.excludedPatterns],
    }
  },
})
