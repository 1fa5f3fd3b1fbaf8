import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { changeAccount } from './change-account.ts'
import { checkNewPassword, password } from './password-rules.ts'
import { hashToken, readToken } from './token-secret.ts'

/** Sets a password with the key of a link. */
export const setPassword = defineOperation({
  name: 'set_password',
  summary: 'Sets a password with the key of a link that an admin made; it works once.',
  role: 'viewer',
  input: z.strictObject({ key: z.string().min(1).max(500), new_password: password }),
  output: z.object({ username: z.string() }),
  async run({ key, new_password }, deps: Pick<Deps, 'store' | 'entry' | 'now'>) {
    const { store, entry, now } = deps
    const link = readToken(key)?.purpose === 'password' ? await store.tokens.findByHash(hashToken(key)) : undefined
    const isGood = link?.user_id != null && link.revoked_at === null && (link.expires_at ?? 0) > now()
    const account = isGood ? await store.accounts.get(link.user_id) : undefined
    if (!account?.is_active) {
      throw new AppError('UNAUTHENTICATED', 'The link is not valid, was used before, or is older than a day.', {
        hint: 'Ask an admin for another: `vedette account reset NAME`.',
      })
    }
    checkNewPassword(new_password, account)
    const password_hash = await entry.passwords.hash(new_password)
    // The link ends with everything else that was open in this name.
    const how = { actor: account.username, action: 'set_password', ends: true }
    await changeAccount(account, { password_hash }, how, deps)
    return { username: account.username }
  },
})
