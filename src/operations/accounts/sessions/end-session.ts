import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import type { Credential } from '../credential.ts'
import { revokeStoredToken } from '../tokens/revoke-token.ts'

export const endSession = defineOperation({
  name: 'end_session',
  summary: 'Ends one of your own sessions.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), ended: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor; readonly credential: Credential }) {
    const { accountId } = deps.credential
    const own = accountId === null ? [] : await deps.store.tokens.of(accountId)
    // Answer the same way for other people’s sessions, so that their IDs cannot be probed.
    if (!own.some((one) => one.id === id)) {
      throw new AppError('NOT_FOUND', `You have no session "${id}".`, { hint: 'List your sessions to see their IDs.' })
    }
    await revokeStoredToken(id, 'end_session', deps)
    return { id, ended: true as const }
  },
})
