import type { ServerResponse } from 'node:http'
import { type NodeServerResponseLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type McpServer, type ServerEventBus } from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { type Credential, callerOf } from '../../operations/accounts/credential.ts'
import { getOverview } from '../../operations/status/get-overview.ts'
import { permit } from '../ask.ts'
import type { LiveStreams } from '../live-streams.ts'
import { isCrossSite, requireAcceptedHost } from '../origin.ts'
import { toAppError } from '../problem.ts'
import { createSessions, refuseRpc } from './sessions.ts'
import type { ServerLifetime } from './subscriptions.ts'

const mostBytes = 8 * 1_048_576
/** The SDK checks messages by recursion. */
const mostDepth = 64
const welcomeMs = 15_000

interface McpDoor {
  readonly log: Log
  readonly make: (credential: Credential, connection: ServerLifetime) => McpServer
  /** The path where clients of 2026 subscribe to changed resources. */
  readonly bus: ServerEventBus
  readonly newSessionId: () => string
  readonly streams: LiveStreams
  /** Whether the client may still read. */
  readonly stillWelcome: (request: FastifyRequest) => Promise<boolean>
  readonly origins: readonly string[]
  readonly hosts?: readonly string[] | undefined
  /** The limit of concurrent requests without a session, including streams of listeners. */
  readonly mostUnderway?: number
  /** The limit per token. */
  readonly mostEach?: number
}

interface Asked {
  readonly request: Request
  readonly credential: Credential
  readonly address: string
  /** Resolves when the answer has ended; for a stream, when the client disconnects. */
  readonly ended: Promise<void>
}

/** The request that clients of 2026 send to follow changes. */
const listens = z.looseObject({ method: z.literal('subscriptions/listen') })

/**
 * Serves MCP over HTTP at `/mcp`, to clients with a token. Clients of the 2025 protocol open a session, or send independent requests.
 * Clients of the 2026 protocol always send independent requests, and receive changes in a stream.
 */
export const serveMcp = (app: FastifyInstance, door: McpDoor): void => {
  const {
    log,
    make,
    bus,
    newSessionId,
    streams,
    stillWelcome,
    origins,
    hosts,
    mostUnderway = 300,
    mostEach = 100,
  } = door
  const sessions = createSessions({
    make: (credential) => make(credential, 'session'),
    newId: newSessionId,
    mostBytes,
  })
  const underway = new Map<{ close(): Promise<void> }, string>()
  app.addHook('preClose', async () => {
    await Promise.all([sessions.end(), ...[...underway.keys()].map((handler) => handler.close())])
  })

  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    exposeHeadRoute: false,
    schema: { hide: true },
    config: { role: 'viewer' },
    async handler(request, reply) {
      const { credential } = request
      if (!credential) throw new AppError('UNAUTHENTICATED', 'This needs a token.')
      // Every tool and resource runs an operation, and no operation requires a lower role than this.
      permit(getOverview, credential)
      // A page that rebinds its name to our address must not use the credentials of the browser.
      const own = [`${request.protocol}://${request.host}`, ...origins]
      requireAcceptedHost(hosts, request.hostname)
      if (isCrossSite(request.headers, own)) {
        throw new AppError('FORBIDDEN', 'This request was sent by another site.', { hint: 'Use a client of your own.' })
      }
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      const ended = new Promise<void>((done) => reply.raw.once('close', done))
      const leave = () => reply.raw.destroy()
      const watch = setInterval(() => {
        stillWelcome(request).then((welcome) => welcome || leave(), leave)
      }, welcomeMs)
      watch.unref()
      void ended.then(() => clearInterval(watch))
      const { method, url, headers, raw } = request
      const body = { [Symbol.asyncIterator]: () => raw[Symbol.asyncIterator]() }
      await toNodeHandler(
        { fetch: (asked) => answer({ request: asked, credential, address: request.ip, ended }) },
        { maxRequestBodySize: mostBytes },
      )({ method, url, headers, ...body }, headFirst(reply.raw))
    },
  })

  const answer = async ({ request, credential, address, ended }: Asked): Promise<Response> => {
    if (!acceptsAnswers(request.headers.get('accept'))) {
      return refuseRpc(406, 'Accept application/json and text/event-stream: answers come as one of these.')
    }
    const body = request.method === 'POST' ? await readJson(request.clone()) : undefined
    // Batches were part of one revision only (2025-03-26), and no client is known to send them.
    if (Array.isArray(body)) return refuseRpc(400, 'Send one JSON-RPC message per request: batches are not supported.')
    if (isDeeper(body, mostDepth)) return refuseRpc(400, `The message is nested deeper than ${mostDepth} levels.`)
    if (request.method === 'GET' || listens.safeParse(body).success) {
      try {
        void ended.then(streams.open(credential, address))
      } catch (error) {
        const { status, message, hint } = toAppError(error)
        return refuseRpc(status === 429 ? 429 : 503, [message, hint].join(' '))
      }
    }
    const given = body === undefined ? {} : { parsedBody: body }
    if (await isLegacyRequest(request, body, { maxRequestBodySize: mostBytes })) {
      const answered = sessions.answer({ request, body, credential, ended })
      if (answered) return answered
    }
    const caller = callerOf(credential, address)
    const own = [...underway.values()].filter((one) => one === caller).length
    if (own >= mostEach) return refuseRpc(429, 'This token has too many requests under way. Retry later.')
    if (underway.size >= mostUnderway) return refuseRpc(503, 'Too many requests are under way. Retry later.')
    const handler = createMcpHandler(({ era }) => make(credential, era === 'modern' ? 'listener' : 'request'), {
      bus,
      onerror: (error) => log.debug({ err: error }, 'an MCP request was refused'),
      maxRequestBodySize: mostBytes,
    })
    underway.set(handler, caller)
    void ended.then(() => underway.delete(handler))
    return handler.fetch(request, given)
  }
}

/** A stream may be silent for long, so send the headers immediately. */
const headFirst = (raw: ServerResponse): NodeServerResponseLike => ({
  writeHead(status, headers) {
    raw.writeHead(status, headers)
    raw.flushHeaders()
  },
  write: (chunk) => raw.write(chunk),
  end: (chunk) => raw.end(chunk),
  on: (event, listener) => raw.on(event, listener),
  get destroyed() {
    return raw.destroyed
  },
})

/** A client that omits the header accepts any type. */
const acceptsAnswers = (accept: string | null): boolean =>
  accept === null ||
  accept
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim().toLowerCase())
    .some((type) => type === '*/*' || type === 'application/*' || type === 'application/json' || isEventStream(type))

const isEventStream = (type: string | undefined): boolean => type === 'text/event-stream' || type === 'text/*'

/** The protocol refuses a body that is not JSON. */
const readJson = (request: Request): Promise<unknown> => request.json().catch(() => undefined)

/** Iterates level by level, because recursion into deep nesting would overflow the stack. */
const isDeeper = (value: unknown, most: number): boolean => {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true
    const below: unknown[] = []
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue
      for (const inner of Object.values(one)) if (typeof inner === 'object') below.push(inner)
    }
    level = below
  }
  return false
}
