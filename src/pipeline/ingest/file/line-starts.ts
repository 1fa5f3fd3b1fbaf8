const newline = 10
/** Joiners hold back less than this of a document. */
const rememberedBytes = 8_388_608

/** The end of a number of complete lines in a file. */
interface LineEnd {
  readonly offset: number
  readonly line: number
}

/** Remembers where the last lines of a file begin, from a place in it on. */
export class LineStarts {
  /** The offsets at which consecutive lines begin. The last one is not complete. */
  #offsets: number[]
  /** How many lines end before the first of them. */
  #before: number
  /** The first line that may be asked for. */
  #held: LineEnd

  constructor(start: LineEnd) {
    this.#offsets = [start.offset]
    this.#before = start.line
    this.#held = start
  }

  /** Adds the bytes that follow, at an offset of the file, and the number of lines that end there. */
  add(chunk: Buffer, offset: number, lines: number): void {
    const from = this.#offsets.length
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) {
      this.#offsets.push(offset + at + 1)
    }
    const others = lines - (this.#offsets.length - from)
    // Lines that end with a carriage return count as beginning where the last other one does.
    if (others > 0) this.#offsets.splice(from, 0, ...Array<number>(others).fill(this.#offsets[from - 1] ?? offset))
  }

  /** The end of the last complete line. */
  get last(): LineEnd {
    return { offset: this.#offsets.at(-1) ?? this.#held.offset, line: this.#before + this.#offsets.length - 1 }
  }

  /** Returns where a line begins, or for one that was forgotten, the one from which lines are held. */
  startOf(number: number): LineEnd {
    const offset = this.#offsets[number - 1 - this.#before]
    return offset === undefined ? this.#held : { offset, line: number - 1 }
  }

  /** Forgets the lines before one. If that is far behind, because a long document begins there, also the lines in between. */
  forgetBefore(number: number): void {
    this.#held = this.startOf(number)
    const { offset } = this.last
    const first = this.#offsets[0] ?? offset
    if (number - 1 <= this.#before && offset - first < 2 * rememberedBytes) return
    const oldest = Math.max(this.#held.offset, offset - rememberedBytes)
    const count = this.#offsets.findIndex((start) => start >= oldest)
    this.#offsets.splice(0, count)
    this.#before += count
  }
}
