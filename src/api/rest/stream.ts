import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { InterfaceDeps } from '../ask.ts'
import { type Change, type ChangeFeed, changesFor, readChanges } from '../change-feed.ts'
import { lastEventId, openEventStream } from '../event-stream.ts'
import type { LiveStreams } from '../live-streams.ts'
import { invalidInput } from '../problem.ts'

interface StreamOptions {
  readonly deps: InterfaceDeps
  readonly feed: ChangeFeed
  readonly streams: LiveStreams
  /** Whether the client of a stream may still read it. */
  readonly stillWelcome: (request: FastifyRequest) => Promise<boolean>
}

const topics = { alerts: 'alert', incidents: 'incident' } as const
const query = z.strictObject({
  topics: z
    .string()
    .default('alerts,incidents')
    .describe('The kinds to follow: alerts, incidents, or both with a comma between.')
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['alerts', 'incidents'])).min(1)),
})

const heartbeatMs = 15_000

/** Streams changes as server-sent events `alert` and `incident`: ID and version. Clients read the item by its ID. */
export const serveStream = (app: FastifyInstance, { deps, feed, streams, stillWelcome }: StreamOptions): void => {
  const underway = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const end of underway) end()
  })

  app.get('/api/v1/stream', { exposeHeadRoute: false, schema }, async (request, reply) => {
    const parsed = query.safeParse(request.query)
    if (!parsed.success) throw invalidInput(parsed.error)
    const kinds = new Set<Change['kind']>(parsed.data.topics.map((topic) => topics[topic]))
    const read = changesFor(deps, request.credential)
    const since = lastEventId(request) ?? deps.now()
    await read(since, 1)
    const close = streams.open(request.credential, request.ip)

    // A disconnected client resumes with the id of the last event that it got.
    const write = openEventStream(reply)
    const tell = (change: Change) => {
      if (kinds.has(change.kind)) write(toMessage(change))
    }
    const unfollow = feed.follow(tell)
    const heartbeat = setInterval(() => {
      stillWelcome(request).then((welcome) => (welcome ? write(': still here\n\n') : end()), end)
    }, heartbeatMs)
    heartbeat.unref()
    const end = () => {
      clearInterval(heartbeat)
      unfollow()
      close()
      underway.delete(end)
      reply.raw.end()
    }
    underway.add(end)
    reply.raw.on('close', end)
    // The client may have disconnected before the listener was added.
    if (reply.raw.destroyed) return end()
    // A client that is cut off before the first change resumes from here.
    write(`id: ${since}\nretry: 2000\n\n`)
    for await (const change of readChanges(read, since)) tell(change)
  })
}

const schema = {
  operationId: 'stream_changes',
  summary: 'Streams changes of alerts and incidents as server-sent events.',
  description:
    'Needs the role `viewer` or a higher one. Resumes after `Last-Event-ID`. A change may come twice: compare versions.',
  tags: ['stream'],
  querystring: z.object({
    topics: z.string().optional().describe('`alerts`, `incidents`, or both with a comma between.'),
  }),
  response: {
    200: { description: 'Events.', content: { 'text/event-stream': { schema: z.string() } } },
  },
}

const toMessage = ({ kind, id, version, updated_at }: Change): string =>
  `id: ${updated_at}\nevent: ${kind}\ndata: ${JSON.stringify({ id, version })}\n\n`
