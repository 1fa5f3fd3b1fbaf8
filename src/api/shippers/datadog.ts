import type { FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { parseBody } from './body-limits.ts'
import { isJsonObject, type JsonObject, textOf } from './json-object.ts'
import { isPreciseTime } from './precise-time.ts'
import { confirmAt, receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { linesIn } from './split-values.ts'
import { afterScheme, firstToken, fromHeader } from './tokens.ts'

const refuse: Refuse = ({ status, message }) => ({
  status,
  body: { errors: [{ status: String(status), title: message, detail: message }] },
})

const shipper: Shipper = { readToken: firstToken(fromHeader('dd-api-key'), afterScheme('bearer')), refuse }

const decode = (body: Buffer, { headers, query }: FastifyRequest): ShippedRecords => {
  const defaults = isJsonObject(query) ? query : {}
  if (body.length === 0) throw new AppError('INVALID_REQUEST', 'The body is empty.')
  const items = /^text\/plain\b/i.test(headers['content-type'] ?? '')
    ? linesIn(body).map((message) => ({ message }))
    : readItems(parseBody(body))
  return {
    records: items.map((item) => toRecord(item, defaults)),
    timed: items.every((item: JsonObject) => isPreciseTime(item.timestamp)),
  }
}

const readItems = (sent: unknown): readonly JsonObject[] =>
  (Array.isArray(sent) ? sent : [sent]).map((item: unknown, index) => {
    if (typeof item === 'string') return { message: item }
    if (isJsonObject(item)) return item
    throw new AppError('INVALID_REQUEST', `Log ${index} is not an object.`)
  })

/** Renames the reserved attributes: Datadog's `status` is a level, elsewhere it is an outcome. */
const toRecord = (item: JsonObject, defaults: JsonObject): ShippedRecord => {
  const { ddsource, ddtags, status, service, hostname, message, ...rest } = item
  const program = textOf(service) ?? textOf(defaults.service)
  const technology = textOf(ddsource) ?? textOf(defaults.ddsource)
  const host = hostname ?? defaults.hostname
  return {
    source: toSourceName(program ?? technology, 'datadog'),
    text: JSON.stringify({
      message: isJsonObject(message) ? JSON.stringify(message) : message,
      ...rest,
      ...(status !== undefined && (typeof status === 'string' ? { level: status } : { status })),
      ...(host !== undefined && { hostname: host }),
      ...(program !== undefined && { service: program }),
      ...(technology !== undefined && { 'datadog.source': technology }),
      ...tagsIn(textOf(ddtags) ?? textOf(defaults.ddtags) ?? ''),
    }),
  }
}

/** Reads `env:prod,version:1.2`. */
const tagsIn = (text: string): JsonObject =>
  Object.fromEntries(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag.indexOf(':') > 0)
      .map((tag) => [`tags.${tag.slice(0, tag.indexOf(':'))}`, tag.slice(tag.indexOf(':') + 1)]),
  )

/** Datadog's intake of logs: its Agent, its libraries, Fluent Bit and Vector. */
export const datadogRoutes: readonly Route[] = [
  receiveAt(shipper, {
    path: '/api/v2/logs',
    decode,
    present(_delivery, _request, reply) {
      reply.code(202)
      return {}
    },
  }),
  receiveAt(shipper, { path: '/v1/input', decode, present: () => ({}) }),
  confirmAt(shipper, { path: '/api/v1/validate', present: () => ({ valid: true }) }),
]
