import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { mostRecords, tooMany } from './body-limits.ts'
import { isPreciseTime } from './precise-time.ts'
import { confirmAt, receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { eachBodyLine } from './split-values.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

/** Clients check this header first. */
const product = { 'x-elastic-product': 'Elasticsearch' }

/** The API version that clients see. Its `_bulk` is what every client since version 5 sends. */
const version = '8.19.0'

const refuse: Refuse = (error, { headers }) => {
  // rsyslog, the one client without a User-Agent, drops its records after any answer in JSON, and retries after any other.
  if (!headers['user-agent'] && mayPass.has(error.status)) {
    const body = Buffer.from(`${error.message}\n`)
    return { status: error.status, headers: product, type: 'text/plain; charset=utf-8', body }
  }
  const cause = { type: faults[error.status] ?? 'illegal_argument_exception', reason: error.message }
  return {
    status: error.status,
    headers: product,
    body: { error: { root_cause: [cause], ...cause }, status: error.status },
  }
}

/** The statuses of temporary conditions, and of those that an operator can end. */
const mayPass = new Set([401, 403, 429, 503])

const faults: Readonly<Record<number, string>> = {
  401: 'security_exception',
  403: 'security_exception',
  413: 'content_too_long_exception',
  429: 'es_rejected_execution_exception',
  503: 'unavailable_shards_exception',
}

/** Reads `ApiKey`: base64 of `id:key`, as in Elasticsearch, or the token alone. */
const fromApiKey: Shipper['readToken'] = (headers) => {
  const sent = afterScheme('apikey')(headers)
  if (sent === undefined) return undefined
  const pair = Buffer.from(sent, 'base64').toString('utf8')
  return /^[\x21-\x7e]*:[\x21-\x7e]+$/.test(pair) ? pair.slice(pair.indexOf(':') + 1) : sent
}

const shipper: Shipper = { readToken: firstToken(fromBasic, fromApiKey, afterScheme('bearer')), refuse }

/** One action of a bulk request, in the order of its body. */
interface Item {
  readonly action: string
  readonly index: string
  readonly id: string
  /** Why it is refused; the others are accepted. */
  readonly fault?: string
}

interface Bulk extends ShippedRecords {
  readonly items: readonly Item[]
}

const target = z.looseObject({ _index: z.string().optional(), _id: z.union([z.string(), z.number()]).optional() })
const actions = new Set(['create', 'index', 'update', 'delete'])

/** Reads a bulk body: a line with the action, then a line with the document. Throws INVALID_REQUEST for an unreadable action. */
const decodeBulk = (body: Buffer, request: FastifyRequest): Bulk => {
  const lines = eachBodyLine(body.toString('utf8'))
  const fallback = indexOf(request)
  const items: Item[] = []
  const records: ShippedRecord[] = []
  const ids: (string | undefined)[] = []
  let timed = true
  for (const line of lines) {
    if (line === '') continue
    if (items.length >= mostRecords) throw tooMany('records', mostRecords)
    const { action, index = fallback, id } = readAction(line, items.length + 1)
    const item = { action, index, id: id ?? randomUUID() }
    if (action === 'delete') {
      items.push({ ...item, fault: 'Only "create" and "index" are supported.' })
      continue
    }
    const text = lines.next().value ?? ''
    const document = readDocument(text)
    if (action === 'update' || !document) {
      const fault = document ? 'Only "create" and "index" are supported.' : 'The document is not a valid JSON object.'
      items.push({ ...item, fault })
      continue
    }
    items.push(item)
    records.push({ text, source: sourceOf(index) })
    ids.push(id)
    timed &&= id !== undefined || isPreciseTime(document['@timestamp'])
  }
  if (items.length === 0) throw new AppError('INVALID_REQUEST', 'The request body is required.')
  return { items, records, ids, timed }
}

const readAction = (line: string, number: number) => {
  // Some clients add members of their own.
  const [action, value] = Object.entries(readDocument(line) ?? {}).find(([name]) => actions.has(name)) ?? []
  const parsed = target.safeParse(value)
  if (action === undefined || !parsed.success) {
    throw new AppError(
      'INVALID_REQUEST',
      `Malformed action/metadata line of item ${number}: expected one of ${[...actions].join(', ')}.`,
    )
  }
  const { _index: index, _id: id } = parsed.data
  return { action, index, id: id === undefined ? undefined : String(id) }
}

const object = z.record(z.string(), z.unknown())

const readDocument = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!text.startsWith('{')) return undefined
  try {
    return object.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The index in the path. */
const indexOf = ({ params }: FastifyRequest): string =>
  z.object({ index: z.string() }).safeParse(params).data?.index ?? 'elasticsearch'

/** The source of an index: its name without the date, which changes every day. */
const sourceOf = (index: string): string =>
  toSourceName(index.replace(/[-_.]?\d{4}[-_.]\d\d(?:[-_.]\d\d)?(?:-\d{6})?$/, ''), 'elasticsearch')

const shards = { total: 1, successful: 1, failed: 0 }

const created = ({ index, id }: Item) => ({
  _index: index,
  _id: id,
  _version: 1,
  result: 'created',
  _shards: shards,
  _seq_no: 0,
  _primary_term: 1,
})

const presentItem = (item: Item) => ({
  [item.action]:
    item.fault === undefined
      ? { ...created(item), status: 201 }
      : {
          _index: item.index,
          _id: item.id,
          status: 400,
          error: { type: 'document_parsing_exception', reason: item.fault },
        },
})

const bulkAt = (path: string, method: 'POST' | 'PUT' = 'POST'): Route =>
  receiveAt(shipper, {
    method,
    path,
    ...(method === 'PUT' && { hide: true }),
    regroups: true,
    decode: decodeBulk,
    present({ items }, _request, reply) {
      reply.headers(product)
      return { errors: items.some(({ fault }) => fault !== undefined), took: 0, items: items.map(presentItem) }
    },
  })

const documentAt = (path: string, method: 'POST' | 'PUT' = 'POST'): Route =>
  receiveAt(shipper, {
    method,
    path,
    decode(body, request): Bulk {
      const text = body.toString('utf8').trim()
      const document = object.safeParse(JSON.parse(text))
      if (!document.success) throw new AppError('INVALID_REQUEST', 'The document is not a JSON object.')
      const index = indexOf(request)
      const id = z.object({ id: z.string() }).safeParse(request.params).data?.id ?? randomUUID()
      return {
        items: [{ action: 'index', index, id }],
        records: [{ text: JSON.stringify(document.data), source: sourceOf(index) }],
        timed: false,
      }
    },
    present({ items }, _request, reply) {
      reply.code(201).headers(product)
      const [item] = items
      return item && created(item)
    },
  })

/** The server's description, by which clients recognize Elasticsearch and its version. */
const info = {
  name: 'vedette',
  cluster_name: 'vedette',
  cluster_uuid: 'vedette',
  version: {
    number: version,
    build_flavor: 'default',
    build_type: 'tar',
    build_hash: '0000000',
    build_date: '2025-01-01T00:00:00.000Z',
    build_snapshot: false,
    lucene_version: '9.12.1',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
}

const license = { status: 'active', uid: 'vedette', type: 'basic', mode: 'basic' }

const nameIn = ({ params }: FastifyRequest): string => z.object({ name: z.string() }).parse(params).name

/** Answers requests for settings, so that clients need not create them. */
const settings: Readonly<Record<string, (name: string) => unknown>> = {
  '/_alias/:name': (name) => ({ [name]: { aliases: { [name]: {} } } }),
  '/_component_template/:name': (name) => ({ component_templates: [{ name, component_template: { template: {} } }] }),
  '/_data_stream/:name': (name) => ({
    data_streams: [{ name, timestamp_field: { name: '@timestamp' }, generation: 1, status: 'GREEN', indices: [] }],
  }),
  '/_ilm/policy/:name': (name) => ({ [name]: { version: 1, policy: { phases: {} } } }),
  '/_index_template/:name': (name) => ({
    index_templates: [{ name, index_template: { index_patterns: [`${name}*`], template: {}, data_stream: {} } }],
  }),
  '/_ingest/pipeline/:name': (name) => ({ [name]: { processors: [] } }),
  '/_template/:name': (name) => ({ [name]: { index_patterns: [`${name}*`], settings: {} } }),
}

/** Answers requests about the cluster. */
const questions: Readonly<Record<string, unknown>> = {
  '/_cat/health': 'vedette green 1 1 0 0 0 0 0 0 - 100.0%\n',
  '/_cluster/health': { cluster_name: 'vedette', status: 'green', timed_out: false, number_of_nodes: 1 },
  '/_license': { license },
  '/_nodes/http': { nodes: {} },
  '/_xpack': { build: {}, license, features: { ilm: { available: true, enabled: true } } },
}

const answerAt = (
  path: string,
  answer: (request: FastifyRequest) => unknown,
  method: 'GET' | 'POST' | 'PUT' = 'GET',
): Route =>
  confirmAt(shipper, {
    method,
    path,
    ...(path === '/_license' && { listed: true }),
    present(request, reply) {
      reply.headers(product)
      return answer(request)
    },
  })

/**
 * Elasticsearch's `_bulk`, with the requests that its clients send first: Filebeat, Logstash, Fluent Bit, rsyslog and the official
 * libraries. Nothing can be searched here.
 */
export const elasticsearchRoutes: readonly Route[] = [
  { ...answerAt('/', () => info), programsOnly: true },
  bulkAt('/_bulk'),
  bulkAt('/_bulk', 'PUT'),
  bulkAt('/:index/_bulk'),
  bulkAt('/:index/_bulk', 'PUT'),
  documentAt('/:index/_doc'),
  documentAt('/:index/_doc/:id', 'PUT'),
  documentAt('/:index/_create/:id', 'PUT'),
  answerAt('/:index/_refresh', () => ({ _shards: shards })),
  answerAt('/:index/_refresh', () => ({ _shards: shards }), 'POST'),
  ...Object.entries(questions).map(([path, answer]) => answerAt(path, () => answer)),
  ...Object.entries(settings).flatMap(([path, answer]) => [
    answerAt(path, (request) => answer(nameIn(request))),
    answerAt(path, () => ({ acknowledged: true }), 'PUT'),
  ]),
]
