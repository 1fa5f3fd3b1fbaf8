import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib'
import { AppError } from '../errors.ts'
import type { Event, Template } from '../schema/event.ts'
import { eventKinds } from '../schema/event.ts'
import { eventText } from '../schema/event-fields.ts'
import { eventId } from '../schema/record.ts'
import { ByteReader, ByteWriter } from './event-block-bytes.ts'
import { ColumnWriter, readCodes, readValues, writeValues } from './event-block-columns.ts'
import { FieldsWriter, readFields } from './event-block-fields.ts'
import { MessagesWriter, readMessages } from './event-block-messages.ts'
import { buildTokenFilter } from './token-filter.ts'

/** How many events a block holds at most. */
export const blockSize = 4_096

/** "VB" and the version of the layout, in front of the compressed body. */
const header = Buffer.from([0x56, 0x42, 1])
const compression = { [constants.ZSTD_c_compressionLevel]: 2, [constants.ZSTD_c_checksumFlag]: 1 }
/** A block that claims to be larger than this when opened is broken. */
const largestBody = 2 ** 30

const guessedFlag = 4
const templateFlag = 8
const kindMask = 3

/** What is known of a block without opening it. */
export interface BlockMeta {
  readonly partition: number
  readonly first: number
  readonly last: number
  readonly count: number
  readonly minTime: number
  readonly maxTime: number
  readonly sources: readonly string[]
  readonly streams: readonly string[]
  readonly templateIds: readonly string[]
}

export interface EncodedBlock {
  readonly payload: Uint8Array
  readonly filter: Uint8Array
  readonly meta: BlockMeta
}

/** Events of one partition that follow one another, the first with that number: as many as fit a block. */
export interface Run {
  readonly partition: number
  readonly first: number
  readonly events: readonly Event[]
}

/**
 * Packs a run: column by column, each repeated value once, then zstd, for which another core is used while this one goes on.
 * Every event comes back exactly, whatever its text.
 */
export const encodeBlock = async ({ partition, first, events }: Run): Promise<EncodedBlock> => {
  if (events.length === 0 || events.length > blockSize) throw new Error(`A block holds 1 to ${blockSize} events.`)
  const columns = { source: new ColumnWriter(), stream: new ColumnWriter(), template: new ColumnWriter() }
  const messages = new MessagesWriter()
  const fields = new FieldsWriter()
  const templateTexts = new Map<Template, string>()
  const flags = new Uint8Array(events.length)
  const times = new Float64Array(events.length)
  const received = new Float64Array(events.length)
  const originals: string[] = new Array(events.length)
  const apart: string[] = []
  for (let index = 0; index < events.length; index += 1) {
    const event = events[index]
    if (!event) continue
    times[index] = event.time
    received[index] = event.receivedAt
    originals[index] = event.original
    columns.source.add(event.source)
    columns.stream.add(event.stream)
    if (!messages.add(event.original, event.message)) apart.push(eventText(event))
    fields.add(event.fields)
    const { template } = event
    flags[index] =
      eventKinds.indexOf(event.kind) | (event.timeGuessed ? guessedFlag : 0) | (template ? templateFlag : 0)
    if (template) columns.template.add(templateTexts.get(template) ?? remember(templateTexts, template))
  }
  const templates = columns.template.values.map(parseTemplate)
  const kinds = eventKinds.filter((kind) => events.some((event) => event.kind === kind))
  const body = new ByteWriter(events.length * 160)
  body.varint(partition)
  body.varint(first)
  body.codes(flags)
  body.numbers(times)
  body.numbers(received)
  for (const column of [columns.source, columns.stream, columns.template]) {
    writeValues(column.values, body)
    column.writeCodes(body)
  }
  const ascii = messages.write(body)
  fields.write(body)
  const compressed = compress(body.finish())
  const texts = fields.texts()
  texts.push(...columns.source.values.map(String), ...columns.stream.values.map(String), ...kinds)
  for (const { id, text } of templates) texts.push(id, text)
  for (const text of ascii ? apart : [...originals, ...apart]) texts.push(text)
  const filter = buildTokenFilter(texts, ascii && { texts: originals, bytes: ascii })
  return {
    payload: Buffer.concat([header, await compressed]),
    filter,
    meta: {
      partition,
      first,
      last: first + events.length - 1,
      count: events.length,
      minTime: Math.floor(least(times)),
      maxTime: Math.ceil(greatest(times)),
      sources: columns.source.values.map(String),
      streams: columns.stream.values.map(String),
      templateIds: [...new Set(templates.map(({ id }) => id))],
    },
  }
}

const zstd = promisify(zstdCompress)

/** Compresses in one go, as a rule: what does not fit the room that is made for it comes in pieces, each of which waits for its turn here. */
const compress = (body: Uint8Array): Promise<Uint8Array> =>
  zstd(body, { params: compression, chunkSize: Math.max(65_536, body.length >>> 2) })

/** A block that was opened: its events are made one at a time, when they are asked for. */
export interface OpenBlock {
  readonly partition: number
  readonly first: number
  readonly count: number
  readonly times: readonly number[]
  /** What words are looked for in; cheaper than the event. */
  text(index: number): string
  stream(index: number): string
  event(index: number): Event
}

/** Opens a block; throws STATE_VERSION for a layout of another version, and any error for a broken one. */
export const openBlock = (payload: Uint8Array): OpenBlock => {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (!bytes.subarray(0, 2).equals(header.subarray(0, 2))) throw new Error('This is no block of events.')
  if (bytes[2] !== header[2]) {
    throw new AppError(
      'STATE_VERSION',
      `A block of events has the layout ${bytes[2]}; this program knows ${header[2]}.`,
      {
        hint: 'Use the version of the program that wrote the data, or a newer one.',
      },
    )
  }
  const body = new ByteReader(zstdDecompressSync(bytes.subarray(header.length), { maxOutputLength: largestBody }))
  const partition = body.varint()
  const first = body.varint()
  const flags = body.codes()
  const times = body.numbers()
  const received = body.numbers()
  const [source, stream, template] = [readColumn(body), readColumn(body), readColumn(body)]
  const messages = readMessages(body)
  const fields = readFields(body, flags.length)
  const templates = template.values.map(parseTemplate)
  const templateAt = new Uint16Array(flags.length)
  let used = 0
  for (let index = 0; index < flags.length; index += 1) {
    if (((flags[index] ?? 0) & templateFlag) === 0) continue
    templateAt[index] = template.codes[used] ?? 0
    used += 1
  }
  const textOf = (column: Column, index: number): string => String(column.values[column.codes[index] ?? 0] ?? '')
  return {
    partition,
    first,
    count: flags.length,
    times,
    text(index) {
      const original = messages.original(index)
      return messages.contained(index) ? original : `${messages.message(index, original)}\n${original}`
    },
    stream: (index) => textOf(stream, index),
    event(index) {
      const original = messages.original(index)
      const flag = flags[index] ?? 0
      const found = (flag & templateFlag) === 0 ? undefined : templates[templateAt[index] ?? 0]
      return {
        id: eventId(partition, first + index),
        kind: eventKinds[flag & kindMask] ?? 'event',
        time: times[index] ?? 0,
        timeGuessed: (flag & guessedFlag) !== 0,
        receivedAt: received[index] ?? 0,
        source: textOf(source, index),
        stream: textOf(stream, index),
        message: messages.message(index, original),
        original,
        fields: fields(index),
        ...(found && { template: found }),
      }
    },
  }
}

/** Unpacks all events of a block. */
export const decodeBlock = (payload: Uint8Array): Event[] => {
  const block = openBlock(payload)
  return Array.from({ length: block.count }, (_, index) => block.event(index))
}

interface Column {
  readonly values: readonly unknown[]
  readonly codes: Uint16Array
}

const readColumn = (
  body: ByteReader,
): { readonly values: ReturnType<typeof readValues>; readonly codes: Uint16Array } => ({
  values: readValues(body),
  codes: readCodes(body),
})

/** Writes a template as one text, once for each object that the miner hands around. */
const remember = (texts: Map<Template, string>, template: Template): string => {
  const text = JSON.stringify([template.id, template.text])
  texts.set(template, text)
  return text
}

const parseTemplate = (value: unknown): Template => {
  const pair: unknown = JSON.parse(String(value))
  if (!Array.isArray(pair)) throw new Error('This is no template.')
  return { id: String(pair[0]), text: String(pair[1]) }
}

const least = (times: Float64Array): number => times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const greatest = (times: Float64Array): number => times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
