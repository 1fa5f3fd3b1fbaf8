/** The value of a field. A list matches when any of its elements does. */
export type FilterValue = string | number | boolean | readonly (string | number | boolean)[]

/**
 * How a field is compared when it is neither a plain word nor a number: as a moment (ISO text or milliseconds),
 * as running text (a value may stand anywhere in it), or by a ladder of words, lowest first.
 */
export type FieldKind = 'time' | 'text' | readonly string[]

/** How a filter looks at the things it filters. */
export interface Accessor<Item> {
  /** Makes a reader of a field: what its name means is looked up once for all items. */
  reader(name: string): (item: Item) => FilterValue | undefined
  /** The text to search for bare words and phrases. */
  text(item: Item): string
  /** Whether the text contains a lower-case word, in place of `text`, for subjects that know it without reading. */
  contains?(item: Item, word: string): boolean
  kind?(name: string): FieldKind | undefined
}

/** The thing under test. One stands for all that are tested, one after another; its text is lower-cased once however many words are sought. */
export class FilterSubject<Item> {
  readonly #accessor: Accessor<Item>
  #text: string | undefined
  item: Item

  constructor(item: Item, accessor: Accessor<Item>) {
    this.item = item
    this.#accessor = accessor
  }

  /** Another thing takes its place. */
  turnTo(item: Item): this {
    this.item = item
    this.#text = undefined
    return this
  }

  text(): string {
    this.#text ??= this.#accessor.text(this.item).toLowerCase()
    return this.#text
  }

  /** Whether the text contains a lower-case word. */
  contains(word: string): boolean {
    return this.#accessor.contains ? this.#accessor.contains(this.item, word) : this.text().includes(word)
  }
}
