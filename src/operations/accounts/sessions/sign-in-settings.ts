import type { BackOff } from '../passwords/back-off.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** The sign-in settings and the services behind them. */
export interface SignInSettings {
  readonly passwords: Passwords
  readonly backOff: BackOff
  /** The external identity provider, if configured. */
  readonly provider: IdentityProvider | undefined
  /** Session limits in ms: maximum lifetime and maximum idle time. */
  readonly session: { readonly lifetime: number; readonly idle: number }
  /** The public base URL without a trailing slash; `''` if unknown. */
  readonly publicUrl: string
}
