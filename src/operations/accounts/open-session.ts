import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { keepToken } from './keep-token.ts'
import { hashToken, spellToken } from './token-secret.ts'
import { sessionPrefix } from './token-view.ts'

export type SessionDeps = Pick<Deps, 'store' | 'entry' | 'now' | 'newId' | 'newSecret'>

/** Opens a session for whoever proved who they are; its secret is for the cookie alone. */
export const openSession = async (
  { name, role }: Actor,
  accountId: string | null,
  { store, entry, now, newId, newSecret }: SessionDeps,
) => {
  const secret = spellToken('session', newSecret())
  const created_at = now()
  const expires_at = created_at + entry.session.lifetime
  const token = {
    id: `${sessionPrefix}${newId()}`,
    name,
    role,
    hash: hashToken(secret),
    created_at,
    expires_at,
    last_used_at: created_at,
    revoked_at: null,
    user_id: accountId,
  }
  await keepToken(token, 'sign_in', name, { store })
  if (accountId !== null) {
    await store.transaction((tx) => store.accounts.change(accountId, { last_login_at: created_at }, tx))
  }
  return { name, role, expires_at: new Date(expires_at).toISOString(), account: accountId, secret }
}
