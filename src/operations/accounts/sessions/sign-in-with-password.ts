import { z } from 'zod'
import { defineOperation } from '../../operation.ts'
import { actorOf, checkPassword } from '../passwords/check-password.ts'
import { password } from '../passwords/password-rules.ts'
import { callerSession } from './get-session.ts'
import { openSession, type SessionDeps } from './open-session.ts'

export const signInWithPassword = defineOperation({
  name: 'sign_in_with_password',
  summary: 'Exchanges a user name and password for a session in this browser.',
  role: 'viewer',
  input: z.strictObject({ username: z.string().trim().toLowerCase().min(1).max(200), password }),
  /** The API sends `secret` as a cookie, never in the body. */
  output: callerSession.extend({ secret: z.string() }),
  async run({ username, password }, deps: SessionDeps & { readonly address: string }) {
    const account = await checkPassword(username, password, deps)
    return openSession(actorOf(account), account.id, deps)
  },
})
