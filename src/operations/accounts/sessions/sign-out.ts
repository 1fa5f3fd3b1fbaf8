import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import type { Credential } from '../credential.ts'
import { revokeStoredToken } from '../tokens/revoke-token.ts'

export const signOut = defineOperation({
  name: 'sign_out',
  summary: 'Ends the session of this browser.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ signed_out: z.literal(true) }),
  async run(_input, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor; readonly credential: Credential }) {
    const { via, tokenId } = deps.credential
    if (via !== 'session' || tokenId === null) {
      throw new AppError('CONFLICT', 'You are signed in with a token, not with a session.', {
        hint: 'Revoke the token instead.',
      })
    }
    await revokeStoredToken(tokenId, 'sign_out', deps)
    return { signed_out: true as const }
  },
})
