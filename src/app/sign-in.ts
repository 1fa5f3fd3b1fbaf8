import { createOidc } from '../api/oidc.ts'
import type { Log } from '../component.ts'
import { checkSignIn } from '../config/check-sign-in.ts'
import type { Config } from '../config.ts'
import { createBackOff } from '../operations/accounts/passwords/back-off.ts'
import { createPasswords } from '../operations/accounts/passwords/passwords.ts'
import type { IdentityProvider } from '../operations/accounts/sessions/identity-provider.ts'
import type { SignInSettings } from '../operations/accounts/sessions/sign-in-settings.ts'

/** Creates the configured authentication methods. */
export const createSignIn = (
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
