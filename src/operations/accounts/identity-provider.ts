import { AppError } from '../../errors.ts'
import type { AccountRole } from '../../schema/account.ts'

/** Whom an identity provider vouches for, as it was verified. */
export interface Identity {
  /** What it knows them by, for ever; the issuer is part of it. */
  readonly subject: string
  /** The subject alone. */
  readonly sub: string
  readonly username: string | undefined
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly fullName: string | undefined
  /** The values that roles are told by. */
  readonly groups: readonly string[]
}

/** Whom we let in, and as what. */
export interface Admission {
  /** Values that give a role. */
  readonly roles: Readonly<Record<AccountRole, readonly string[]>>
  readonly defaultRole: AccountRole | undefined
  readonly domains: readonly string[]
  readonly subjects: readonly string[]
}

/** Somebody else who knows people: they prove there who they are. */
export interface IdentityProvider {
  readonly name: string
  readonly admission: Admission
  /** Makes the address to send a browser to, and what it has to bring back. Throws UNAVAILABLE when the provider does not answer. */
  begin(): Promise<{ readonly location: string; readonly pending: string }>
  /** Verifies what a browser brought back. Throws UNAUTHENTICATED, or UNAVAILABLE when the provider does not answer. */
  finish(answer: string, pending: string): Promise<Identity>
}

/** The most first: who has several values gets the role that may do most. */
const roles = ['admin', 'supervisor', 'analyst', 'auditor', 'viewer'] as const

/** Decides whether somebody is let in, and as what. Throws FORBIDDEN. */
export const admit = (
  { sub, email, emailVerified, groups }: Identity,
  { roles: values, defaultRole, domains, subjects }: Admission,
): { readonly role: AccountRole; readonly byDefault: boolean } => {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase() ?? ''
  const isListed = subjects.includes(sub) || (emailVerified && domains.some((one) => one.toLowerCase() === domain))
  if (!isListed && domains.length + subjects.length > 0) {
    throw new AppError('FORBIDDEN', 'You are known there, but not let in here.', {
      hint: 'An admin can add your domain or subject to sign_in.oidc, or your e-mail address has to be verified first.',
    })
  }
  const role = roles.find((one) => values[one].some((value) => groups.includes(value)))
  if (role) return { role, byDefault: false }
  if (defaultRole) return { role: defaultRole, byDefault: true }
  throw new AppError('FORBIDDEN', 'You are known there, but have no role here.', {
    hint: 'An admin can give you one: by a group that sign_in.oidc.roles names, or by sign_in.oidc.default_role.',
  })
}

/** The provider that people sign in through; throws CONFLICT when there is none. */
export const requireProvider = (provider: IdentityProvider | undefined): IdentityProvider => {
  if (provider) return provider
  throw new AppError('CONFLICT', 'No identity provider is set up here.', { hint: 'Set sign_in.oidc.issuer.' })
}
