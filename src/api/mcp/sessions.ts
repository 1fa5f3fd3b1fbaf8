import {
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { Credential } from '../../operations/accounts/credential.ts'
import { createSessionLog, type SessionLog } from './session-log.ts'

const lastEventId = 'last-event-id'

interface SessionOptions {
  readonly make: (credential: Credential) => McpServer
  readonly newId: () => string
  readonly mostBytes: number
  /** The limits of concurrent sessions, in total and per caller. */
  readonly most?: number
  readonly mostEach?: number
  /** The idle timeout of a session, in ms. */
  readonly idleMs?: number
}

/** A request of a client of 2025, read once. */
export interface SessionRequest {
  readonly request: Request
  readonly body: unknown
  readonly credential: Credential
  /** Called when the answer has ended; for a stream, when the client disconnects. */
  readonly ended: Promise<void>
}

export interface McpSessions {
  /** Answers requests that belong to a session or open one; undefined for others. */
  answer(asked: SessionRequest): Promise<Response> | undefined
  end(): Promise<void>
}

interface Session {
  readonly owner: string
  readonly server: McpServer
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly log: SessionLog
  underway: number
  timer: NodeJS.Timeout | undefined
}

/**
 * Holds the sessions of clients of the 2025 protocol: each has a server, which may call its client and notify it of changes. A session
 * requires the credential that opened it. A client that opens too many loses the least recently used one.
 */
export const createSessions = (options: SessionOptions): McpSessions => {
  const { make, newId, mostBytes, most = 200, mostEach = 20, idleMs = 1_800_000 } = options
  /** The least recently used one comes first. */
  const open = new Map<string, Session>()

  const begin = async (asked: SessionRequest): Promise<Response> => {
    const owner = ownerOf(asked.credential)
    const own = [...open.values()].filter((one) => one.owner === owner)
    const [leastUsed] = own.toSorted((a, b) => Math.sign(a.underway) - Math.sign(b.underway))
    if (leastUsed && own.length >= mostEach) await leastUsed.server.close()
    if (open.size >= most) return refuseRpc(503, 'Too many sessions are open. Retry later.')
    const server = make(asked.credential)
    const log = createSessionLog()
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: newId,
      maxRequestBodySize: mostBytes,
      eventStore: log,
      onsessioninitialized: (id) => void open.set(id, session),
    })
    const session: Session = { owner, server, transport, log, underway: 0, timer: undefined }
    const { onclose } = server.server
    server.server.onclose = () => {
      onclose?.()
      clearTimeout(session.timer)
      if (transport.sessionId !== undefined) open.delete(transport.sessionId)
    }
    await server.connect(transport)
    const response = await use(session, asked)
    if (transport.sessionId === undefined) await server.close()
    return response
  }

  const use = (session: Session, { request, body, ended }: SessionRequest): Promise<Response> => {
    clearTimeout(session.timer)
    session.underway += 1
    void ended.then(() => {
      session.underway -= 1
      const id = session.transport.sessionId
      if (session.underway > 0 || id === undefined || open.get(id) !== session) return
      session.timer = setTimeout(() => void session.server.close(), idleMs)
      session.timer.unref()
    })
    return request.method === 'GET'
      ? openStream(session, request, ended)
      : session.transport.handleRequest(request, body === undefined ? {} : { parsedBody: body })
  }

  return {
    answer(asked) {
      const id = asked.request.headers.get('mcp-session-id')
      if (id === null) return isInitializeRequest(asked.body) ? begin(asked) : undefined
      const session = open.get(id)
      if (session?.owner !== ownerOf(asked.credential)) {
        return Promise.resolve(refuseRpc(404, 'Session not found: it ended, or never was. Begin another.'))
      }
      open.delete(id)
      open.set(id, session)
      return use(session, asked)
    },
    async end() {
      await Promise.all([...open.values()].map(({ server }) => server.close()))
    },
  }
}

/** Opens the stream of server messages, or resumes a broken one, beginning with the unread messages. */
const openStream = async ({ transport, log }: Session, request: Request, ended: Promise<void>): Promise<Response> => {
  const last = request.headers.get(lastEventId)
  if (last !== null && !log.isOwn(last)) return transport.handleRequest(request)
  // A client that resumes has lost its stream, whether or not we noticed.
  if (last !== null) transport.closeStandaloneSSEStream()
  const response = await transport.handleRequest(
    last === null && !log.listening
      ? new Request(request, { headers: { ...Object.fromEntries(request.headers), [lastEventId]: log.heard } })
      : request,
  )
  if (response.ok) log.listen(ended)
  return response
}

/** The owner of a session: a token, with the role that it had. */
const ownerOf = ({ actor, via, tokenId, accountId }: Credential): string =>
  JSON.stringify([via, tokenId, accountId, actor.name, actor.role])

const rpcCodes = { 400: -32_600, 404: -32_001, 406: -32_000, 429: -32_000, 503: -32_000 } as const

/** Refuses a request as the protocol does: a JSON-RPC error without an id. */
export const refuseRpc = (status: keyof typeof rpcCodes, message: string): Response =>
  Response.json(
    { jsonrpc: '2.0', error: { code: rpcCodes[status], message }, id: null },
    { status, ...(status >= 429 && { headers: { 'retry-after': '30' } }) },
  )
