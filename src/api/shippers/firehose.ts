import { gunzipSync } from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { mostBytes, parseBody } from './body-limits.ts'
import { isJsonObject, type JsonObject, objectsIn, textOf } from './json-object.ts'
import { receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { linesIn, splitValues } from './split-values.ts'
import { afterScheme, firstToken, fromHeader } from './tokens.ts'

const idOf = ({ headers }: FastifyRequest): string => {
  const id = headers['x-amz-firehose-request-id']
  return typeof id === 'string' ? id.slice(0, 200) : ''
}

const refuse: Refuse = (error, request) => ({
  status: error.status,
  body: { requestId: idOf(request), timestamp: Date.now(), errorMessage: error.message },
})

const shipper: Shipper = {
  readToken: firstToken(fromHeader('x-amz-firehose-access-key'), afterScheme('bearer')),
  refuse,
}

interface FirehoseRecords extends ShippedRecords {
  readonly requestId: string
}

const decode = (body: Buffer, request: FastifyRequest): FirehoseRecords => {
  const sent: unknown = parseBody(body)
  if (!isJsonObject(sent) || !Array.isArray(sent.records)) {
    throw new AppError('INVALID_REQUEST', 'The body has no list "records".')
  }
  const requestId = textOf(sent.requestId)?.slice(0, 200) ?? idOf(request)
  let left = mostBytes
  const records = objectsIn(sent.records).flatMap(({ data }) => {
    const bytes = unpacked(Buffer.from(textOf(data) ?? '', 'base64'), left)
    left -= bytes.length
    return recordsIn(bytes)
  })
  return { records, requestId, timed: false, ...(requestId !== '' && { id: `firehose ${requestId}` }) }
}

/** Decompresses the gzip in which CloudWatch sends logs. */
const unpacked = (bytes: Buffer, most: number): Buffer => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, most) })
  } catch (error) {
    const isLarge = error instanceof RangeError
    throw new AppError(
      isLarge ? 'TOO_LARGE' : 'INVALID_REQUEST',
      'The data of a record is too large, or not valid gzip.',
      {
        cause: error,
      },
    )
  }
}

/** Reads the data of one record: subscribed logs of CloudWatch, other JSON, or lines. */
const recordsIn = (bytes: Buffer): readonly ShippedRecord[] => {
  const text = bytes.toString('utf8')
  if (!text.startsWith('{')) {
    return linesIn(bytes).map((line) => ({ source: 'firehose', text: line }))
  }
  return splitValues(text).flatMap((value) => {
    const object = parse(value)
    return object?.messageType === undefined ? [{ source: 'firehose', text: value }] : fromCloudWatch(object)
  })
}

const parse = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Reads a message of a CloudWatch subscription. Control messages, which test the destination, contain no logs. */
const fromCloudWatch = ({
  messageType,
  owner,
  logGroup,
  logStream,
  logEvents,
}: JsonObject): readonly ShippedRecord[] => {
  if (messageType !== 'DATA_MESSAGE') return []
  return objectsIn(logEvents).map(({ id, timestamp, message }) => ({
    source: toSourceName(logGroup, 'cloudwatch'),
    text: JSON.stringify({
      timestamp,
      message,
      'event.id': id,
      'cloud.account.id': owner,
      'aws.log_group': logGroup,
      'aws.log_stream': logStream,
    }),
  }))
}

/** Amazon Data Firehose's HTTP endpoint, to which CloudWatch subscriptions deliver. */
export const firehoseRoutes: readonly Route[] = [
  receiveAt(shipper, {
    path: '/firehose',
    decode,
    present: ({ requestId }) => ({ requestId, timestamp: Date.now() }),
  }),
]
