import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { accountView, requireAccount, toAccountView } from '../account-view.ts'
import { changeAccount } from '../change-account.ts'
import { issuePasswordLink, passwordLink } from './password-link.ts'

export const resetPassword = defineOperation({
  name: 'reset_password',
  summary: 'Removes an account’s password, ends its sessions and creates a link to set a new password.',
  role: 'admin',
  input: z.strictObject({ id: z.string().max(200).describe('The account’s ID or user name.') }),
  output: accountView.extend(passwordLink).meta({ id: 'ResetAccount' }),
  async run({ id }, deps: Pick<Deps, 'store' | 'signIn' | 'now' | 'newId' | 'newSecret'> & { readonly actor: Actor }) {
    const { store, actor } = deps
    const account = await requireAccount(id, store)
    if (account.subject !== null) {
      throw new AppError('CONFLICT', `"${account.username}" signs in through your identity provider.`, {
        hint: 'Reset the password at the identity provider, or disable the account here.',
      })
    }
    const how = { actor: actor.name, action: 'reset_password', ends: true }
    const changed = await changeAccount(account, { password_hash: null }, how, deps)
    return { ...toAccountView(changed), ...(await issuePasswordLink(changed, actor.name, deps)) }
  },
})
