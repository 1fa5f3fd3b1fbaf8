import type { ServerResponse } from 'node:http'
import { type NodeServerResponseLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type McpServer, type ServerEventBus } from '@modelcontextprotocol/server'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import { type Credential, callerOf } from '../../operations/accounts/credential.ts'
import type { LiveStreams } from '../live-streams.ts'
import { toAppError } from '../problem.ts'
import { createSessions, refuseRpc } from './sessions.ts'
import type { ServerLifetime } from './subscriptions.ts'

const mostBytes = 8 * 1_048_576
/** The SDK checks messages by recursion. */
const mostDepth = 64

export type MakeServer = (credential: Credential, connection: ServerLifetime) => McpServer

export interface AnswerOptions {
  readonly log: Log
  readonly make: MakeServer
  /** The path where clients of 2026 subscribe to changed resources. */
  readonly bus: ServerEventBus
  readonly newSessionId: () => string
  readonly streams: LiveStreams
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

/** A permitted request over HTTP, and where its answer goes. */
interface Exchange extends Omit<Asked, 'request'> {
  readonly request: FastifyRequest
  readonly response: ServerResponse
}

export interface Answers {
  give(exchange: Exchange): Promise<void>
  /** Ends all sessions and requests under way. */
  end(): Promise<void>
}

/** The request that clients of 2026 send to follow changes. */
const listens = z.looseObject({ method: z.literal('subscriptions/listen') })

/**
 * Answers the requests of clients. Clients of the 2025 protocol open a session, or send independent requests. Clients of the 2026 protocol
 * always send independent requests, and receive changes in a stream.
 */
export const createAnswers = ({
  log,
  make,
  bus,
  newSessionId,
  streams,
  mostUnderway = 300,
  mostEach = 100,
}: AnswerOptions): Answers => {
  const sessions = createSessions({
    make: (credential) => make(credential, 'session'),
    newId: newSessionId,
    mostBytes,
  })
  const underway = new Map<{ close(): Promise<void> }, string>()

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

  return {
    give({ request: { method, url, headers, raw }, response, ...asker }) {
      const body = { [Symbol.asyncIterator]: () => raw[Symbol.asyncIterator]() }
      const handle = toNodeHandler(
        { fetch: (request) => answer({ request, ...asker }) },
        { maxRequestBodySize: mostBytes },
      )
      return handle({ method, url, headers, ...body }, headFirst(response))
    },
    end: async () =>
      void (await Promise.all([sessions.end(), ...[...underway.keys()].map((handler) => handler.close())])),
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
