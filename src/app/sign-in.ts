import { createOidc } from '../api/oidc.ts'
import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { createBackOff } from '../operations/accounts/back-off.ts'
import type { IdentityProvider } from '../operations/accounts/identity-provider.ts'
import { createPasswords } from '../operations/accounts/passwords.ts'
import type { SignInSettings } from '../operations/accounts/sign-in-settings.ts'

/** How people get in, as the configuration says. */
export const createEntry = (
  config: Pick<Config, 'sign_in' | 'server'>,
  now: () => number,
  log: Log,
): SignInSettings => ({
  passwords: createPasswords(),
  backOff: createBackOff(now),
  session: config.sign_in.session,
  publicUrl: publicUrlOf(config),
  provider: createProvider(config, now, log),
})

const publicUrlOf = ({ server }: Pick<Config, 'server'>): string => server.public_url?.replace(/\/+$/, '') ?? ''

const createProvider = (
  config: Pick<Config, 'sign_in' | 'server'>,
  now: () => number,
  log: Log,
): IdentityProvider | undefined => {
  checkSignIn(config)
  const { issuer, name, client_id, client_secret, scopes, username_claim, role_claim, ...rest } = config.sign_in.oidc
  if (issuer === undefined) return undefined
  return createOidc({
    ...{ issuer, name, scopes, now, log, clientId: client_id, clientSecret: client_secret },
    ...{ usernameClaim: username_claim, roleClaim: role_claim, publicUrl: publicUrlOf(config) },
    admission: {
      roles: rest.roles,
      defaultRole: rest.default_role,
      domains: rest.allowed_domains,
      subjects: rest.allowed_subjects,
    },
  })
}

/** Checks that whoever may sign in is said, and where the provider sends them back to. Throws CONFIG_INVALID. */
export const checkSignIn = ({ sign_in, server }: Pick<Config, 'sign_in' | 'server'>): void => {
  const { issuer, default_role, roles, scopes, allowed_domains, allowed_subjects } = sign_in.oidc
  if (issuer === undefined) return
  const invalid = (path: string, message: string): never => {
    throw new AppError('CONFIG_INVALID', message, { errors: [{ path, message }] })
  }
  if (server.public_url === undefined) {
    invalid(
      'server.public_url',
      'is needed for sign_in.oidc: the provider sends people back to <public_url>/signed-in.',
    )
  }
  if (!scopes.includes('openid')) invalid('sign_in.oidc.scopes', 'has to contain "openid".')
  if (default_role !== undefined && allowed_domains.length + allowed_subjects.length === 0) {
    const path = 'sign_in.oidc.default_role'
    invalid(path, 'lets in everybody whom the provider knows: say who with allowed_domains or allowed_subjects.')
  }
  if (default_role === undefined && Object.values(roles).every((values) => values.length === 0)) {
    invalid('sign_in.oidc.roles', 'lets in nobody: say which values give which role, or set default_role.')
  }
}
