import { z } from 'zod'
import { suppression } from '../../schema/suppression.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf } from '../paging.ts'

/** Lists the suppressions, newest first, with the number of alerts that each has hidden. */
export const listSuppressions = defineOperation({
  name: 'list_suppressions',
  summary: 'Lists suppressions with owner, reason, expiry and hit count.',
  role: 'viewer',
  input: z.strictObject({}),
  output: pageOf(suppression),
  async run(_input, { store }: Pick<Deps, 'store'>) {
    const all = await store.suppressions.list()
    return { data: all.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1)), next_cursor: null }
  },
})
