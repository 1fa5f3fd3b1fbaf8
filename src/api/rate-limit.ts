import plugin from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'

/** How many requests a minute one token, or one address without, may send. */
export interface RateLimit {
  readonly requests: number
  /** For senders of logs, who send often by nature. */
  readonly ingest: number
}

const defaults: RateLimit = { requests: 6_000, ingest: 120_000 }
const windowSeconds = 60

/** Limits requests per token or address, and states the remaining number in every response. */
export const limitRate = async (app: FastifyInstance, { requests, ingest }: Partial<RateLimit> = {}): Promise<void> => {
  const most = { requests: requests ?? defaults.requests, ingest: ingest ?? defaults.ingest }
  await app.register(plugin, {
    global: true,
    timeWindow: windowSeconds * 1000,
    max: (request) => (isIngest(request) ? most.ingest : most.requests),
    keyGenerator: (request) =>
      `${isIngest(request) ? 'ingest' : 'other'} ${request.credential?.tokenId ?? request.credential?.actor.name ?? request.ip}`,
    errorResponseBuilder: (_request, { ttl, max }) =>
      new AppError('RATE_LIMITED', `More than ${max} requests in a minute.`, {
        hint: 'Send several records in one request.',
        retryable: true,
        retryAfter: Math.ceil(ttl / 1000),
      }),
  })
  app.addHook('onSend', async (_request, reply) => {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
      reply.getHeader(`x-ratelimit-${name}`),
    )
    if (limit === undefined) return
    reply.header('ratelimit-policy', `"minute";q=${limit};w=${windowSeconds}`)
    reply.header('ratelimit', `"minute";r=${remaining};t=${reset}`)
  })
}

const isIngest = ({
  method,
  routeOptions,
}: {
  readonly method: string
  readonly routeOptions: { readonly url?: string | undefined; readonly config: { readonly ingests?: boolean } }
}) => method === 'POST' && (routeOptions.config.ingests === true || ingestUrls.has(routeOptions.url ?? ''))

const ingestUrls = new Set([
  '/anomalies',
  '/api/v1/alerts',
  '/api/v1/alerts/batch',
  '/api/v1/events',
  '/api/v1/query-results',
  '/api/v1/webhooks/:source_type',
])
