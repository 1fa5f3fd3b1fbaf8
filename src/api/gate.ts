import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import type { Role } from '../schema/account/role.ts'
import type { Auth, PresentedCredentials } from './auth.ts'
import { isCrossSite, isSameOrigin, requireAcceptedHost } from './origin.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Authenticates the caller before reading the request. Every route that is not declared open needs a token or a
 * session.
 */
export const requireCredential = (
  app: FastifyInstance,
  auth: Auth,
  { publicUrl, anonymous }: { readonly publicUrl?: string | undefined; readonly anonymous?: Anonymous | undefined },
): void => {
  app.addHook('onRequest', async (request) => {
    if (anonymous) return admit(request, auth, anonymous)
    const open = isOpen(request)
    const proof = proofOf(request)
    if (open) {
      // Does not refuse the request here, so that the page and the probes answer clients with an expired cookie.
      request.credential = await auth.authenticate(proof).catch(() => undefined)
      if (!safe.has(request.method) && isCrossSite(request.headers, origins(request, publicUrl))) throw foreign()
      return
    }
    request.credential = await auth.authenticate(proof)
    if (!request.credential) {
      throw new AppError('UNAUTHENTICATED', 'This needs a token.', {
        hint: 'Send "Authorization: Bearer <token>", or open the sign-in link that the server printed.',
      })
    }
    // Browsers send a cookie by themselves.
    const isAsked = request.credential.via === 'token' && authorizationOf(request) !== undefined
    if (!isAsked && !safe.has(request.method)) {
      if (!isSameOrigin(request.headers, origins(request, publicUrl))) throw foreign()
    }
  })
}

/** The caller on a port of an older system whose clients send no token. */
export interface Anonymous {
  /** Their name in the audit log. */
  readonly name: string
  /**
   * The name of the preset token that clients of the older contract send. Where one is set, routes that name a header for it want it, or
   * another token; it opens all that a client without a token may do on a port without a key.
   */
  readonly key?: string
  /** The host names that requests may use; any when undefined. */
  readonly hosts?: readonly string[]
}

/** Lets clients without a token send and read, unless the port has a key. Refuses pages of other sites. */
const admit = async (request: FastifyRequest, auth: Auth, { name, hosts, key }: Anonymous): Promise<void> => {
  requireAcceptedHost(hosts, request.hostname)
  requireOwnOrigin(request)
  const { role, tokenHeader } = request.routeOptions.config
  const proof = proofOf(request)
  const clientRole = role === 'ingest' || role === 'viewer' ? role : undefined
  if (proof.authorization === undefined || request.is404) {
    const needsKey = key !== undefined && tokenHeader !== undefined
    request.credential = clientRole && !needsKey ? unnamed(name, clientRole) : undefined
  } else {
    const credential = await auth.authenticate(proof)
    const isKey = credential?.tokenId === null && credential.actor.name === key
    request.credential = isKey && clientRole ? unnamed(key, clientRole) : credential
  }
  if (!request.credential && !request.is404 && !isOpen(request)) {
    throw new AppError('UNAUTHENTICATED', 'This needs a token, also on this port.', {
      hint: `Send "Authorization: Bearer <token>"${tokenHeader ? `, or ${tokenHeader}` : ''}.`,
    })
  }
}

const unnamed = (name: string, role: Role): Credential => ({
  actor: { name, role },
  via: 'token',
  tokenId: null,
  accountId: null,
  expiresAt: null,
})

/** Reads the credentials of a request. */
export const proofOf = (request: FastifyRequest): PresentedCredentials => ({
  authorization: authorizationOf(request) ?? tokenCookieOf(request),
  sessionCookie: request.cookies[request.server.sessionCookie.name],
  address: request.ip,
})

const authorizationOf = ({ headers, routeOptions }: FastifyRequest): string | undefined => {
  const { bareToken, tokenHeader, readToken } = routeOptions.config
  const { authorization } = headers
  if (bareToken && authorization !== undefined && /^[^\s]+$/.test(authorization)) return `Bearer ${authorization}`
  const found = readToken?.(headers)
  if (found !== undefined) return `Bearer ${found}`
  // An older contract may have another header for it.
  const token = tokenHeader === undefined ? undefined : headers[tokenHeader]
  return authorization ?? (typeof token === 'string' ? `Bearer ${token}` : undefined)
}

/** The token of pages that do not always send it, on the port where they get it in a cookie. */
const tokenCookieOf = ({ cookies, server }: FastifyRequest): string | undefined => {
  const token = server.tokenCookie === undefined ? undefined : cookies[server.tokenCookie]
  return token === undefined ? undefined : `Bearer ${token}`
}

/** Refuses requests that a page of another site sends with our cookie. Throws FORBIDDEN. */
export const requireOwnOrigin = (request: FastifyRequest): void => {
  if (isCrossSite(request.headers, origins(request, undefined))) throw foreign()
}

/** Unknown paths need no token, except below the paths of data, so that callers without a token cannot find out which of those exist. */
const isOpen = (request: FastifyRequest): boolean =>
  request.is404 ? !/^\/+(api|metrics)(\/|\?|$)/i.test(request.url) : request.routeOptions.config.open === true

const origins = (request: FastifyRequest, publicUrl: string | undefined): readonly string[] => [
  `${request.protocol}://${request.host}`,
  ...(publicUrl === undefined ? [] : [new URL(publicUrl).origin]),
]

const foreign = (): AppError =>
  new AppError('FORBIDDEN', 'This request was sent by another site.', {
    hint: 'Use the page of this server, or a token.',
  })
