import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { AppError } from '../errors.ts'
import { toProblem } from './problem.ts'

interface WaitingOptions {
  readonly host: string
  readonly port: number
  /** Certificate and key in PEM; without them it speaks plain HTTP. */
  readonly tls?: { readonly cert?: string | Buffer | undefined; readonly key?: string | Buffer | undefined }
}

const retryAfter = 5
const reason = 'The database does not answer yet.'

/**
 * Listens in place of the server while the server cannot start yet: live, not ready, and 503 to everything else. Then the probes of an
 * orchestrator do not kill the process, and senders know that they have to wait.
 */
export const openWaitingDoor = async ({
  host,
  port,
  tls = {},
}: WaitingOptions): Promise<{ close(): Promise<void> }> => {
  const server = tls.cert && tls.key ? createSecureServer(tls, answer) : createServer(answer)
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen({ host, port }, done)
  })
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const answer: RequestListener = (request, response) => {
  const { status, type, body } = answerTo(request.url?.split('?', 1)[0] ?? '/')
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // Bodies are not read here, so the connection cannot be used again.
    connection: 'close',
    ...(status === 503 && { 'retry-after': String(retryAfter) }),
  })
  response.end(request.method === 'HEAD' ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
}

const answerTo = (path: string): { readonly status: number; readonly type: string; readonly body: object | string } => {
  const type = 'application/json; charset=utf-8'
  if (path === '/health/live') return { status: 200, type, body: { status: 'alive' } }
  if (path === '/health/ready') return { status: 503, type, body: { status: 'not_ready', problems: [reason] } }
  if (path === '/health') return { status: 503, type, body: { status: 'unhealthy', error: reason } }
  // rsyslog drops the records of a bulk request that gets JSON, and retries at plain text.
  if (path.endsWith('/_bulk')) return { status: 503, type: 'text/plain; charset=utf-8', body: `${reason}\n` }
  const error = new AppError('UNAVAILABLE', reason, {
    hint: 'Try again in a moment; the log of the server says more.',
    retryable: true,
    retryAfter,
  })
  return { status: 503, type: 'application/problem+json', body: toProblem(error, randomUUID(), path) }
}
