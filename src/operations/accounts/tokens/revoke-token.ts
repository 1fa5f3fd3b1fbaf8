import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { sessionPrefixOf } from './token-view.ts'

export const revokeToken = defineOperation({
  name: 'revoke_token',
  summary: 'Revokes a token with its sessions, or ends a session, immediately.',
  role: 'admin',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), revoked: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    if (!(await revokeStoredToken(id, 'revoke_token', deps))) {
      throw new AppError('NOT_FOUND', `Token "${id}" not found.`, { hint: 'List the tokens to see their IDs.' })
    }
    return { id, revoked: true as const }
  },
})

/** Revokes a token with the sessions that it opened, and audits it; returns false if the token does not exist. */
export const revokeStoredToken = async (
  id: string,
  action: string,
  { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
): Promise<boolean> => {
  const time = now()
  if (!(await store.tokens.revoke(id, time))) return false
  const opened = (await store.tokens.list()).filter((token) => token.id.startsWith(sessionPrefixOf(id)))
  await Promise.all(opened.map((session) => store.tokens.revoke(session.id, time)))
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
