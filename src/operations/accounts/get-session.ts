import { z } from 'zod'
import { role } from '../../schema/role.ts'
import { defineOperation } from '../operation.ts'
import type { Credential } from './credential.ts'

/** Who is asking, as they may see it. */
export const session = z
  .object({
    name: z.string(),
    role,
    expires_at: z.iso.datetime().nullable(),
    /** The id of the account that is signed in; null for a link or a token. */
    account: z.string().nullable(),
  })
  .meta({ id: 'Session' })

/** Tells the caller who they are and until when. */
export const getSession = defineOperation({
  name: 'get_session',
  summary: 'Tells who you are, what you may do, and until when.',
  role: 'viewer',
  input: z.strictObject({}),
  output: session,
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
