import type { Reader, Writer } from '../bytes/codec.ts'

/** Words that get a number of their own; the others differ by how rare they are. */
const mostOwn = 16
/** How many words' counts are remembered. */
const mostKnown = 4096

/** A column of words as it lay in the training rows; the missing cell is the empty word. */
export interface WordScale {
  readonly rows: number
  /** Words with their counts, the most common first. */
  readonly counts: ReadonlyMap<string, number>
  /** The words that have a number of their own, with their shares. */
  readonly own: readonly { readonly word: string; readonly share: number }[]
  readonly meanRarity: number
  readonly rarityDeviation: number
}

/** Learns how common each word is; undefined when there is but one. */
export const fitWords = (words: Iterable<string>, rows: number): WordScale | undefined => {
  const all = new Map<string, number>()
  for (const word of words) all.set(word, (all.get(word) ?? 0) + 1)
  if (all.size < 2) return undefined
  const order = [...all].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return toScale(rows, order.slice(0, mostKnown))
}

const toScale = (rows: number, order: readonly (readonly [string, number])[]): WordScale => {
  let sum = 0
  let squares = 0
  let known = 0
  for (const [, count] of order) {
    sum += count * rarity(count, rows)
    squares += count * rarity(count, rows) ** 2
    known += count
  }
  const meanRarity = sum / known
  return {
    rows,
    counts: new Map(order),
    own: order
      // A word that stands once says no more than that it is rare.
      .filter(([, count]) => count > 1)
      .slice(0, mostOwn)
      .map(([word, count]) => ({ word, share: count / rows })),
    meanRarity,
    rarityDeviation: Math.sqrt(Math.max(0, squares / known - meanRarity * meanRarity)),
  }
}

/** The information of a word in bits: rare words have many, and one that was never seen the most. */
const rarity = (count: number, rows: number): number => Math.log2((rows + 1) / (count + 0.5))

/** How many numbers a word becomes. */
export const widthOfWord = (scale: WordScale): number => 1 + scale.own.length

/** Writes what stands for a word in the forest: how rare it is, then 1 for the word itself and 0 for others. */
export const plainWord = (scale: WordScale, word: string, into: Float64Array, at: number): void => {
  into[at] = rarity(scale.counts.get(word) ?? 0, scale.rows)
  scale.own.forEach((own, index) => {
    into[at + 1 + index] = own.word === word ? 1 : 0
  })
}

/**
 * Writes what stands for a word among neighbours: the same in deviations. Two words that differ do so in two numbers, so each
 * counts 1/√2.
 */
export const scaledWord = (scale: WordScale, word: string, into: Float64Array, at: number): void => {
  const { rarityDeviation, meanRarity } = scale
  const rare = rarity(scale.counts.get(word) ?? 0, scale.rows)
  into[at] = rarityDeviation > 0 ? (rare - meanRarity) / rarityDeviation : 0
  scale.own.forEach(({ word: own, share }, index) => {
    const deviation = Math.sqrt(share * (1 - share) * 2)
    into[at + 1 + index] = deviation > 0 ? ((own === word ? 1 : 0) - share) / deviation : 0
  })
}

export const writeWordScale = (writer: Writer, { rows, counts }: WordScale): void => {
  writer.varint(rows).varint(counts.size)
  for (const [word, count] of counts) writer.text(word).varint(count)
}

export const readWordScale = (reader: Reader): WordScale => {
  const rows = reader.varint()
  const size = reader.varint()
  const order: [string, number][] = []
  for (let i = 0; i < size; i++) order.push([reader.text(), reader.varint()])
  return toScale(rows, order)
}
