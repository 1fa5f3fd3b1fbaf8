import type { PresetToken } from '../api/auth.ts'
import type { Config } from '../config.ts'
import { createToken } from '../operations/accounts/create-token.ts'
import type { Deps } from '../operations/deps.ts'

/** The tokens that the configuration sets; they are never stored. */
export const presetTokens = ({ admin_token, health_token, query_guard }: Config): PresetToken[] => [
  ...(admin_token ? [{ name: 'admin', role: 'admin' as const, secret: admin_token }] : []),
  ...(query_guard.auth_key ? [{ name: 'graphql-engine', role: 'ingest' as const, secret: query_guard.auth_key }] : []),
  ...(health_token ? [{ name: 'health', role: 'viewer' as const, secret: health_token }] : []),
]

/** Makes an admin token when there is no way in yet; undefined when there is one. */
export const firstAdminToken = async ({
  config,
  deps,
}: {
  readonly config: Config
  readonly deps: Deps
}): Promise<string | undefined> => {
  if (config.admin_token) return undefined
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
