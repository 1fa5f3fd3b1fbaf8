import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { Actor } from '../schema/role.ts'
import { session } from './get-session.ts'
import { keepToken } from './keep-token.ts'
import { defineOperation } from './operation.ts'
import type { SignInKeys } from './sign-in-keys.ts'
import { hashToken, spellToken } from './token-secret.ts'
import { sessionPrefix } from './token-view.ts'
import type { World } from './world.ts'

const sessionLifetime = 12 * 3_600_000

/** Changes a one-time key, or a token, for a session of twelve hours. */
export const signIn = defineOperation({
  name: 'sign_in',
  summary: 'Changes the one-time key of a sign-in link, or a token, for a session in this browser.',
  role: 'viewer',
  input: z.strictObject({ key: z.string().min(1).max(500) }),
  /** `secret` is for the cookie; the door keeps it out of the body. */
  output: session.extend({ secret: z.string() }),
  async run({ key }, { store, now, newId, newSecret, signInKeys, identify }: SignInWorld) {
    const actor = signInKeys.redeem(key) ?? (await identify(key))
    if (!actor || actor.role === 'ingest') {
      throw new AppError('UNAUTHENTICATED', 'The key is not valid, was used before, or is older than ten minutes.', {
        hint: 'Restart the server for a new sign-in link, or enter a token with the role viewer, analyst or admin.',
      })
    }
    const secret = spellToken('session', newSecret())
    const created_at = now()
    const token = {
      id: `${sessionPrefix}${newId()}`,
      name: actor.name,
      role: actor.role,
      hash: hashToken(secret),
      created_at,
      expires_at: created_at + sessionLifetime,
      last_used_at: created_at,
      revoked_at: null,
    }
    await keepToken(token, 'sign_in', actor.name, { store })
    return { name: actor.name, role: actor.role, expires_at: new Date(token.expires_at).toISOString(), secret }
  },
})

type SignInWorld = Pick<World, 'store' | 'now' | 'newId' | 'newSecret'> & {
  readonly signInKeys: SignInKeys
  /** Tells whose token a text is. */
  identify(token: string): Promise<Actor | undefined>
}
