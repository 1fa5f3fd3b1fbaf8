import { timingSafeEqual } from 'node:crypto'
import type { Log } from '../component.ts'
import { AppError } from '../errors.ts'
import { minute } from '../lib/units/time.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import { hashToken, readToken } from '../operations/accounts/tokens/token-secret.ts'
import type { Deps } from '../operations/deps.ts'
import type { Role } from '../schema/account/role.ts'
import { createAttempts } from './attempts.ts'

/** A token that the configuration sets; it is never stored. */
export interface PresetToken {
  readonly name: string
  readonly role: Role
  readonly secret: string
}

export interface AuthOptions {
  readonly tokens: Pick<Deps['store']['tokens'], 'findByHash' | 'used'>
  readonly presetTokens?: readonly PresetToken[]
  readonly now: () => number
  readonly log: Log
  /** How many wrong tokens a minute one address may try before it has to wait. */
  readonly maxFailures?: number
  /** How long a session lasts without being used, in ms. */
  readonly idle: number
}

/** The credentials of a request. */
export interface PresentedCredentials {
  readonly authorization: string | undefined
  readonly sessionCookie: string | undefined
  readonly address: string
}

export interface Auth {
  /** Authenticates a request; undefined without credentials. Throws UNAUTHENTICATED or RATE_LIMITED for wrong ones. */
  authenticate(proof: PresentedCredentials): Promise<Credential | undefined>
  /** Finds the owner of a token. */
  identify(token: string): Promise<Credential | undefined>
  /** Runs an authentication attempt and counts its failure. Refuses after too many failures. */
  guard<Answer>(address: string, attempt: () => Promise<Answer>): Promise<Answer>
  /** Replaces the configured tokens. Former ones end at once. */
  preset(tokens: readonly PresetToken[]): void
  /** Clears the cache, so that a revoked token ends at once. */
  forget(): void
}

const cacheMs = 5_000
const mostCached = 1_000
const usedEveryMs = minute
const welcomeMs = 600_000

const toPreset = ({ name, role, secret }: PresetToken) => ({
  hash: Buffer.from(hashToken(secret), 'hex'),
  credential: {
    actor: { name, role },
    via: 'token',
    tokenId: null,
    accountId: null,
    expiresAt: null,
  } satisfies Credential,
})

/** Authenticates tokens: looks them up by hash, caches them for five seconds, and compares in constant time. */
export const createAuth = ({ tokens, presetTokens = [], now, log, maxFailures, idle }: AuthOptions): Auth => {
  let presets = presetTokens.map(toPreset)
  const attempts = createAttempts(now, maxFailures)
  const cache = new Map<string, { readonly credential: Credential; readonly until: number }>()
  const lastUse = new Map<string, number>()
  const welcome = new Map<string, number>()

  const identify = async (text: string): Promise<Credential | undefined> => {
    const hash = hashToken(text)
    const bytes = Buffer.from(hash, 'hex')
    // Compares every preset, even after a match: the duration must not reveal which one matched.
    const preset = presets.filter((one) => timingSafeEqual(one.hash, bytes))[0]
    if (preset) return preset.credential
    const shape = readToken(text)
    if (!shape || shape.purpose === 'password') return undefined
    const credential = recall(hash) ?? (await lookUp(hash, shape.purpose))
    if (!credential || (credential.expiresAt !== null && credential.expiresAt <= now())) return undefined
    touch(credential)
    return credential
  }

  const recall = (hash: string): Credential | undefined => {
    const known = cache.get(hash)
    return known && known.until > now() ? known.credential : undefined
  }

  const lookUp = async (hash: string, purpose: string): Promise<Credential | undefined> => {
    const token = await tokens.findByHash(hash)
    if (!token || token.revoked_at !== null) return undefined
    const lastUsed = Math.max(token.last_used_at ?? token.created_at, lastUse.get(token.id) ?? 0)
    if (purpose === 'session' && lastUsed + idle <= now()) return undefined
    const credential: Credential = {
      actor: { name: token.name, role: token.role },
      via: purpose === 'session' ? 'session' : 'token',
      tokenId: token.id,
      accountId: token.user_id,
      expiresAt: token.expires_at,
    }
    if (cache.size >= mostCached) cache.clear()
    cache.set(hash, { credential, until: now() + cacheMs })
    return credential
  }

  /** Records the last use, at most once a minute and without waiting for it. */
  const touch = ({ tokenId }: Credential): void => {
    if (tokenId === null || now() - (lastUse.get(tokenId) ?? 0) < usedEveryMs) return
    lastUse.set(tokenId, now())
    tokens
      .used(tokenId, now())
      .catch((error: unknown) => log.warn({ err: error, tokenId }, 'cannot note a token’s use'))
  }

  const guard = async <Answer>(address: string, attempt: () => Promise<Answer>): Promise<Answer> => {
    const wait = attempts.wait(address)
    if (wait > 0) throw tooMany(wait)
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') attempts.failed(address)
      throw error
    }
  }

  return {
    identify,
    guard,
    preset(tokens) {
      presets = tokens.map(toPreset)
    },
    forget: () => cache.clear(),
    async authenticate({ authorization, sessionCookie, address }) {
      if (authorization === undefined && sessionCookie === undefined) return undefined
      const text = authorization === undefined ? sessionCookie : bearerToken(authorization)
      const place = `${address} ${text === undefined ? '' : hashToken(text)}`
      const prove = async (): Promise<Credential> => {
        const credential = text === undefined ? undefined : await identify(text)
        // A session belongs in the cookie, where scripts cannot read it, and a token in the header, where no other site can send it.
        if (credential?.via !== (authorization === undefined ? 'session' : 'token')) throw refused()
        return credential
      }
      // Accepts anyone who authenticated from this address lately, however many others guess from behind it.
      if ((welcome.get(place) ?? 0) > now()) return prove()
      const credential = await guard(address, prove)
      if (welcome.size >= mostCached) welcome.clear()
      welcome.set(place, now() + welcomeMs)
      return credential
    },
  }
}

const bearerToken = (authorization: string): string | undefined => /^bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1]

const refused = (): AppError =>
  new AppError('UNAUTHENTICATED', 'The token is not valid, has expired or was revoked.', {
    hint: 'Send "Authorization: Bearer <token>" with a token that `vedette token create` made, or sign in again.',
  })

const tooMany = (seconds: number): AppError =>
  new AppError('RATE_LIMITED', 'Too many wrong tokens came from this address.', {
    hint: 'Wait, then try with a valid token.',
    retryable: true,
    retryAfter: seconds,
  })
