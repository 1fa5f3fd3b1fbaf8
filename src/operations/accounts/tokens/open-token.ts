import { z } from 'zod'
import { defineOperation } from '../../operation.ts'
import { accountView, toAccountView } from '../account-view.ts'
import { actorOf, checkPassword } from '../passwords/check-password.ts'
import { password } from '../passwords/password-rules.ts'
import type { SessionDeps } from '../sessions/open-session.ts'
import { storeToken } from './store-token.ts'
import { formatToken, hashToken } from './token-secret.ts'

const lifetimeSeconds = 3_600

export const openToken = defineOperation({
  name: 'open_token',
  summary: 'Exchanges a user name and password for a token that is valid for one hour.',
  role: 'viewer',
  input: z.strictObject({ username: z.string().trim().toLowerCase().min(1).max(200), password }),
  output: z.object({ access_token: z.string(), expires_in: z.int(), user: accountView }),
  async run({ username, password }, deps: SessionDeps & { readonly address: string }) {
    const account = await checkPassword(username, password, deps)
    const { name, role } = actorOf(account)
    const secret = formatToken(role, deps.newSecret())
    const created_at = deps.now()
    const token = {
      ...{ id: `token-${deps.newId()}`, name, role, hash: hashToken(secret), user_id: account.id, revoked_at: null },
      ...{ created_at, expires_at: created_at + lifetimeSeconds * 1_000, last_used_at: created_at },
    }
    await storeToken(token, 'sign_in', name, deps)
    return { access_token: secret, expires_in: lifetimeSeconds, user: toAccountView(account) }
  },
})
