import { z } from 'zod'
import { day } from '../../../lib/units/time.ts'
import { roleOf } from '../../../schema/account/account.ts'
import type { Account } from '../../../store/accounts/accounts.ts'
import type { Deps } from '../../deps.ts'
import { storeToken } from '../tokens/store-token.ts'
import { formatToken, hashToken } from '../tokens/token-secret.ts'
import { passwordLinkPrefix } from '../tokens/token-view.ts'

const lifetime = day

/** A link to set a password. It works once, within a day. */
export const passwordLink = {
  /** The key is in the fragment, which browsers do not send. A relative URL if the public URL is not configured. */
  link: z.string(),
  link_expires_at: z.iso.datetime(),
}

/** Creates a password link for an account. The server never creates or mails passwords. */
export const issuePasswordLink = async (
  account: Account,
  actor: string,
  { store, signIn, now, newId, newSecret }: Pick<Deps, 'store' | 'signIn' | 'now' | 'newId' | 'newSecret'>,
) => {
  const key = formatToken('password', newSecret())
  const created_at = now()
  const expires_at = created_at + lifetime
  const token = {
    id: `${passwordLinkPrefix}${newId()}`,
    name: account.username,
    role: roleOf[account.role],
    hash: hashToken(key),
    created_at,
    expires_at,
    last_used_at: null,
    revoked_at: null,
    user_id: account.id,
  }
  await storeToken(token, 'create_password_link', actor, { store })
  return { link: `${signIn.publicUrl}/#p=${key}`, link_expires_at: new Date(expires_at).toISOString() }
}
