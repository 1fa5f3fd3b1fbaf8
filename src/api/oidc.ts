import type { Configuration } from 'openid-client'
import { z } from 'zod'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { createLate } from '../lib/late/late.ts'
import { hour } from '../lib/units/time.ts'
import type { Admission, Identity, IdentityProvider } from '../operations/accounts/sessions/identity-provider.ts'
import { createSeal } from './sealed.ts'

export interface OidcOptions {
  readonly issuer: string
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly scopes: readonly string[]
  readonly usernameClaim: string
  /** Dots select nested claims: `realm_access.roles`. */
  readonly roleClaim: string
  readonly admission: Admission
  /** The public base URL, without a slash at its end. */
  readonly publicUrl: string
  readonly now: () => number
  readonly log: Log
}

type Library = typeof import('openid-client')
type Claims = Readonly<Record<string, unknown>>

const timeoutSeconds = 10
const pendingMs = 600_000
/** How long the metadata of the provider is cached. */
const knownMs = hour

const pendingShape = z.object({ verifier: z.string(), nonce: z.string(), state: z.string(), until: z.number() })
const texts = z.union([z.array(z.string()), z.string().transform((one) => [one])])

/** Speaks OpenID Connect with an identity provider: authorization code with PKCE, state and nonce, and the signature checked. */
export const createOidc = (options: OidcOptions): IdentityProvider => {
  const { name, admission, publicUrl, now, log } = options
  const redirectUri = `${publicUrl}/signed-in`
  const { seal, open } = createSeal()
  const used = new Map<string, number>()
  const library = createLate(() => import('openid-client'))
  let known: { readonly config: Promise<Configuration>; readonly until: number } | undefined

  /** The metadata of the provider, fetched at the first use, because the provider may be down when the server starts. */
  const meet = async () => {
    const oidc = await library.load()
    if (!known || known.until <= now()) known = { config: discover(oidc, options), until: now() + knownMs }
    try {
      return { oidc, config: await known.config }
    } catch (error) {
      known = undefined
      throw error
    }
  }

  /** Opens a value that a browser held for us, once. */
  const redeem = (sealed: string) => {
    const pending = pendingShape.safeParse(parse(open(sealed)))
    for (const [state, until] of used) if (until <= now()) used.delete(state)
    if (!pending.success || pending.data.until <= now() || used.has(pending.data.state)) {
      throw new AppError('UNAUTHENTICATED', 'This sign-in took longer than ten minutes, or was finished before.', {
        hint: 'Sign in again.',
      })
    }
    used.set(pending.data.state, pending.data.until)
    return pending.data
  }

  return {
    name,
    admission,

    async begin() {
      try {
        const { oidc, config } = await meet()
        const pending = {
          verifier: oidc.randomPKCECodeVerifier(),
          nonce: oidc.randomNonce(),
          state: oidc.randomState(),
          until: now() + pendingMs,
        }
        const location = oidc.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: options.scopes.join(' '),
          response_type: 'code',
          code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
          code_challenge_method: 'S256',
          nonce: pending.nonce,
          state: pending.state,
        })
        return { location: location.href, pending: seal(JSON.stringify(pending)) }
      } catch (error) {
        log.warn({ err: error, provider: name }, 'the identity provider cannot be asked')
        throw unreachable(name, error)
      }
    },

    async finish(answer, sealed) {
      const pending = redeem(sealed)
      const { oidc, config } = await meet().catch((error: unknown) => {
        log.warn({ err: error, provider: name }, 'the identity provider cannot be asked')
        throw unreachable(name, error)
      })
      try {
        const tokens = await oidc.authorizationCodeGrant(
          config,
          new URL(`${redirectUri}?${answer.replace(/^\?/, '')}`),
          {
            pkceCodeVerifier: pending.verifier,
            expectedNonce: pending.nonce,
            expectedState: pending.state,
            idTokenExpected: true,
          },
        )
        const claims: Claims = tokens.claims() ?? {}
        const sub = z.string().parse(claims.sub)
        const isWhole = at(claims, options.roleClaim) !== undefined && at(claims, options.usernameClaim) !== undefined
        const more: Claims =
          isWhole || config.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await oidc.fetchUserInfo(config, tokens.access_token, sub)
        return toIdentity({ ...more, ...claims }, sub, options)
      } catch (error) {
        const told = tell(oidc, name, error)
        log.warn({ err: error, provider: name }, 'a sign-in through the identity provider failed')
        throw told
      }
    },
  }
}

const discover = (oidc: Library, { issuer, clientId, clientSecret }: OidcOptions): Promise<Configuration> => {
  const url = new URL(issuer)
  // Loopback needs no TLS; elsewhere the library refuses to go without.
  const isLocal = url.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  return oidc.discovery(url, clientId, undefined, clientSecret ? secretAuth(oidc, clientSecret) : oidc.None(), {
    // Verify the signature although the token came over TLS: a proxy in between may have ended that connection.
    execute: [oidc.enableNonRepudiationChecks, ...(isLocal ? [oidc.allowInsecureRequests] : [])],
    timeout: timeoutSeconds,
  })
}

/** Sends the secret with the method that the provider supports; by default the standard's one. */
const secretAuth = (oidc: Library, secret: string): ReturnType<Library['ClientSecretBasic']> => {
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported
    return (methods?.includes('client_secret_basic') !== false ? basic : post)(server, ...rest)
  }
}

const toIdentity = (claims: Claims, sub: string, { issuer, usernameClaim, roleClaim }: OidcOptions): Identity => {
  const text = (name: string): string | undefined => {
    const value = at(claims, name)
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  }
  return {
    subject: `${issuer.replace(/\/+$/, '')}|${sub}`,
    sub,
    username: text(usernameClaim),
    email: text('email'),
    emailVerified: claims.email_verified === true,
    fullName: text('name')?.slice(0, 200),
    groups: texts.safeParse(at(claims, roleClaim)).data ?? [],
  }
}

/** The claim with that name or, if there is none, the nested claim that its dots select. */
const at = (claims: Claims, path: string): unknown =>
  claims[path] ??
  path.split('.').reduce<unknown>((value, name) => {
    const inside = z.record(z.string(), z.unknown()).safeParse(value)
    return inside.success ? inside.data[name] : undefined
  }, claims)

const parse = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

const notAnswered = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])
const ourFault = new Set(['invalid_client', 'unauthorized_client'])

/** Shows the failure to the user who wanted to sign in. */
const tell = (oidc: Library, name: string, error: unknown): AppError => {
  if (error instanceof oidc.AuthorizationResponseError) {
    return refused(name, error, `It said: ${error.error_description ?? error.error}.`)
  }
  if (error instanceof oidc.ResponseBodyError) {
    if (ourFault.has(error.error)) {
      return new AppError('UNAVAILABLE', `"${name}" does not know this server: ${error.error}.`, {
        hint: 'Compare sign_in.oidc.client_id and client_secret with what is registered there.',
        cause: error,
      })
    }
    if (error.status >= 500) return unreachable(name, error)
    return refused(name, error, `It said: ${error.error_description ?? error.error}.`)
  }
  if (!(error instanceof oidc.ClientError) || notAnswered.has(error.code ?? '')) return unreachable(name, error)
  return refused(name, error, 'Its answer could not be verified.')
}

const refused = (name: string, cause: unknown, why: string): AppError =>
  new AppError('UNAUTHENTICATED', `"${name}" did not sign you in. ${why.slice(0, 300)}`, {
    hint: 'Sign in again. If the error persists, see the log of the server.',
    cause,
  })

const unreachable = (name: string, cause: unknown): AppError =>
  new AppError('UNAVAILABLE', `"${name}" does not answer: ${messageOf(cause).slice(0, 200)}.`, {
    hint: 'Try again in a moment. Passwords, tokens and sign-in links work without it.',
    retryable: true,
    retryAfter: 10,
    cause,
  })
