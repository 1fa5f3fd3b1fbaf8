import { type Tlp, tlp } from '../schema/indicator.ts'

/** Reads a tag that marks with whom something may be shared: `tlp:amber`, `TLP:WHITE`. */
const readTlp = (tag: string): Tlp | undefined => {
  const word = /^tlp:\s*([a-z+]+)$/i.exec(tag)?.[1]?.toLowerCase()
  return tlp.safeParse(word === 'white' ? 'clear' : word).data
}

/** The strictest marking among tags. */
export const strictestTlp = (tags: readonly string[]): Tlp | undefined => {
  const found = new Set(tags.map(readTlp))
  return tlp.options.findLast((marking) => found.has(marking))
}

/** Whether what is marked so may be told to strangers. */
export const mayBeShared = (marking: Tlp | undefined): boolean =>
  marking === undefined || marking === 'clear' || marking === 'green'

/** Tags in their order, markings before others: where there are too many, these are kept. */
export const tlpFirst = (tags: readonly string[]): string[] =>
  tags.toSorted((a, b) => Number(readTlp(b) !== undefined) - Number(readTlp(a) !== undefined))
