import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { Event, EventTemplate } from '../../schema/event/event.ts'
import { eventKinds } from '../../schema/event/event.ts'
import { buildBlockFilter, longestRun } from './block-filter.ts'
import { blockSize, guessedFlag, header, kindMask, parseTemplate, templateFlag } from './event-block.ts'
import { ByteWriter } from './event-block-bytes.ts'
import { ColumnWriter, writeValues } from './event-block-columns.ts'
import { FieldsWriter } from './event-block-fields.ts'
import { MessagesWriter } from './event-block-messages.ts'
import type { EventBlockRow } from './event-tables.ts'
import { TextCollector } from './text-collector.ts'

/** Very long events make a block full before its number is reached, so that no block is too large to open. */
const mostCharacters = 8_000_000
const compression = { [constants.ZSTD_c_compressionLevel]: 2, [constants.ZSTD_c_checksumFlag]: 1 }

/**
 * Packs consecutive events of one partition; the first has the given number. Writes column by column, each repeated value once, then
 * compresses with zstd in another thread. Every event is restored exactly, whatever its text. The writer holds no reference to an
 * added event, only to texts of it, until the block is finished.
 */
export class BlockWriter {
  readonly #partition: number
  readonly #first: number
  readonly #columns = { source: new ColumnWriter(), stream: new ColumnWriter(), template: new ColumnWriter() }
  readonly #messages = new MessagesWriter()
  readonly #fields = new FieldsWriter()
  readonly #templateTexts = new Map<EventTemplate, string>()
  readonly #flags: number[] = []
  readonly #times: number[] = []
  readonly #received: number[] = []
  /** Messages that are no part of their original, with its start. */
  readonly #apart = new TextCollector()
  #characters = 0
  #earliest = Number.POSITIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY

  constructor(partition: number, first: number) {
    this.#partition = partition
    this.#first = first
  }

  /** Whether an event of that place belongs here, and there is room for it. */
  takes(partition: number, number: number, event: Event): boolean {
    const count = this.#flags.length
    if (partition !== this.#partition || number !== this.#first + count) return false
    return count < blockSize && (count === 0 || this.#characters + sizeOf(event) <= mostCharacters)
  }

  add(event: Event): void {
    const { template } = event
    this.#characters += sizeOf(event)
    this.#times.push(event.time)
    this.#earliest = Math.min(this.#earliest, event.time)
    this.#latest = Math.max(this.#latest, event.time)
    this.#received.push(event.receivedAt)
    this.#columns.source.add(event.source)
    this.#columns.stream.add(event.stream)
    const { message, original } = event
    if (!this.#messages.add(original, message)) this.#apart.add(`${message}\n${startOf(original)}`)
    this.#fields.add(event.fields, event.original)
    this.#flags.push(
      eventKinds.indexOf(event.kind) | (event.timeGuessed ? guessedFlag : 0) | (template ? templateFlag : 0),
    )
    if (template) {
      this.#columns.template.add(this.#templateTexts.get(template) ?? remember(this.#templateTexts, template))
    }
  }

  async finish(): Promise<EventBlockRow> {
    const { source, stream, template } = this.#columns
    const count = this.#flags.length
    const body = new ByteWriter(count * 160)
    body.varint(this.#partition)
    body.varint(this.#first)
    body.codes(this.#flags)
    body.numbers(this.#times)
    body.numbers(this.#received)
    for (const column of [source, stream, template]) {
      writeValues(column.values, body)
      column.writeCodes(body)
    }
    const ascii = this.#messages.write(body)
    this.#fields.write(body)
    const compressed = compress(body.finish())
    const templates = template.values.map(parseTemplate)
    const sources = source.values.map(String)
    const streams = stream.values.map(String)
    // The filter knows the originals, and so whatever is a part of them. The case of other letters depends on their neighbours.
    const texts = ascii ? this.#fields.textsApart() : this.#fields.texts()
    texts.push(...sources, ...streams, ...new Set(this.#flags.map((flag) => eventKinds[flag & kindMask] ?? '')))
    for (const { id, text } of templates) texts.push(id, text)
    if (!ascii) for (const text of this.#messages.originals.texts()) texts.push(text)
    const apart = this.#apart.ascii()
    if (!apart) for (const text of this.#apart.texts()) texts.push(text)
    const filter = buildBlockFilter(
      texts,
      [ascii, apart].filter((group) => group !== undefined),
    )
    const payload = Buffer.concat([header, await compressed])
    return {
      id: `${this.#partition}-${this.#first}`,
      partition: this.#partition,
      first: this.#first,
      last: this.#first + count - 1,
      count,
      min_time: Math.floor(this.#earliest),
      max_time: Math.ceil(this.#latest),
      sources: JSON.stringify(sources),
      streams: JSON.stringify(streams),
      template_ids: JSON.stringify([...new Set(templates.map(({ id }) => id))]),
      filter,
      bytes: payload.length,
      payload,
      object_name: null,
    }
  }
}

/**
 * Of an original that the filter knows, it lacks only the runs that begin in the message before it. The lower case of a Sigma depends on
 * the letters around it.
 */
const startOf = (original: string): string => {
  const start = original.slice(0, longestRun)
  return start.includes('Σ') ? original : start
}

const sizeOf = (event: Event): number => event.original.length + event.message.length

const zstd = promisify(zstdCompress)

/** Usually compresses in one step. Output that exceeds the reserved buffer arrives in chunks, each of which waits for the event loop. */
const compress = (body: Uint8Array): Promise<Uint8Array> =>
  zstd(body, { params: compression, chunkSize: Math.max(65_536, body.length >>> 2) })

/** Writes a template as one text, once for each object that the miner hands around. */
const remember = (texts: Map<EventTemplate, string>, template: EventTemplate): string => {
  const text = JSON.stringify([template.id, template.text])
  texts.set(template, text)
  return text
}
