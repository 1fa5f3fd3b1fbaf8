import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import type { AnswerListener } from '../../operations/answer-listener.ts'
import { JsonBytes } from '../../operations/json-bytes.ts'
import { decodeText } from '../../operations/records/decode-text.ts'
import { readRecords } from '../../operations/records/record-body.ts'
import type { SentBody } from '../../operations/sent-body.ts'
import { type AnyOperation, ask, type InterfaceDeps, permit } from '../ask.ts'
import type { Auth } from '../auth.ts'
import { readBody, readWhole } from '../body.ts'
import { requestOrigin } from '../denials.ts'
import { invalidInput, toAppError } from '../problem.ts'
import { noteRefusal } from '../refusals.ts'
import { createAnswerStreams } from './answer-stream.ts'
import { describeRoute } from './describe.ts'
import { headerInputs } from './headers.ts'
import { bodyInputs, knownTo, mergeInput, type QueryReader, queryReader } from './input.ts'
import { readJson } from './json.ts'
import { presentAnswer } from './present.ts'
import type { Refuse, Route } from './route.ts'

/** Registers one row of the route table. */
export const registerRoute = (app: FastifyInstance, route: Route, deps: InterfaceDeps, auth: Auth, log: Log): void => {
  const operations = [route.operation, ...(route.debug ? [route.debug] : [])]
  const streamed = route.streams && createAnswerStreams(app, log)
  const readers = new Map<AnyOperation, QueryReader>(
    operations.map((operation) => [operation, queryReader(operation, route.refuse !== undefined)]),
  )

  const respond = async (request: FastifyRequest, reply: FastifyReply) => {
    const sent = inputs.parse(request.query)
    const wantsDebug = route.debug !== undefined && (sent.debug === '1' || sent.debug === 'true')
    const operation = wantsDebug && route.debug ? route.debug : route.operation
    const credential = route.open ? undefined : request.credential
    permit(operation, credential)
    const { debug, ...query } = (route.readQuery ?? asItStands)(sent)
    const body =
      operation.thread === 'worker'
        ? { body: sentBodyOf(route, request) }
        : await (route.read ?? ((sent: FastifyRequest) => bodyOf(route, sent)))(request)
    const input = mergeInput(
      // An older contract may have a path that only its presenter reads.
      route.refuse ? knownTo(operation, inputs.parse(request.params)) : inputs.parse(request.params),
      readers.get(operation)?.(route.debug || debug === undefined ? query : { ...query, debug }) ?? {},
      headerInputs(operation, request.headers),
      route.refuse && operation.thread !== 'worker' ? knownTo(operation, body) : body,
    )
    const present = (answer: unknown) => (route.present ?? presentAnswer)(answer, request, reply)
    const work = (watcher?: AnswerListener) =>
      ask(operation, input, watcher ? watchedBy(watcher, deps) : deps, credential, requestOrigin(request))
    if (streamed) return streamed(request, reply, work, present)
    // Where unauthenticated changes are allowed, callers may guess secrets.
    const watcher = operation.thread === 'worker' ? watch(reply) : undefined
    const result = await (route.open && route.method !== 'GET' ? auth.guard(request.ip, work) : work(watcher))
    if (result instanceof JsonBytes) {
      const { bytes } = route.finish ? await route.finish(result, deps) : result
      return reply.type('application/json; charset=utf-8').send(bytes)
    }
    // A change by an admin, or a deletion, may affect permissions, so clear the cached tokens.
    if (operation.role === 'admin' || route.method === 'DELETE' || route.forgets) auth.forget()
    return present(result)
  }
  app.route({
    method: route.method,
    url: route.path,
    config: {
      open: route.open ?? false,
      role: route.operation.role,
      bareToken: route.bareToken ?? false,
      ...(route.tokenHeader && { tokenHeader: route.tokenHeader }),
      ...(route.readToken && { readToken: route.readToken }),
      ingests: route.ingests ?? false,
      describe: () => describeRoute(route),
    },
    ...(route.programsOnly && { constraints: { client: 'program' } }),
    ...(route.refuse && { errorHandler: refuseAs(route.refuse, log) }),
    handler: (request, reply) =>
      respond(request, reply).catch((error: unknown) => {
        throw blameQuery(error, request.query)
      }),
  })
}

/** Returns a fault of the client for a parameter that a route cannot read itself, such as one that is sent twice. */
const blameQuery = (error: unknown, query: unknown): unknown => {
  const sent = inputs.parse(query)
  const isTheirs =
    error instanceof z.ZodError && error.issues.every(({ path: [name] }) => typeof name === 'string' && name in sent)
  return isTheirs ? invalidInput(error) : error
}

/** The body of an operation in a worker thread: that thread reads it. */
const sentBodyOf = ({ body, refuse }: Route, { raw }: FastifyRequest): SentBody => {
  const length = raw.headers['content-length']
  return {
    kind: body === 'records' || body === 'form' ? body : 'json',
    contentType: raw.headers['content-type'],
    lenient: refuse !== undefined,
    length: length === undefined ? undefined : Number(length),
    chunks: readBody(raw),
  }
}

/** Detects that the client disconnected, to cancel work that nobody waits for. */
const watch = ({ raw }: FastifyReply): AnswerListener => {
  const gone = new AbortController()
  if (raw.destroyed) gone.abort()
  else raw.once('close', () => gone.abort())
  return { signal: gone.signal }
}

const watchedBy = (watcher: AnswerListener, deps: InterfaceDeps): InterfaceDeps =>
  Object.assign(Object.create(deps), { watcher })

/** Formats errors according to an older contract. */
export const refuseAs =
  (refuse: Refuse, log: Log) =>
  (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = toAppError(thrown)
    noteRefusal(error, thrown, request, reply, log)
    const { status, body, type = 'application/json; charset=utf-8', headers = {} } = refuse(error, request)
    return reply
      .code(status)
      .type(type)
      .headers({ ...headers, 'x-request-id': request.id })
      .send(body instanceof Uint8Array ? body : JSON.stringify(body))
  }

/** A release of all rules has about 20 MB. */
const mostArchive = 64 * 1_048_576
const mostYaml = 1_048_576
/** An inventory of 100,000 items has about 10 MB. */
const mostTable = 32 * 1_048_576

const isYaml = (type: string): boolean => /^(application|text)\/(x-)?yaml\s*(;|$)/i.test(type)

const inputs = z.record(z.string(), z.unknown())

const asItStands: NonNullable<Route['readQuery']> = (query) => query

const bodyOf = async (route: Route, request: FastifyRequest) => {
  if (route.method === 'GET' || route.method === 'DELETE') return {}
  if (route.body === 'records') return { records: readRecords(readBody(request.raw), request.headers['content-type']) }
  if (route.body === 'archive') return { archive: await readWhole(readBody(request.raw), mostArchive) }
  if (route.body === 'table') return { table: decodeText(await readWhole(readBody(request.raw), mostTable)) }
  if (route.body === 'yaml' && isYaml(request.headers['content-type'] ?? '')) {
    return { yaml: decodeText(await readWhole(readBody(request.raw), mostYaml)) }
  }
  return bodyInputs(await readJson(request.raw))
}
