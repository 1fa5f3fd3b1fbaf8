import type { Deps } from '../deps.ts'
import { createToken } from './tokens/create-token.ts'

/** Creates an admin token unless there is one that can be used; undefined if there is. */
export const firstAdminToken = async (deps: Deps): Promise<string | undefined> => {
  const usable = (await deps.store.tokens.list()).some(
    ({ role, revoked_at }) => role === 'admin' && revoked_at === null,
  )
  if (usable) return undefined
  const actor = { name: 'vedette', role: 'admin' } as const
  const { secret } = await createToken.run(
    { name: 'first start', role: 'admin', expires_in_days: undefined },
    Object.assign(Object.create(deps), { actor }),
  )
  return secret
}
