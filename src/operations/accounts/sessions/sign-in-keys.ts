import type { Actor } from '../../../schema/account/role.ts'
import { hashToken } from '../tokens/token-secret.ts'

/** One-time keys in the sign-in links that the server prints. A key is valid for ten minutes. */
export interface SignInKeys {
  /** Creates a key that signs in as `actor`. */
  issue(actor: Actor): string
  /** Consumes a key. */
  redeem(key: string): Actor | undefined
}

const lifetime = 600_000

/** Stores hashed keys in memory. A restart invalidates them, as one-time keys should be. */
export const createSignInKeys = ({
  now,
  newSecret,
}: {
  readonly now: () => number
  readonly newSecret: () => string
}): SignInKeys => {
  const keys = new Map<string, { readonly actor: Actor; readonly expiresAt: number }>()
  return {
    issue(actor) {
      for (const [hash, { expiresAt }] of keys) if (expiresAt <= now()) keys.delete(hash)
      const key = newSecret()
      keys.set(hashToken(key), { actor, expiresAt: now() + lifetime })
      return key
    },
    redeem(key) {
      const hash = hashToken(key)
      const found = keys.get(hash)
      keys.delete(hash)
      return found && found.expiresAt > now() ? found.actor : undefined
    },
  }
}
