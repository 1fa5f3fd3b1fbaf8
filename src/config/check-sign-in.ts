import { AppError } from '../errors.ts'
import type { Config } from './schema.ts'

/** Checks that the identity provider has a return address, and that someone may sign in through it. Throws CONFIG_INVALID. */
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
