import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { accountRole, username } from '../../schema/account/account.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { accountView, toAccountView } from './account-view.ts'
import { issuePasswordLink, passwordLink } from './passwords/password-link.ts'

export const createAccount = defineOperation({
  name: 'create_account',
  summary: 'Creates an account without a password, and a link to set one.',
  role: 'admin',
  input: z.strictObject({
    username,
    role: accountRole.default('analyst').describe('The role of the account.'),
    email: z.email().max(254).optional(),
    full_name: z.string().trim().min(1).max(200).optional(),
  }),
  output: accountView.extend(passwordLink).meta({ id: 'NewAccount' }),
  async run({ username, role, email, full_name }, deps: AccountDeps) {
    const { store, now, actor } = deps
    const time = now()
    const account = await store.transaction(async (tx) => {
      const created = await store.accounts.create(
        {
          ...{ username, role, email: email ?? null, full_name: full_name ?? null },
          ...{ is_active: true, password_hash: null, subject: null, created_at: time, updated_at: time },
        },
        tx,
      )
      if (!created) {
        throw new AppError('CONFLICT', `Account "${username}" already exists.`, {
          hint: 'Change the account, or reset its password.',
        })
      }
      const change = { target_type: 'account', target_id: created.id, old_values: null }
      const entry = { ...change, time, actor: actor.name, action: 'create_account', new_values: toAccountView(created) }
      await store.audit.append([entry], tx)
      return created
    })
    return { ...toAccountView(account), ...(await issuePasswordLink(account, actor.name, deps)) }
  },
})

type AccountDeps = Pick<Deps, 'store' | 'signIn' | 'now' | 'newId' | 'newSecret'> & { readonly actor: Actor }
