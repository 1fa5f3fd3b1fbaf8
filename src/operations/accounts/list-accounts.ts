import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { accountView, toAccountView } from './account-view.ts'

export const listAccounts = defineOperation({
  name: 'list_accounts',
  summary: 'Lists user accounts by name.',
  role: 'admin',
  input: z.strictObject({}),
  output: z.object({ data: z.array(accountView), next_cursor: z.string().nullable() }),
  async run(_input, { store }: Pick<Deps, 'store'>) {
    return { data: (await store.accounts.list()).map(toAccountView), next_cursor: null }
  },
})
