import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { changeAccount } from '../change-account.ts'
import { hashToken, readToken } from '../tokens/token-secret.ts'
import { checkNewPassword, password } from './password-rules.ts'

export const setPassword = defineOperation({
  name: 'set_password',
  summary: 'Sets a password with the key of a password link. The key works once.',
  role: 'viewer',
  input: z.strictObject({ key: z.string().min(1).max(500), new_password: password }),
  output: z.object({ username: z.string() }),
  async run({ key, new_password }, deps: Pick<Deps, 'store' | 'signIn' | 'now'>) {
    const { store, signIn, now } = deps
    const link = readToken(key)?.purpose === 'password' ? await store.tokens.findByHash(hashToken(key)) : undefined
    const isGood = link?.user_id != null && link.revoked_at === null && (link.expires_at ?? 0) > now()
    const account = isGood ? await store.accounts.get(link.user_id) : undefined
    if (!account?.is_active) {
      throw new AppError('UNAUTHENTICATED', 'The link is invalid, already used, or older than a day.', {
        hint: 'Ask an admin for a new link: `vedette account reset NAME`.',
      })
    }
    checkNewPassword(new_password, account)
    const password_hash = await signIn.passwords.hash(new_password)
    // `ends` also revokes the link itself.
    const how = { actor: account.username, action: 'set_password', ends: true }
    await changeAccount(account, { password_hash }, how, deps)
    return { username: account.username }
  },
})
