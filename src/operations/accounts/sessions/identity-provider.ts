import { AppError } from '../../../errors.ts'
import type { AccountRole } from '../../../schema/account/account.ts'

/** A verified identity from an identity provider. */
export interface Identity {
  /** The stable identifier: issuer and subject. */
  readonly subject: string
  readonly sub: string
  readonly username: string | undefined
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly fullName: string | undefined
  /** The values that map to roles. */
  readonly groups: readonly string[]
}

/** Which identities may sign in, and with which role. */
export interface Admission {
  /** The values that grant each role. */
  readonly roles: Readonly<Record<AccountRole, readonly string[]>>
  readonly defaultRole: AccountRole | undefined
  readonly domains: readonly string[]
  readonly subjects: readonly string[]
}

/** An external identity provider. */
export interface IdentityProvider {
  readonly name: string
  readonly admission: Admission
  /** Creates the authorization URL and the state to return. Throws UNAVAILABLE if the provider does not answer. */
  begin(): Promise<{ readonly location: string; readonly pending: string }>
  /** Verifies the redirect of a browser. Throws UNAUTHENTICATED, or UNAVAILABLE if the provider does not answer. */
  finish(answer: string, pending: string): Promise<Identity>
}

/** Highest first: an identity with several matching values gets the highest role. */
const roles = ['admin', 'supervisor', 'analyst', 'auditor', 'viewer'] as const

/** Returns the role of an identity. Throws FORBIDDEN if it may not sign in. */
export const admit = (
  { sub, email, emailVerified, groups }: Identity,
  { roles: values, defaultRole, domains, subjects }: Admission,
): { readonly role: AccountRole; readonly byDefault: boolean } => {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase() ?? ''
  const isListed = subjects.includes(sub) || (emailVerified && domains.some((one) => one.toLowerCase() === domain))
  if (!isListed && domains.length + subjects.length > 0) {
    throw new AppError('FORBIDDEN', 'The identity provider knows you, but you may not sign in here.', {
      hint: 'An admin can add your domain or subject to sign_in.oidc. Your email address must be verified.',
    })
  }
  const role = roles.find((one) => values[one].some((value) => groups.includes(value)))
  if (role) return { role, byDefault: false }
  if (defaultRole) return { role: defaultRole, byDefault: true }
  throw new AppError('FORBIDDEN', 'The identity provider knows you, but you have no role here.', {
    hint: 'An admin can add one of your groups to sign_in.oidc.roles, or set sign_in.oidc.default_role.',
  })
}

/** Returns the configured identity provider; throws CONFLICT without one. */
export const requireProvider = (provider: IdentityProvider | undefined): IdentityProvider => {
  if (provider) return provider
  throw new AppError('CONFLICT', 'No identity provider is configured.', { hint: 'Set sign_in.oidc.issuer.' })
}
