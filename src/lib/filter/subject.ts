/** What a field may hold. A list matches when any of its elements does. */
export type FilterValue = string | number | boolean | readonly (string | number | boolean)[]

/**
 * How a field is compared when it is neither a plain word nor a number: as a moment (ISO text or milliseconds),
 * as running text (a value may stand anywhere in it), or by a ladder of words, lowest first.
 */
export type FieldKind = 'time' | 'text' | readonly string[]

/** How a filter looks at the things it filters. */
export interface Accessor<Item> {
  field(item: Item, name: string): FilterValue | undefined
  /** What bare words and phrases are looked for in. */
  text(item: Item): string
  /** Tells whether the text contains a lower-case word, in place of `text`, for whoever knows it without reading. */
  contains?(item: Item, word: string): boolean
  kind?(name: string): FieldKind | undefined
}

/** One thing under test, so that its text is lower-cased once however many words are looked for. */
export interface Subject {
  field(name: string): FilterValue | undefined
  kind(name: string): FieldKind | undefined
  text(): string
  /** Whether the text contains a lower-case word. */
  contains(word: string): boolean
}

/** Looks at an item through its accessor. */
export class ItemSubject<Item> implements Subject {
  readonly #item: Item
  readonly #accessor: Accessor<Item>
  #text: string | undefined

  constructor(item: Item, accessor: Accessor<Item>) {
    this.#item = item
    this.#accessor = accessor
  }

  field(name: string): FilterValue | undefined {
    return this.#accessor.field(this.#item, name)
  }

  kind(name: string): FieldKind | undefined {
    return this.#accessor.kind?.(name)
  }

  text(): string {
    this.#text ??= this.#accessor.text(this.#item).toLowerCase()
    return this.#text
  }

  contains(word: string): boolean {
    return this.#accessor.contains ? this.#accessor.contains(this.#item, word) : this.text().includes(word)
  }
}
