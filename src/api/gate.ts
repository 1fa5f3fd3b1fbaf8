import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import type { Auth, Proof } from './auth.ts'
import { isCrossSite, isSameOrigin } from './origin.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Finds out who asks, before anything of the request is read. Whatever is not declared open needs a token or a session. */
export const requireCredential = (app: FastifyInstance, auth: Auth, publicUrl: string | undefined): void => {
  app.addHook('onRequest', async (request) => {
    const open = isOpen(request)
    const proof = proofOf(request)
    if (open) {
      // Nothing is refused here, so that the page and the probes answer whoever still carries an old cookie.
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
    if (request.credential.via === 'session' && !safe.has(request.method)) {
      if (!isSameOrigin(request.headers, origins(request, publicUrl))) throw foreign()
    }
  })
}

/** What a request brings to prove who it is. */
export const proofOf = (request: FastifyRequest): Proof => ({
  authorization: request.headers.authorization,
  sessionCookie: request.cookies[request.server.sessionCookie.name],
  address: request.ip,
})

/** An address that does not exist is open as well, unless it lies where data would be: strangers shall not learn what does. */
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
