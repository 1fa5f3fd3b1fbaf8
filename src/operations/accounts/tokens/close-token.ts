import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import type { Credential } from '../credential.ts'
import { revokeStoredToken } from './revoke-token.ts'

export const closeToken = defineOperation({
  name: 'close_token',
  summary: 'Revokes the calling token, if a sign-in issued it.',
  role: 'viewer',
  input: z.object({}),
  output: z.object({ message: z.string() }),
  async run(_input, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor; readonly credential: Credential }) {
    const { accountId, tokenId } = deps.credential
    if (accountId === null || tokenId === null) {
      throw new AppError('CONFLICT', 'This token was not issued by a sign-in.', {
        hint: 'Revoke the token instead.',
      })
    }
    await revokeStoredToken(tokenId, 'sign_out', deps)
    return { message: 'Logged out' }
  },
})
