import type { FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { getHealth, health } from '../../operations/status/get-health.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { isJsonObject, type JsonObject, textOf } from './json-object.ts'
import { isPreciseTime } from './precise-time.ts'
import { receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { linesIn, splitValues } from './split-values.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

/** The codes of the HTTP Event Collector, by status. */
const refuse: Refuse = (error, { headers }) => {
  const [event] = error.errors
  if (error.status === 401) {
    return headers.authorization === undefined
      ? { status: 401, body: { text: 'Token is required', code: 2 } }
      : { status: 403, body: { text: 'Invalid token', code: 4 } }
  }
  if (error.status === 403) return { status: 403, body: { text: error.message, code: 4 } }
  // Some forwarders retry 503 and drop 429.
  if (error.status === 429 || error.status === 503) return { status: 503, body: { text: 'Server is busy', code: 9 } }
  if (error.status >= 500) return { status: 500, body: { text: 'Internal server error', code: 8 } }
  if (error.status === 413) return { status: 413, body: { text: error.message, code: 6 } }
  const code = Number(event?.hint ?? 6)
  return {
    status: 400,
    body: {
      text: code === 6 ? 'Invalid data format' : error.message,
      code,
      ...(event && { 'invalid-event-number': Number(event.path) }),
    },
  }
}

const shipper: Shipper = { readToken: firstToken(afterScheme('splunk'), fromBasic, afterScheme('bearer')), refuse }

/** Rejects a body; `code` is the collector's, `event` counts from 0. */
const invalid = (code: number, message: string, event = 0): AppError =>
  new AppError('INVALID_REQUEST', message, { errors: [{ path: String(event), message, hint: String(code) }] })

const decodeEvents = (body: Buffer, { query }: FastifyRequest): ShippedRecords => {
  const defaults = metadataIn(query)
  const texts = splitValues(body.toString('utf8'))
  if (texts.length === 0) throw invalid(5, 'No data')
  let timed = true
  const records = texts.map((text, index): ShippedRecord => {
    const sent = parse(text, index)
    const { event, time, fields } = sent
    if (event === undefined || event === null) throw invalid(12, 'Event field is required', index)
    if (event === '') throw invalid(13, 'Event field cannot be blank', index)
    timed &&= isPreciseTime(time)
    const metadata = { ...defaults, ...metadataIn(sent) }
    return {
      source: sourceOf(metadata),
      text: JSON.stringify({
        ...(time !== undefined && time !== null && { timestamp: time }),
        ...described(metadata),
        ...(isJsonObject(fields) && fields),
        ...(isJsonObject(event)
          ? withoutTime(unwrapped(event), time)
          : { message: textOf(event) ?? JSON.stringify(event) }),
      }),
    }
  })
  return { records, timed }
}

const parse = (text: string, index: number): JsonObject => {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw invalid(6, 'Invalid data format', index)
}

/** Splunk's own libraries put an object below `message`. */
const unwrapped = (event: JsonObject): JsonObject => {
  const { message, ...rest } = event
  return isJsonObject(message) ? { ...message, ...rest } : event
}

/** The collector's time wins over a time in the event. */
const withoutTime = (event: JsonObject, time: unknown): JsonObject => {
  if (time === undefined || time === null) return event
  const { timestamp: _, ...rest } = event
  return rest
}

interface Metadata {
  readonly host?: string
  readonly source?: string
  readonly sourcetype?: string
  readonly index?: string
}

const metadataIn = (value: unknown): Metadata => {
  if (!isJsonObject(value)) return {}
  const names = ['host', 'source', 'sourcetype', 'index'] as const
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textOf(value[name])
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

/** Names the metadata so that the normalizer reads the host, and gives the rest no further meaning. */
const described = ({ host, source, sourcetype, index }: Metadata): JsonObject => ({
  ...(host !== undefined && { host }),
  ...(source !== undefined && { 'splunk.source': source }),
  ...(sourcetype !== undefined && { 'splunk.sourcetype': sourcetype }),
  ...(index !== undefined && { 'splunk.index': index }),
})

/** Types that say nothing about the program. */
const isVague = (sourcetype: string): boolean => sourcetype.startsWith('_') || sourcetype === 'httpevent'

const sourceOf = ({ source, sourcetype }: Metadata): string =>
  toSourceName(sourcetype === undefined || isVague(sourcetype) ? source : sourcetype, 'splunk')

const decodeRaw = (body: Buffer, { query }: FastifyRequest): ShippedRecords => {
  const metadata = metadataIn(query)
  const lines = linesIn(body)
  if (lines.length === 0) throw invalid(5, 'No data')
  const source = sourceOf(metadata)
  const { host } = metadata
  return {
    records: lines.map((line) => ({
      source,
      text: host === undefined ? line : JSON.stringify({ message: line, host }),
    })),
    timed: false,
  }
}

const present = () => ({ text: 'Success', code: 0 })

const healthAt = (path: string): Route => ({
  method: 'GET',
  path,
  operation: getHealth,
  open: true,
  hide: true,
  present(answer, _request, reply) {
    const isReady = health.parse(answer).status === 'ready'
    reply.code(isReady ? 200 : 503)
    return isReady ? { text: 'HEC is healthy', code: 17 } : { text: 'HEC is unhealthy, queues are full', code: 18 }
  },
})

/** Splunk's HTTP Event Collector: Splunk's libraries, Docker's driver, Fluent Bit, Vector, the OpenTelemetry Collector and appliances. */
export const splunkRoutes: readonly Route[] = [
  receiveAt(shipper, { path: '/services/collector', decode: decodeEvents, present }),
  receiveAt(shipper, { path: '/services/collector/event', hide: true, decode: decodeEvents, present }),
  receiveAt(shipper, { path: '/services/collector/event/1.0', hide: true, decode: decodeEvents, present }),
  receiveAt(shipper, { path: '/services/collector/raw', decode: decodeRaw, present }),
  receiveAt(shipper, { path: '/services/collector/raw/1.0', hide: true, decode: decodeRaw, present }),
  healthAt('/services/collector/health'),
  healthAt('/services/collector/health/1.0'),
]
