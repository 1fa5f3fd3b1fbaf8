import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { accountView, toAccountView } from './account-view.ts'
import type { Credential } from './credential.ts'

export const getOwnAccount = defineOperation({
  name: 'get_own_account',
  summary: 'Returns the account that you are signed in with.',
  role: 'viewer',
  input: z.strictObject({}),
  output: accountView,
  async run(_input, { store, credential }: Pick<Deps, 'store'> & { readonly credential: Credential }) {
    const account = credential.accountId === null ? undefined : await store.accounts.get(credential.accountId)
    if (account) return toAccountView(account)
    throw new AppError('NOT_FOUND', 'You are not signed in with an account.', {
      hint: 'GET /api/v1/session describes your token or sign-in link.',
    })
  },
})
