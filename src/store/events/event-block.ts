import { zstdDecompressSync } from 'node:zlib'
import { AppError } from '../../errors.ts'
import type { Event, EventTemplate } from '../../schema/event/event.ts'
import { eventKinds } from '../../schema/event/event.ts'
import { eventId } from '../../schema/record/record.ts'
import { ByteReader } from './event-block-bytes.ts'
import { readCodes, readValues } from './event-block-columns.ts'
import { readFields } from './event-block-fields.ts'
import { readMessages } from './event-block-messages.ts'

/** The maximum number of events in a block. */
export const blockSize = 4_096

/** "VB" and the version of the layout, in front of the compressed body. */
export const header = Buffer.from([0x56, 0x42, 1])
/** A block that claims to be larger than this when opened is broken. */
const largestBody = 2 ** 30

export const guessedFlag = 4
export const templateFlag = 8
export const kindMask = 3

/** An open block: its events are created one at a time, on demand. */
export interface OpenBlock {
  readonly partition: number
  readonly first: number
  readonly count: number
  readonly times: readonly number[]
  /** The text that is searched for words; cheaper to read than the event. */
  text(index: number): string
  /** Whether a text may contain a lower-case word; false is certain. Takes a small part of the time of reading all texts. */
  mayContain(word: string): boolean
  /** Finds the events whose text contains a lower-case word; undefined if they are more than `most` or unknown. */
  find(word: string, most: number): ReadonlySet<number> | undefined
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
  // Most blocks that a search opens are read for their texts only.
  let fields: ReturnType<typeof readFields> | undefined
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
    mayContain: messages.mayContain,
    find: messages.find,
    stream: (index) => textOf(stream, index),
    event(index) {
      const original = messages.original(index)
      const flag = flags[index] ?? 0
      fields ??= readFields(body, flags.length)
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

/** Reads what `templateText` of the writer wrote. */
export const parseTemplate = (value: unknown): EventTemplate => {
  const pair: unknown = JSON.parse(String(value))
  if (!Array.isArray(pair)) throw new Error('This is no template.')
  return { id: String(pair[0]), text: String(pair[1]) }
}
