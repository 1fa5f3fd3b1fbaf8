import { once } from 'node:events'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FormattedExecutionResult } from 'graphql'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { createLate } from '../../lib/late/late.ts'
import { listIncidents } from '../../operations/incidents/list-incidents.ts'
import { ask, type InterfaceDeps, permit } from '../ask.ts'
import { type Change, type ChangeFeed, changesFor, readChanges } from '../change-feed.ts'
import { requestOrigin } from '../denials.ts'
import { lastEventId, openEventStream } from '../event-stream.ts'
import type { LiveStreams } from '../live-streams.ts'
import { invalidInput } from '../problem.ts'
import { parseJson, readJson } from '../rest/json.ts'
import type { QueryContext } from './answer.ts'
import { type Query, query, queryLimits } from './query.ts'
import { createWaitingChanges } from './waiting-changes.ts'

interface GraphqlOptions {
  readonly deps: InterfaceDeps
  readonly log: Log
  readonly feed: ChangeFeed
  readonly streams: LiveStreams
  /** Whether the subscriber may still read. */
  readonly stillWelcome: (request: FastifyRequest) => Promise<boolean>
}

const mostBytes = 262_144
const welcomeMs = 15_000
const heartbeatMs = 12_000
/** Disconnects a subscriber with so many unread changes. */
const mostWaiting = 1_000

/**
 * Serves GraphQL at `/graphql`: queries, and subscriptions as server-sent events, to clients with a token or a session.
 */
export const serveGraphql = (
  app: FastifyInstance,
  { deps, log, feed, streams, stillWelcome }: GraphqlOptions,
): void => {
  const subscriptions = new Set<() => void>()
  const answers = new Set<Promise<void>>()
  app.addHook('preClose', async () => {
    for (const end of subscriptions) end()
    await Promise.allSettled(answers)
  })
  // Loaded lazily, because it takes time and memory, and most servers get no GraphQL query.
  const graph = createLate(async () => (await import('./answer.ts')).createGraph())

  const follow = (request: FastifyRequest, reply: FastifyReply, after: number | undefined): AsyncIterable<Change> => {
    const close = streams.open(request.credential, request.ip)
    const changes = createWaitingChanges(mostWaiting)
    const unfollow = feed.follow(changes.add)
    const watch = setInterval(() => {
      stillWelcome(request).then((welcome) => welcome || end(), end)
    }, welcomeMs)
    watch.unref()
    const end = () => {
      clearInterval(watch)
      unfollow()
      close()
      subscriptions.delete(end)
      changes.end()
    }
    subscriptions.add(end)
    if (reply.raw.destroyed) end()
    else reply.raw.once('close', end)
    return after === undefined
      ? changes
      : missedFirst(readChanges(changesFor(deps, request.credential), after), changes)
  }

  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    schema: { hide: true },
    config: { role: 'viewer' },
    async handler(request, reply) {
      const { credential, id } = request
      permit(listIncidents, credential)
      const asked = await readQuery(request)
      const { answer: answerQuery } = await graph.load()
      const answer = await answerQuery(asked, {
        ...remembering((operation, input) => ask(operation, input, deps, credential, requestOrigin(request))),
        changes: (after) => follow(request, reply, after),
        lastSeen: lastEventId(request),
        ...markPlace(),
        now: () => deps.now(),
        requestId: id,
        failed: (err) => log.error({ err, request_id: id, path: '/graphql' }, 'a request failed'),
      })
      const accept = request.headers.accept ?? '*/*'
      if (!(Symbol.asyncIterator in answer) && accept.trim() !== eventStream) return sendAnswer(reply, accept, answer)
      const stream = tellEvents(reply, answer)
      answers.add(stream)
      return stream.finally(() => answers.delete(stream))
    },
  })
}

const eventStream = 'text/event-stream'
const graphqlJson = 'application/graphql-response+json'

/** Reads the query from the JSON body, or from the same names in the URL. */
const readQuery = async (request: FastifyRequest): Promise<Query> => {
  const parsed = query.safeParse(
    request.method === 'GET' ? fromAddress(request) : await readJson(request.raw, mostBytes),
  )
  if (parsed.success) return parsed.data
  throw invalidInput(parsed.error)
}

const fromAddress = (request: FastifyRequest): object => {
  const { variables, extensions, ...rest } = z.record(z.string(), z.unknown()).parse(request.query)
  return {
    ...rest,
    ...(typeof variables === 'string' && { variables: parseJson(variables) }),
    ...(typeof extensions === 'string' && { extensions: parseJson(extensions) }),
  }
}

/** Sends one answer. Only clients that request the newer media type get an error status if nothing was executed. */
const sendAnswer = (reply: FastifyReply, accept: string, answer: FormattedExecutionResult): FastifyReply => {
  const newer = accept.includes(graphqlJson)
  const status = answer.data === undefined ? answer.errors?.[0]?.extensions?.status : 200
  return reply
    .code(newer && typeof status === 'number' ? status : 200)
    .type(`${newer ? graphqlJson : 'application/json'}; charset=utf-8`)
    .send(JSON.stringify(answer))
}

/** Sends answers as events `next`, and a final `complete`. */
const tellEvents = async (
  reply: FastifyReply,
  answers: FormattedExecutionResult | AsyncIterable<FormattedExecutionResult>,
): Promise<void> => {
  const write = openEventStream(reply)
  const heartbeat = setInterval(() => write(':\n\n'), heartbeatMs)
  heartbeat.unref()
  // A browser waits for the first bytes.
  write(':\n\n')
  const each = Symbol.asyncIterator in answers ? answers : [answers]
  for await (const answer of each) {
    const cursor = answer.extensions?.cursor
    write(`${typeof cursor === 'string' ? `id: ${cursor}\n` : ''}event: next\ndata: ${JSON.stringify(answer)}\n\n`)
    // Much may have been missed: it is read no faster than it is taken.
    if (reply.raw.writableNeedDrain) await Promise.race([once(reply.raw, 'drain'), once(reply.raw, 'close')])
  }
  clearInterval(heartbeat)
  write('event: complete\ndata:\n\n')
  reply.raw.end()
}

/** Sends missed changes first; changes in the meantime may be sent twice. */
async function* missedFirst(missed: AsyncIterable<Change>, live: AsyncIterable<Change>): AsyncGenerator<Change> {
  yield* missed
  yield* live
}

/** Remembers the position of one subscription. */
const markPlace = (): Pick<QueryContext, 'reached' | 'cursor'> => {
  let place: number | undefined
  return {
    reached({ updated_at }) {
      // Missed and new changes may overlap; the later position counts.
      place = Math.max(place ?? 0, updated_at)
    },
    cursor: () => place?.toString(),
  }
}

/** Runs the same query only once: many alerts belong to one incident. */
const remembering = (work: QueryContext['ask']): Pick<QueryContext, 'ask' | 'forget'> => {
  const known = new Map<string, Promise<unknown>>()
  return {
    ask(operation, input) {
      const name = `${operation.name} ${JSON.stringify(input)}`
      const answer =
        known.get(name) ?? (known.size < queryLimits.asks ? work(operation, input) : Promise.reject(tooMany()))
      known.set(name, answer)
      return answer
    },
    forget: () => known.clear(),
  }
}

const tooMany = (): AppError =>
  new AppError('INVALID_REQUEST', `The query leads to more than ${queryLimits.asks} things that are read one by one.`, {
    hint: 'Follow fewer links, or give a smaller "limit".',
  })
