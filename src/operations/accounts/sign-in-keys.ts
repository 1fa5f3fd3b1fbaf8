import type { Actor } from '../../schema/role.ts'
import { hashToken } from './token-secret.ts'

/** Keys that sign somebody in once, within ten minutes: what the link that the server prints carries. */
export interface SignInKeys {
  /** Makes a key; whoever redeems it becomes `actor`. */
  issue(actor: Actor): string
  /** Uses a key up. */
  redeem(key: string): Actor | undefined
}

const lifetime = 600_000

/** Keeps the keys in memory, hashed: a restart ends them, which is what a one-time key should do. */
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
