import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { storeToken } from '../tokens/store-token.ts'
import { formatToken, hashToken } from '../tokens/token-secret.ts'
import { sessionPrefix, sessionPrefixOf } from '../tokens/token-view.ts'

export type SessionDeps = Pick<Deps, 'store' | 'signIn' | 'now' | 'newId' | 'newSecret'>

/**
 * Opens a session for an authenticated caller. The secret goes into the cookie only. A session that a token opens ends with the token at the
 * latest.
 */
export const openSession = async (
  { name, role }: Actor,
  accountId: string | null,
  { store, signIn, now, newId, newSecret }: SessionDeps,
  opener?: { readonly tokenId: string; readonly expiresAt: number | null },
) => {
  const secret = formatToken('session', newSecret())
  const created_at = now()
  const expires_at = Math.min(created_at + signIn.session.lifetime, opener?.expiresAt ?? Number.POSITIVE_INFINITY)
  const token = {
    id: `${opener === undefined ? sessionPrefix : sessionPrefixOf(opener.tokenId)}${newId()}`,
    name,
    role,
    hash: hashToken(secret),
    created_at,
    expires_at,
    last_used_at: created_at,
    revoked_at: null,
    user_id: accountId,
  }
  await storeToken(token, 'sign_in', name, { store })
  if (accountId !== null) {
    await store.transaction((tx) => store.accounts.change(accountId, { last_login_at: created_at }, tx))
  }
  return { name, role, expires_at: new Date(expires_at).toISOString(), account: accountId, secret }
}
