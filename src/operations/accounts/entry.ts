import type { BackOff } from './back-off.ts'
import type { IdentityProvider } from './identity-provider.ts'
import type { Passwords } from './passwords.ts'

/** How people get in. */
export interface Entry {
  readonly passwords: Passwords
  readonly backOff: BackOff
  /** Who else vouches for people. */
  readonly provider: IdentityProvider | undefined
  /** How long a session lasts, in ms: at most, and without being used. */
  readonly session: { readonly lifetime: number; readonly idle: number }
  /** The address that people open, without a slash at its end; `''` when it is not known. */
  readonly publicUrl: string
}
