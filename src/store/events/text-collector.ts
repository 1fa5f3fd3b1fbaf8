/** Texts that stand one after the other in bytes, all of them ASCII. */
export interface AsciiTexts {
  readonly lengths: readonly number[]
  readonly bytes: Uint8Array
}

/** So many characters become bytes together. */
const groupSize = 1 << 15

/**
 * Collects texts for a block. ASCII texts become bytes in groups: the strings of a whole block would outlive the collections of the young
 * generation, and dead strings in the old one cost more than this copy.
 */
export class TextCollector {
  /** The length of each text, while all are ASCII. */
  readonly #lengths: number[] = []
  readonly #pieces: Buffer[] = []
  #group: string[] = []
  #size = 0
  /** All texts, once one of them is not ASCII. */
  #texts: string[] | undefined

  add(text: string): void {
    if (this.#texts) {
      this.#texts.push(text)
      return
    }
    this.#lengths.push(text.length)
    this.#group.push(text)
    this.#size += text.length
    if (this.#size >= groupSize) this.#closeGroup()
  }

  /** All texts as bytes, if all of them are ASCII. */
  ascii(): AsciiTexts | undefined {
    this.#closeGroup()
    return this.#texts ? undefined : { lengths: this.#lengths, bytes: Buffer.concat(this.#pieces) }
  }

  texts(): readonly string[] {
    if (this.#texts) return this.#texts
    const bytes = Buffer.concat(this.#pieces)
    const texts: string[] = []
    let start = 0
    for (const length of this.#lengths.slice(0, this.#lengths.length - this.#group.length)) {
      texts.push(bytes.toString('latin1', start, start + length))
      start += length
    }
    return [...texts, ...this.#group]
  }

  #closeGroup(): void {
    const joined = this.#group.join('')
    // If there are as many bytes as characters, all characters are ASCII.
    if (Buffer.byteLength(joined) === joined.length) this.#pieces.push(Buffer.from(joined, 'latin1'))
    else this.#texts = [...this.texts()]
    this.#group = []
    this.#size = 0
  }
}
