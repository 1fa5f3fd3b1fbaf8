import type { Actor } from '../../schema/role.ts'

/** How somebody proved who they are. */
export interface Credential {
  readonly actor: Actor
  readonly via: 'token' | 'session'
  /** Null for the tokens that the configuration sets. */
  readonly tokenId: string | null
  /** The account that is signed in; null for tokens of programs and for sign-in links. */
  readonly accountId: string | null
  readonly expiresAt: number | null
}

/**
 * Names the account or token that asks, for limits: sign-in sessions of one account count together. Callers without a token share the
 * name of their port, and count by address.
 */
export const callerOf = ({ actor, tokenId, accountId, via }: Credential, address: string): string => {
  if (accountId !== null) return `account ${accountId}`
  // A sign-in link or a token makes a new session each time.
  if (via === 'session') return `sessions ${actor.role} ${actor.name}`
  return tokenId === null ? `address ${address} ${actor.name}` : `token ${tokenId}`
}
