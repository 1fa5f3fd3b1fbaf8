import { readVarint, writeVarint } from '../../lib/bytes/varint.ts'
import type { AsciiTexts } from './text-collector.ts'

/** Whole numbers up to this size are exact, and so are their differences. */
export const greatestWhole = 2 ** 51

/** Whether a number can be encoded as an integer; -0 cannot. */
export const isWhole = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) <= greatestWhole && !Object.is(value, -0)

/** Writes a sequence of numbers and texts into a growing buffer. */
export class ByteWriter {
  #bytes: Buffer
  #end = 0

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(64, size))
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#end)
  }

  /** A whole number from 0 on: seven bits a byte, low ones first. */
  varint(value: number): void {
    this.#reserve(8)
    this.#varint(value)
  }

  /** Whole numbers from 0 on. */
  varints(values: ArrayLike<number>): void {
    this.#reserve(values.length * 8 + 8)
    this.#varint(values.length)
    for (let index = 0; index < values.length; index += 1) this.#varint(values[index] ?? 0)
  }

  /** Numbers that are close to their neighbours: as differences if all are whole, else unchanged. */
  numbers(values: ArrayLike<number>): void {
    let whole = true
    for (let index = 0; index < values.length && whole; index += 1) whole = isWhole(values[index] ?? 0)
    this.#reserve(values.length * 8 + 9)
    this.#varint(values.length)
    this.#bytes[this.#end] = whole ? 1 : 0
    this.#end += 1
    let previous = 0
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? 0
      if (whole) {
        const difference = value - previous
        this.#varint(difference < 0 ? -2 * difference - 1 : 2 * difference)
        previous = value
      } else {
        this.#end = this.#bytes.writeDoubleLE(value, this.#end)
      }
    }
  }

  /** Whole numbers from 0 to 65,535, one or two bytes each. */
  codes(values: ArrayLike<number>): void {
    const codes = values instanceof Uint16Array ? values : new Uint16Array(values)
    let wide = false
    for (let index = 0; index < codes.length && !wide; index += 1) wide = (codes[index] ?? 0) > 255
    this.#reserve(codes.length * 2 + 9)
    this.#varint(codes.length)
    this.#bytes[this.#end] = wide ? 1 : 0
    this.#end += 1
    const bytes = this.#bytes
    let at = this.#end
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] ?? 0
      bytes[at++] = code
      if (wide) bytes[at++] = code >>> 8
    }
    this.#end = at
  }

  /**
   * Texts, their lengths apart. Any string survives: ASCII takes a byte a character, other text is UTF-8, and text with half
   * a surrogate pair, which UTF-8 cannot hold, is UTF-16.
   */
  texts(values: readonly string[]): void {
    const joined = values.join('')
    const size = Buffer.byteLength(joined)
    this.#reserve(size + values.length * 8 + 16)
    this.#varint(values.length)
    // If there are as many bytes as characters, all characters are ASCII.
    if (size === joined.length) {
      const start = this.#lengths(0, values, (value) => value.length)
      this.#end = start + this.#bytes.write(joined, start, 'latin1')
      return
    }
    const sizes = values.map((value) => Buffer.byteLength(value))
    if (joined.isWellFormed() && sizes.reduce((sum, one) => sum + one, 0) === size) {
      this.#end = this.#lengths(1, values, (_, index) => sizes[index] ?? 0)
      this.#end += this.#bytes.write(joined, this.#end, 'utf8')
    } else {
      this.#reserve(joined.length * 2 + values.length * 8 + 16)
      this.#end = this.#lengths(2, values, (value) => value.length)
      this.#end += this.#bytes.write(joined, this.#end, 'utf16le')
    }
  }

  /** Writes ASCII texts that are bytes already, as `texts` writes them. */
  asciiTexts({ lengths, bytes }: AsciiTexts): void {
    this.#reserve(bytes.length + lengths.length * 8 + 16)
    this.#varint(lengths.length)
    const start = this.#lengths(0, lengths, (length) => length)
    this.#bytes.set(bytes, start)
    this.#end = start + bytes.length
  }

  /** Writes the encoding and the lengths of texts; returns where the texts themselves begin. */
  #lengths<Value>(mode: number, values: readonly Value[], size: (value: Value, index: number) => number): number {
    this.#bytes[this.#end] = mode
    this.#end += 1
    values.forEach((value, index) => {
      this.#varint(size(value, index))
    })
    return this.#end
  }

  #varint(value: number): void {
    this.#end = writeVarint(this.#bytes, this.#end, value)
  }

  #reserve(extra: number): void {
    if (this.#end + extra <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#end + extra, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}

/** Texts that become strings one at a time on demand; none keeps the others in memory. */
export interface TextList {
  readonly count: number
  at(index: number): string
  /** Whether a text may contain a lower-case word, in any case; false is certain. */
  mayContain(word: string): boolean
  /** Finds the texts that contain a lower-case word, in any case. Returns undefined if they are more than `most`, or not all texts are ASCII. */
  find(word: string, most: number): ReadonlySet<number> | undefined
}

/** How many characters are searched at once: they stay in the cache of the processor. */
const pieceSize = 1 << 15

const encodings = ['latin1', 'utf8', 'utf16le'] as const

/** Reads the output of a ByteWriter; throws if it is truncated. */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #next = () => this.#byte()
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  varint(): number {
    // Most numbers take one byte.
    const byte = this.#bytes[this.#at] ?? 128
    if (byte >= 128) return readVarint(this.#next)
    this.#at += 1
    return byte
  }

  varints(): number[] {
    const values = new Array<number>(this.#count(1))
    for (let index = 0; index < values.length; index += 1) values[index] = this.varint()
    return values
  }

  numbers(): number[] {
    const values = new Array<number>(this.#count(1))
    const whole = this.#byte() === 1
    let previous = 0
    for (let index = 0; index < values.length; index += 1) {
      if (whole) {
        const raw = this.varint()
        previous += raw % 2 === 1 ? -(raw + 1) / 2 : raw / 2
        values[index] = previous
      } else {
        values[index] = this.#bytes.readDoubleLE(this.#skip(8))
      }
    }
    return values
  }

  codes(): Uint16Array {
    const values = new Uint16Array(this.#count(1))
    const wide = this.#byte() === 1
    const start = this.#skip(values.length * (wide ? 2 : 1))
    const bytes = this.#bytes
    for (let index = 0; index < values.length; index += 1) {
      values[index] = wide
        ? (bytes[start + index * 2] ?? 0) | ((bytes[start + index * 2 + 1] ?? 0) << 8)
        : (bytes[start + index] ?? 0)
    }
    return values
  }

  texts(): TextList {
    const count = this.#count(1)
    const mode = this.#byte()
    const encoding = encodings[mode]
    if (encoding === undefined) throw new Error(`There is no text encoding ${mode}.`)
    const ends = new Uint32Array(count + 1)
    for (let index = 0; index < count; index += 1) {
      ends[index + 1] = (ends[index] ?? 0) + this.varint() * (encoding === 'utf16le' ? 2 : 1)
    }
    const size = ends[count] ?? 0
    const start = this.#skip(size)
    const bytes = this.#bytes
    return {
      count,
      at: (index) => bytes.toString(encoding, start + (ends[index] ?? 0), start + (ends[index + 1] ?? 0)),
      mayContain(word) {
        // The lower case of a sigma depends on its neighbours, and half surrogate pairs of two texts may become one character.
        if (word === '' || encoding === 'utf16le' || /[σς]/.test(word)) return true
        const piece = encoding === 'latin1' ? pieceSize : size
        for (let at = 0; at < size; at += piece) {
          const end = Math.min(size, at + piece + word.length - 1)
          const text = bytes.toString(encoding, start + at, start + end).toLowerCase()
          if (text.includes(word)) return true
        }
        return false
      },
      find(word, most) {
        // A byte is a character, before and after lower-casing.
        if (encoding !== 'latin1' || word === '') return undefined
        const found = new Set<number>()
        let index = 0
        for (let at = 0; at < size; at += pieceSize) {
          const end = Math.min(size, at + pieceSize + word.length - 1)
          const text = bytes.toString('latin1', start + at, start + end).toLowerCase()
          for (let place = text.indexOf(word); place >= 0; place = text.indexOf(word, place + 1)) {
            while ((ends[index + 1] ?? size) <= at + place) index += 1
            if (at + place + word.length <= (ends[index + 1] ?? size)) found.add(index)
            if (found.size > most) return undefined
          }
        }
        return found
      },
    }
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)] ?? 0
  }

  #count(size: number): number {
    const count = this.varint()
    if (count * size > this.#bytes.length - this.#at) throw new Error('The block ends too early.')
    return count
  }

  #skip(length: number): number {
    const at = this.#at
    if (at + length > this.#bytes.length) throw new Error('The block ends too early.')
    this.#at = at + length
    return at
  }
}
