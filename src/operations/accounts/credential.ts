import type { Actor } from '../../schema/account/role.ts'

/** How a caller authenticated. */
export interface Credential {
  readonly actor: Actor
  readonly via: 'token' | 'session'
  /** Null for tokens from the configuration. */
  readonly tokenId: string | null
  /** The signed-in account. Null for program tokens and sign-in links. */
  readonly accountId: string | null
  readonly expiresAt: number | null
}

/**
 * Returns the rate-limit key of a caller. All sessions of an account share one key. Callers without a token are counted
 * by address.
 */
export const callerOf = ({ actor, tokenId, accountId, via }: Credential, address: string): string => {
  if (accountId !== null) return `account ${accountId}`
  // A sign-in link or token opens a new session each time, so count by name.
  if (via === 'session') return `sessions ${actor.role} ${actor.name}`
  return tokenId === null ? `address ${address} ${actor.name}` : `token ${tokenId}`
}
