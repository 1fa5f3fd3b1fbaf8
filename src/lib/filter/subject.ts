/** The value of a field. A list matches when any of its elements does. */
export type FilterValue = string | number | boolean | readonly (string | number | boolean)[]

/**
 * How a field is compared if it is neither a plain word nor a number: as a moment (ISO text or milliseconds), as running text (a value may
 * occur anywhere in it), or by an ordered list of words, lowest first.
 */
export type FieldKind = 'time' | 'text' | readonly string[]

/** How a filter reads items. */
export interface Accessor<Item> {
  /** Creates a reader of a field, so that its name is resolved once for all items. */
  reader(name: string): (item: Item) => FilterValue | undefined
  /** The text to search for bare words and phrases. */
  text(item: Item): string
  /** Whether the text contains a lower-case word; replaces `text` for subjects that know it without reading the text. */
  contains?(item: Item, word: string): boolean
  kind?(name: string): FieldKind | undefined
}

/** The current item. One object serves all items, one after another. Its text is lower-cased once, for all words. */
export class FilterSubject<Item> {
  readonly #accessor: Accessor<Item>
  #text: string | undefined
  item: Item

  constructor(item: Item, accessor: Accessor<Item>) {
    this.item = item
    this.#accessor = accessor
  }

  /** Moves on to another item. */
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
