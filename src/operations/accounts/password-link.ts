import { z } from 'zod'
import { roleOf } from '../../schema/account.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import type { Deps } from '../deps.ts'
import { keepToken } from './keep-token.ts'
import { hashToken, spellToken } from './token-secret.ts'
import { passwordLinkPrefix } from './token-view.ts'

const lifetime = 24 * 3_600_000

/** A link to set a password with. It works once, within a day. */
export const passwordLink = {
  /** Behind the `#`, which browsers send nowhere. Without an address in front when the configuration tells none. */
  link: z.string(),
  link_expires_at: z.iso.datetime(),
}

/** Makes such a link for an account. Passwords are never made or mailed by us: their owner alone knows them. */
export const issuePasswordLink = async (
  account: Account,
  actor: string,
  { store, entry, now, newId, newSecret }: Pick<Deps, 'store' | 'entry' | 'now' | 'newId' | 'newSecret'>,
) => {
  const key = spellToken('password', newSecret())
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
  await keepToken(token, 'create_password_link', actor, { store })
  return { link: `${entry.publicUrl}/#p=${key}`, link_expires_at: new Date(expires_at).toISOString() }
}
