import type { ByteReader, ByteWriter } from './event-block-bytes.ts'
import { type AsciiTexts, TextCollector } from './text-collector.ts'

/** The encoding of a message: the whole original, its end, a part of it, or a separate text. */
const whole = 0
const suffix = 1
const inside = 2
const apart = 3

/** Collects originals and messages. A message that is part of its original is stored as a position only. */
export class MessagesWriter {
  readonly originals = new TextCollector()
  readonly #ways: number[] = []
  readonly #offsets: number[] = []
  readonly #lengths: number[] = []
  readonly #apart = new TextCollector()

  /** Returns whether the original contains the message. */
  add(original: string, message: string): boolean {
    this.originals.add(original)
    const tail = original.length - message.length
    const offset = endsWith(original, tail, message) ? tail : original.indexOf(message)
    if (offset < 0) {
      this.#ways.push(apart)
      this.#apart.add(message)
      return false
    }
    const ends = offset + message.length === original.length
    this.#ways.push(ends ? (offset === 0 ? whole : suffix) : inside)
    if (!ends || offset > 0) this.#offsets.push(offset)
    if (!ends) this.#lengths.push(message.length)
    return true
  }

  /** Returns the bytes of the originals if all of them are ASCII. */
  write(to: ByteWriter): AsciiTexts | undefined {
    const originals = write(this.originals, to)
    to.codes(this.#ways)
    to.varints(this.#offsets)
    to.varints(this.#lengths)
    write(this.#apart, to)
    return originals
  }
}

/** Writes texts. Returns their bytes if all of them are ASCII. */
const write = (texts: TextCollector, to: ByteWriter): AsciiTexts | undefined => {
  const ascii = texts.ascii()
  if (ascii) to.asciiTexts(ascii)
  else to.texts(texts.texts())
  return ascii
}

/** Whether a text ends with another one, from that place on. Comparing a copy of the end is several times as quick as `endsWith`. */
const endsWith = (text: string, tail: number, end: string): boolean =>
  tail >= 0 && (end === '' || text.charCodeAt(tail) === end.charCodeAt(0)) && text.slice(tail) === end

/** The originals and messages of a block, which become strings on demand. */
export interface Messages {
  original(index: number): string
  /** The message, given its original. */
  message(index: number, original: string): string
  /** Whether the original contains the message. */
  contained(index: number): boolean
  /** Whether an original or a message may contain a lower-case word; false is certain. */
  mayContain(word: string): boolean
  /** Finds the events whose original or message contains a lower-case word; undefined if they are more than `most` or unknown. */
  find(word: string, most: number): ReadonlySet<number> | undefined
}

/** Reads what a MessagesWriter wrote. */
export const readMessages = (from: ByteReader): Messages => {
  const originals = from.texts()
  const ways = from.codes()
  const offsets = from.varints()
  const lengths = from.varints()
  const messages = from.texts()
  const starts = new Uint32Array(ways.length)
  const ends = new Uint32Array(ways.length)
  let [atOffset, atLength, atApart] = [0, 0, 0]
  for (let index = 0; index < ways.length; index += 1) {
    const way = ways[index] ?? whole
    if (way === apart) {
      starts[index] = atApart
      atApart += 1
    } else {
      starts[index] = way === whole ? 0 : (offsets[atOffset++] ?? 0)
      ends[index] = way === inside ? (starts[index] ?? 0) + (lengths[atLength++] ?? 0) : 0xffff_ffff
    }
  }
  return {
    original: (index) => originals.at(index),
    contained: (index) => ways[index] !== apart,
    // The text of an event is its message and its original with a line break between them.
    mayContain: (word) => word.includes('\n') || originals.mayContain(word) || messages.mayContain(word),
    find: (word, most) => (word.includes('\n') || messages.mayContain(word) ? undefined : originals.find(word, most)),
    message: (index, original) =>
      ways[index] === apart ? messages.at(starts[index] ?? 0) : original.slice(starts[index], ends[index]),
  }
}
