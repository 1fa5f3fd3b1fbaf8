import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { parseBody } from './body-limits.ts'
import { isJsonObject, type JsonObject, objectsIn } from './json-object.ts'
import { readOtlpLogs } from './otlp-protobuf.ts'
import { receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

const protobufType = 'application/x-protobuf'

const isProtobuf = ({ headers }: FastifyRequest): boolean =>
  /^application\/(x-)?protobuf\s*(;|$)/i.test(headers['content-type'] ?? '')

/** Codes of gRPC, which OTLP puts in the body of a refusal. */
const grpcCodes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 413: 8, 429: 8, 503: 14 }

/** A refusal has a `google.rpc.Status` in the encoding of the request. */
const refuse: Refuse = (error, request) => {
  const code = grpcCodes[error.status] ?? 3
  if (!isProtobuf(request)) return { status: error.status, body: { code, message: error.message } }
  const body = new BinaryWriter().uint32(8).int32(code).uint32(18).string(error.message).finish()
  return { status: error.status, type: protobufType, body }
}

const shipper: Shipper = { readToken: firstToken(afterScheme('bearer'), fromBasic), refuse }

interface Export extends ShippedRecords {
  /** How many entries of the body are no log records. */
  readonly rejected: number
}

const decode = (body: Buffer, request: FastifyRequest): Export => {
  const sent: unknown = isProtobuf(request) ? { resourceLogs: readOtlpLogs(body) } : parseBody(body)
  if (!isJsonObject(sent) || (sent.resourceLogs !== undefined && !Array.isArray(sent.resourceLogs))) {
    throw new AppError('INVALID_REQUEST', 'The body is no ExportLogsServiceRequest.', {
      hint: 'Send {"resourceLogs": […]} as JSON, or the same as Protocol Buffers.',
    })
  }
  const records: ShippedRecord[] = []
  let rejected = 0
  let timed = true
  for (const { resource, scopeLogs } of objectsIn(sent.resourceLogs)) {
    const source = toSourceName(attributeOf(resource, 'service.name'), 'otlp')
    for (const { scope, logRecords } of objectsIn(scopeLogs)) {
      const origin = JSON.stringify({ resource, scope })
      for (const record of Array.isArray(logRecords) ? logRecords : []) {
        if (!isJsonObject(record)) {
          rejected += 1
          continue
        }
        const { dated, hadTime } = withTime(record)
        timed &&= hadTime
        const text = JSON.stringify(dated)
        records.push({ source, text: origin === '{}' ? text : `${text.slice(0, -1)},${origin.slice(1)}` })
      }
    }
  }
  return { records, rejected, timed }
}

/** Removes a time that is not set. A record without any time gets that of its arrival, by the clock that all processes share. */
const withTime = (record: JsonObject): { readonly dated: JsonObject; readonly hadTime: boolean } => {
  const { timeUnixNano, observedTimeUnixNano, ...rest } = record
  if (isSet(timeUnixNano)) return { dated: record, hadTime: true }
  if (isSet(observedTimeUnixNano)) return { dated: { observedTimeUnixNano, ...rest }, hadTime: true }
  return { dated: { observedTimeUnixNano: 0, ...rest }, hadTime: false }
}

const isSet = (time: unknown): boolean =>
  time !== undefined && time !== null && time !== 0 && time !== '0' && time !== ''

/** Reads a text attribute of a resource. */
const attributeOf = (resource: unknown, name: string): unknown => {
  const found = isJsonObject(resource) ? objectsIn(resource.attributes).find(({ key }) => key === name) : undefined
  return isJsonObject(found?.value) ? found.value.stringValue : undefined
}

const reason = 'An entry of logRecords is not an object.'

/** OpenTelemetry's protocol for logs, over HTTP. */
export const otlpRoutes: readonly Route[] = [
  receiveAt(shipper, {
    path: '/v1/logs',
    decode,
    present({ rejected }, request, reply) {
      if (!isProtobuf(request)) {
        return rejected === 0
          ? { partialSuccess: {} }
          : { partialSuccess: { rejectedLogRecords: String(rejected), errorMessage: reason } }
      }
      // In Protocol Buffers, an answer without rejected records is empty.
      return reply.type(protobufType).send(Buffer.alloc(0))
    },
  }),
]
