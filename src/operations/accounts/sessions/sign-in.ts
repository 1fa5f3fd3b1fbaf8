import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { defineOperation } from '../../operation.ts'
import type { Credential } from '../credential.ts'
import { callerSession } from './get-session.ts'
import { openSession, type SessionDeps } from './open-session.ts'
import type { SignInKeys } from './sign-in-keys.ts'

export const signIn = defineOperation({
  name: 'sign_in',
  summary: 'Exchanges the one-time key of a sign-in link, or a token, for a session in this browser.',
  role: 'viewer',
  input: z.strictObject({ key: z.string().min(1).max(500) }),
  /** The API sends `secret` as a cookie, never in the body. */
  output: callerSession.extend({ secret: z.string() }),
  async run({ key }, deps: SignInDeps) {
    const actor = deps.signInKeys.redeem(key)
    if (actor) return openSession(actor, null, deps)
    const found = await deps.identify(key)
    if (!found || found.actor.role === 'ingest') {
      throw new AppError('UNAUTHENTICATED', 'The key is invalid, already used, or older than ten minutes.', {
        hint: 'Restart the server for a new sign-in link, or enter a token whose role is not ingest.',
      })
    }
    const { tokenId, expiresAt, via } = found
    const opener = tokenId === null || via === 'session' ? undefined : { tokenId, expiresAt }
    return openSession(found.actor, found.accountId, deps, opener)
  },
})

type SignInDeps = SessionDeps & {
  readonly signInKeys: SignInKeys
  /** Returns the credential of a token. */
  identify(token: string): Promise<Credential | undefined>
}
