import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { defineOperation } from '../operation.ts'
import type { Credential } from './credential.ts'
import { session } from './get-session.ts'
import { openSession, type SessionDeps } from './open-session.ts'
import type { SignInKeys } from './sign-in-keys.ts'

/** Changes a one-time key, or a token, for a session. */
export const signIn = defineOperation({
  name: 'sign_in',
  summary: 'Changes the one-time key of a sign-in link, or a token, for a session in this browser.',
  role: 'viewer',
  input: z.strictObject({ key: z.string().min(1).max(500) }),
  /** `secret` is for the cookie; the door keeps it out of the body. */
  output: session.extend({ secret: z.string() }),
  async run({ key }, deps: SignInDeps) {
    const actor = deps.signInKeys.redeem(key)
    const found = actor ? { actor, accountId: null } : await deps.identify(key)
    if (!found || found.actor.role === 'ingest') {
      throw new AppError('UNAUTHENTICATED', 'The key is not valid, was used before, or is older than ten minutes.', {
        hint: 'Restart the server for a new sign-in link, or enter a token with another role than ingest.',
      })
    }
    return openSession(found.actor, found.accountId, deps)
  },
})

type SignInDeps = SessionDeps & {
  readonly signInKeys: SignInKeys
  /** Tells whose token a text is. */
  identify(token: string): Promise<Credential | undefined>
}
