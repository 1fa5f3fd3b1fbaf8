import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import type { Credential } from './credential.ts'
import { revoke } from './revoke-token.ts'

/** Ends the token or session that asks, when it came from a sign-in. */
export const closeToken = defineOperation({
  name: 'close_token',
  summary: 'Ends the token that a sign-in gave.',
  role: 'viewer',
  input: z.object({}),
  output: z.object({ message: z.string() }),
  async run(_input, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor; readonly credential: Credential }) {
    const { accountId, tokenId } = deps.credential
    if (accountId === null || tokenId === null) {
      throw new AppError('CONFLICT', 'This token came from no sign-in, so there is none to end.', {
        hint: 'Revoke the token to end it.',
      })
    }
    await revoke(tokenId, 'sign_out', deps)
    return { message: 'Logged out' }
  },
})
