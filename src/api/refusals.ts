import { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../component.ts'
import { AppError } from '../errors.ts'
import type { AllowedMethods } from './allowed-methods.ts'
import { cutOff } from './cut-off.ts'
import { opensScreen } from './pages.ts'
import { toAppError, toProblem } from './problem.ts'

const longestUrl = 8_192
const lingerMs = 2_000

/** Answers every error as problem+json, and logs internal errors. */
export const answerProblems = (app: FastifyInstance, log: Log, allowed: AllowedMethods): void => {
  app.setErrorHandler((thrown, request, reply) => refuse(thrown, request, reply, log))

  app.addHook('onRequest', async (request) => {
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0') {
      throw new AppError('INVALID_REQUEST', 'The request names no host.')
    }
    if (request.url.length > longestUrl) {
      throw new AppError('URI_TOO_LONG', `The address is longer than ${longestUrl} characters.`, {
        hint: 'Shorten the filter.',
      })
    }
  })

  app.setNotFoundHandler((request, reply) => {
    const methods = allowed(pathOf(request))
    if (methods.length === 0 && opensScreen(request)) return reply.sendPage()
    if (methods.length === 0)
      throw new AppError('NOT_FOUND', 'There is nothing at this address.', { hint: 'See /docs.' })
    reply.header('allow', methods.join(', '))
    if (request.method === 'OPTIONS') return reply.code(204).send()
    throw new AppError('METHOD_NOT_ALLOWED', `${request.method} is not possible here.`, {
      hint: `Use ${methods.join(' or ')}.`,
    })
  })

  // An unread body is discarded for a moment, so that its sender can read the answer; then the connection is closed.
  app.addHook('onResponse', async (request, reply) => {
    const { raw, id, method } = request
    log.debug(
      { request_id: id, method, path: pathOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'a request was answered',
    )
    if (raw.complete) return
    raw.resume()
    if (raw.socket instanceof Socket) cutOff(raw.socket, lingerMs, () => raw.complete)
  })
}

/** Answers a failure, also failures of the framework that occur before any hook. */
export const refuse = (thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Log) => {
  const error = toAppError(thrown)
  noteRefusal(error, thrown, request, reply, log)
  return (
    reply
      .code(error.status)
      .type('application/problem+json')
      // Failures before the first hook have none of the usual headers.
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(toProblem(error, request.id, pathOf(request))))
  )
}

/** Logs a failure by its severity, and sets the headers of its status. */
export const noteRefusal = (
  error: AppError,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): void => {
  if (error.status >= 500 && !error.retryable) {
    log.error(
      { err: thrown, request_id: request.id, method: request.method, path: pathOf(request) },
      'a request failed',
    )
  }
  if (error.status === 403 || (error.status === 401 && request.headers.authorization !== undefined)) {
    const actor = request.credential?.actor.name
    log.info(
      {
        code: error.code,
        actor,
        address: request.ip,
        request_id: request.id,
        method: request.method,
        path: pathOf(request),
      },
      'a request was refused',
    )
  }
  if (error.accepts.length > 0) reply.header('accept-post', error.accepts.join(', '))
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="vedette"')
  if (error.retryAfter !== undefined || error.status === 429 || error.status === 503 || error.status === 507) {
    reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfter ?? 5)))
  }
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/'
