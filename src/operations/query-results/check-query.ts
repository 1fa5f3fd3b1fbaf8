import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Checks a query before it runs. Stores nothing. */
export const checkQuery = defineOperation({
  name: 'check_query',
  summary: 'Checks a query before it runs, and says which blocked expression it matches.',
  role: 'ingest',
  input: z.strictObject({ query: z.string().min(1).max(200_000).describe('The text of the query.') }),
  output: z.object({ blocked_by: z.string().nullable() }),
  async run({ query }, { queryGuard }: { readonly queryGuard: Pick<Deps['queryGuard'], 'blockedBy'> }) {
    return { blocked_by: queryGuard.blockedBy(query) ?? null }
  },
})
