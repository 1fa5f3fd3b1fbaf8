/** The page of a request, as hashes of 32 bits: pages are only compared, and most of them never again. */
export interface AskedPage {
  readonly path: number
  /** The path with its query. */
  readonly whole: number
}

/** The most sizes of a site. With one more, the table is cleared. */
const mostSizes = 2000
const leastRoom = 64
const numbersPerSize = 3

/**
 * The sizes of a site's answers; of each the first page that had it, and how many other paths had it too, up to a limit. A hash table with
 * open addressing: nearly every answer has a size of its own, and an object for each outlives the collections of the young generation.
 */
export class AnswerSizes {
  readonly #limit: number
  /** The size in each place; 0 for none. */
  #sizes = new Float64Array(leastRoom)
  /** For each place: the hashes of the first page, and the number of others. */
  #pages = new Int32Array(leastRoom * numbersPerSize)
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get count(): number {
    return this.#count
  }

  /** The hash of the path that had this size first. */
  firstPath(size: number): number | undefined {
    const place = this.#placeOf(size)
    return this.#sizes[place] === size ? this.#pages[place * numbersPerSize] : undefined
  }

  /**
   * Remembers a page with an answer of a size that is not 0. Returns how many other paths had one: the limit if the same path had one for
   * another query, because then the page ignores the query.
   */
  note(size: number, { path, whole }: AskedPage): number {
    const place = this.#placeOf(size)
    const at = place * numbersPerSize
    if (this.#sizes[place] !== size) {
      this.#add(size, path, whole)
      return 0
    }
    const others = this.#pages[at + 2] ?? 0
    if (this.#pages[at] === path) return this.#pages[at + 1] === whole ? others : this.#limit
    if (others >= this.#limit) return others
    this.#pages[at + 2] = others + 1
    return others + 1
  }

  #add(size: number, path: number, whole: number): void {
    if (this.#count >= mostSizes) {
      this.#sizes.fill(0)
      this.#count = 0
    }
    if (this.#count * 2 >= this.#sizes.length) this.#grow()
    const place = this.#placeOf(size)
    this.#sizes[place] = size
    this.#pages[place * numbersPerSize] = path
    this.#pages[place * numbersPerSize + 1] = whole
    this.#pages[place * numbersPerSize + 2] = 0
    this.#count += 1
  }

  #grow(): void {
    const [sizes, pages] = [this.#sizes, this.#pages]
    this.#sizes = new Float64Array(sizes.length * 2)
    this.#pages = new Int32Array(pages.length * 2)
    for (const [from, size] of sizes.entries()) {
      if (size === 0) continue
      const place = this.#placeOf(size)
      this.#sizes[place] = size
      const start = from * numbersPerSize
      this.#pages.set(pages.subarray(start, start + numbersPerSize), place * numbersPerSize)
    }
  }

  /** The place of a size, or the free one where it belongs. */
  #placeOf(size: number): number {
    const sizes = this.#sizes
    const mask = sizes.length - 1
    let place = (Math.imul(size, spreading) >>> 8) & mask
    while (sizes[place] !== 0 && sizes[place] !== size) place = (place + 1) & mask
    return place
  }
}

const spreading = 0x9e3779b1
