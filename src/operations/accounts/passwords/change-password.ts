import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { changeAccount } from '../change-account.ts'
import type { Credential } from '../credential.ts'
import { checkPassword } from './check-password.ts'
import { checkNewPassword, password } from './password-rules.ts'

export const changePassword = defineOperation({
  name: 'change_password',
  summary: 'Changes your own password and ends your other sessions.',
  role: 'viewer',
  input: z.strictObject({ password, new_password: password }),
  output: z.object({ username: z.string() }),
  async run(
    { password, new_password },
    deps: Pick<Deps, 'store' | 'signIn' | 'now'> & { readonly credential: Credential; readonly address: string },
  ) {
    const { accountId, actor, tokenId } = deps.credential
    const own = accountId === null ? undefined : await deps.store.accounts.get(accountId)
    if (!own || own.password_hash === null) {
      throw new AppError('CONFLICT', 'You did not sign in with a password, so you cannot change it.')
    }
    const account = await checkPassword(own.username, password, deps)
    checkNewPassword(new_password, account)
    const password_hash = await deps.signIn.passwords.hash(new_password)
    const how = { actor: actor.name, action: 'change_password', ends: true, ...(tokenId && { keepToken: tokenId }) }
    await changeAccount(account, { password_hash }, how, deps)
    return { username: account.username }
  },
})
