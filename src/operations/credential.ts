import type { Actor } from '../schema/role.ts'

/** How somebody proved who they are. */
export interface Credential {
  readonly actor: Actor
  readonly via: 'token' | 'session'
  /** Null for the tokens that the configuration sets. */
  readonly tokenId: string | null
  readonly expiresAt: number | null
}
