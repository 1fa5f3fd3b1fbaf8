import type { BinaryReader } from '@bufbuild/protobuf/wire'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { mostBytes, parseBody } from './body-limits.ts'
import { isJsonObject, type JsonObject, objectsIn, textOf } from './json-object.ts'
import { isPreciseTime } from './precise-time.ts'
import { outermostPlace, type ProtobufPlace, readProtobuf, readString } from './protobuf.ts'
import { confirmAt, receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { decompressSnappy } from './snappy.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

/** Loki reports failures with one line of text. */
const refuse: Refuse = (error) => ({
  status: error.status,
  type: 'text/plain; charset=utf-8',
  body: Buffer.from(`${error.message}\n`),
})

const shipper: Shipper = { readToken: firstToken(fromBasic, afterScheme('bearer')), refuse }

/** One line of a stream. */
interface Entry {
  /** Nanoseconds since the epoch, or a time of RFC 3339. */
  readonly time: string
  readonly line: string
  readonly metadata: JsonObject
}

interface Stream {
  readonly labels: JsonObject
  readonly entries: readonly Entry[]
}

const decode = (body: Buffer, { headers }: FastifyRequest): ShippedRecords => {
  const isJson = /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(headers['content-type'] ?? '')
  const streams = isJson ? readJsonStreams(body) : readStreams(decompressSnappy(body, mostBytes))
  const records: ShippedRecord[] = []
  for (const { labels, entries } of streams) {
    const source = sourceOf(labels)
    for (const { time, line, metadata } of entries) {
      const text = JSON.stringify({
        timestamp: time,
        message: line,
        ...withoutClash(metadata),
        ...withoutClash(labels),
      })
      records.push({ source, text })
    }
  }
  return { records, timed: streams.every(({ entries }) => entries.every(({ time }) => isPreciseTime(time))) }
}

/** The labels that name the program, best first. */
const sourceOf = ({ service_name, job, app, container, filename }: JsonObject): string => {
  const name = [service_name, job, app, container, filename].find((label) => textOf(label) !== undefined)
  return toSourceName(name, 'loki')
}

/** Renames labels that have the name of the time or the line of an entry. */
const withoutClash = (labels: JsonObject): JsonObject => {
  if (labels.timestamp === undefined && labels.message === undefined) return labels
  const { timestamp, message, ...rest } = labels
  return { ...rest, 'label.timestamp': timestamp, 'label.message': message }
}

const readJsonStreams = (body: Buffer): readonly Stream[] => {
  const sent: unknown = parseBody(body)
  if (!isJsonObject(sent) || !Array.isArray(sent.streams)) throw malformed('"streams" must be a list.')
  return sent.streams.map((stream: unknown, index): Stream => {
    if (!isJsonObject(stream)) throw malformed(`Stream ${index} is not an object.`)
    const labels = isJsonObject(stream.stream) ? stream.stream : readLabels(textOf(stream.labels) ?? '')
    const { values = [], entries } = stream
    if (!Array.isArray(values)) throw malformed(`The values of stream ${index} are not a list.`)
    // Clients before Loki 1.0 send `entries` instead of `values`.
    const old = objectsIn(entries).map(({ ts, line }) => readEntry([ts, line], index))
    return { labels, entries: [...values.map((value: unknown) => readEntry(value, index)), ...old] }
  })
}

const readEntry = (value: unknown, index: number): Entry => {
  const [time, line, metadata]: unknown[] = Array.isArray(value) ? value : []
  if ((typeof time !== 'string' && typeof time !== 'number') || typeof line !== 'string') {
    throw malformed(`A value of stream ${index} is not ["<time>", "<line>"].`)
  }
  return { time: String(time), line, metadata: isJsonObject(metadata) ? metadata : {} }
}

/** Reads a `PushRequest` in Protocol Buffers. */
const readStreams = (body: Buffer): readonly Stream[] => {
  const streams: Stream[] = []
  readProtobuf(body, outermostPlace(), (field, reader, inside) => {
    if (field !== 1) return false
    let labels: JsonObject = {}
    const entries: Entry[] = []
    readProtobuf(reader.bytes(), inside, (inner, stream, within) => {
      if (inner === 1) labels = readLabels(readString(stream))
      else if (inner === 2) entries.push(readProtobufEntry(stream, within))
      else return false
      return true
    })
    streams.push({ labels, entries })
    return true
  })
  return streams
}

const readProtobufEntry = (reader: BinaryReader, place: ProtobufPlace): Entry => {
  let time = '0'
  let line = ''
  const metadata: Record<string, unknown> = {}
  readProtobuf(reader.bytes(), place, (field, entry, inside) => {
    if (field === 1) time = readTime(entry, inside)
    else if (field === 2) line = readString(entry)
    else if (field === 3) {
      const [name, value] = readLabelPair(entry, inside)
      metadata[name] = value
    } else return false
    return true
  })
  return { time, line, metadata }
}

/** Reads a `google.protobuf.Timestamp` as nanoseconds. */
const readTime = (reader: BinaryReader, place: ProtobufPlace): string => {
  let seconds = 0n
  let nanos = 0
  readProtobuf(reader.bytes(), place, (field, time) => {
    if (field === 1) seconds = BigInt(time.int64())
    else if (field === 2) nanos = time.int32()
    else return false
    return true
  })
  return String(seconds * 1_000_000_000n + BigInt(nanos))
}

const readLabelPair = (reader: BinaryReader, place: ProtobufPlace): readonly [string, string] => {
  let name = ''
  let value = ''
  readProtobuf(reader.bytes(), place, (field, pair) => {
    if (field === 1) name = readString(pair)
    else if (field === 2) value = readString(pair)
    else return false
    return true
  })
  return [name, value]
}

/** Reads `{job="nginx", host="web-01"}`. */
const readLabels = (text: string): JsonObject => {
  const labels: Record<string, string> = {}
  for (const [, name = '', value = ''] of text.matchAll(/([A-Za-z_][\w.:-]*)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = value.replace(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return labels
}

const malformed = (message: string): AppError =>
  new AppError('INVALID_REQUEST', message, {
    hint: 'Send {"streams": [{"stream": {…}, "values": [["<ns>", "<line>"]]}]}.',
  })

/** Loki's push protocol: Promtail, Alloy, Fluent Bit, Vector, Docker's driver and the transports of winston and pino. */
export const lokiRoutes: readonly Route[] = [
  receiveAt(shipper, {
    path: '/loki/api/v1/push',
    decode,
    present: (_delivery, _request, reply) => reply.code(204).send(),
  }),
  receiveAt(shipper, {
    path: '/api/prom/push',
    hide: true,
    decode,
    present: (_delivery, _request, reply) => reply.code(204).send(),
  }),
  confirmAt(shipper, { path: '/loki/api/v1/status/buildinfo', present: () => ({ version: '3.0.0' }) }),
]
