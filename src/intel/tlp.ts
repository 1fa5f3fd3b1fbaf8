import { type Tlp, tlp } from '../schema/intelligence/indicator.ts'

/** Parses a TLP tag: `tlp:amber`, `TLP:WHITE`. */
const readTlp = (tag: string): Tlp | undefined => {
  const word = /^tlp:\s*([a-z+]+)$/i.exec(tag)?.[1]?.toLowerCase()
  return tlp.safeParse(word === 'white' ? 'clear' : word).data
}

/** Returns the strictest TLP marking among tags. */
export const strictestTlp = (tags: readonly string[]): Tlp | undefined => {
  const found = new Set(tags.map(readTlp))
  return tlp.options.findLast((marking) => found.has(marking))
}

/** Whether a value with this marking may be sent to third parties. */
export const mayBeShared = (marking: Tlp | undefined): boolean =>
  marking === undefined || marking === 'clear' || marking === 'green'

/** Sorts TLP markings before other tags, so that they survive when the list is shortened. */
export const tlpFirst = (tags: readonly string[]): string[] =>
  tags.toSorted((a, b) => Number(readTlp(b) !== undefined) - Number(readTlp(a) !== undefined))
