import type { Actor } from '../schema/role.ts'

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
