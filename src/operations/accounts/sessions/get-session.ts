import { z } from 'zod'
import { role } from '../../../schema/account/role.ts'
import { defineOperation } from '../../operation.ts'
import type { Credential } from '../credential.ts'

/** The current caller. */
export const callerSession = z
  .object({
    name: z.string(),
    role,
    expires_at: z.iso.datetime().nullable(),
    /** The ID of the signed-in account; null for a sign-in link or token. */
    account: z.string().nullable(),
  })
  .meta({ id: 'Session' })

export const getSession = defineOperation({
  name: 'get_session',
  summary: 'Returns your identity, your permissions and when your session ends.',
  role: 'viewer',
  input: z.strictObject({}),
  output: callerSession,
  async run(_input, { credential }: { readonly credential: Credential }) {
    const { actor, expiresAt, accountId } = credential
    return {
      name: actor.name,
      role: actor.role,
      expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      account: accountId,
    }
  },
})
