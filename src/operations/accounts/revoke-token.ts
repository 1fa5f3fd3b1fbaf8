import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Ends a token or a session at once. */
export const revokeToken = defineOperation({
  name: 'revoke_token',
  summary: 'Ends a token or a session at once.',
  role: 'admin',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), revoked: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    if (!(await revoke(id, 'revoke_token', deps))) {
      throw new AppError('NOT_FOUND', `There is no token "${id}".`, { hint: 'List the tokens for their ids.' })
    }
    return { id, revoked: true as const }
  },
})

/** Revokes a token and writes down who did it; false when there is none. */
export const revoke = async (
  id: string,
  action: string,
  { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
): Promise<boolean> => {
  const time = now()
  if (!(await store.tokens.revoke(id, time))) return false
  await store.transaction((tx) =>
    store.audit.append(
      [
        {
          time,
          actor: actor.name,
          action,
          target_type: 'token',
          target_id: id,
          old_values: { revoked_at: null },
          new_values: { revoked_at: new Date(time).toISOString() },
        },
      ],
      tx,
    ),
  )
  return true
}
