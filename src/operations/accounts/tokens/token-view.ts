import { z } from 'zod'
import { role } from '../../../schema/account/role.ts'
import type { Token } from '../../../store/accounts/tokens.ts'

/** A token without its secret or hash. */
export const tokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    /** A `session` belongs to a browser and a `token` to a program. A `password_link` sets a password once. */
    kind: z.enum(['token', 'session', 'password_link']),
    /** The owning account. */
    account_id: z.string().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Token' })
export type TokenView = z.infer<typeof tokenView>

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

export const toTokenView = (token: Token): TokenView => ({
  id: token.id,
  name: token.name,
  role: token.role,
  kind: kindOf(token.id),
  account_id: token.user_id,
  created_at: new Date(token.created_at).toISOString(),
  expires_at: iso(token.expires_at),
  last_used_at: iso(token.last_used_at),
  revoked_at: iso(token.revoked_at),
})

/** Prefixes of the IDs of sessions and password links. */
export const sessionPrefix = 'session-'
export const passwordLinkPrefix = 'password-'

/** Begins the IDs of the sessions that a token opened, which end when it is revoked. */
export const sessionPrefixOf = (tokenId: string): string => `${sessionPrefix}${tokenId}.`

const kindOf = (id: string): TokenView['kind'] =>
  id.startsWith(sessionPrefix) ? 'session' : id.startsWith(passwordLinkPrefix) ? 'password_link' : 'token'
