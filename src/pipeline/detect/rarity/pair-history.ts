import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { createNovelty, type Novelty } from '../../../lib/novelty/novelty.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import { flatText } from '../shared/flat-text.ts'

/** How many own observations weigh as much as the average of all. */
const shrinkage = 5

/** How often somebody was seen, and with how many others. */
interface Occurrences {
  usedAt: number
  count: number
  others: number
}

/** Remembers pairs, and how common new pairs are. */
export interface PairHistory {
  readonly novelty: Novelty
  readonly pairs: BoundedPairs
  readonly occurrences: BoundedMap<Occurrences>
}

export const startPairHistory = (capacity: number): PairHistory => ({
  novelty: createNovelty({ memory: 500 }),
  pairs: new BoundedPairs(capacity),
  occurrences: new BoundedMap(capacity),
})

/** The history before a new pair. */
export interface NewPair {
  /** The probability of a new pair: the user's own rate, shrunk towards the average while it is young. */
  readonly chance: number
  /** How often `one` was seen before, and with how many others. */
  readonly count: number
  readonly others: number
}

/** Scores a pair if it is new, then remembers it. */
export const observePair = (known: PairHistory, one: string, other: string, time: number): NewPair | undefined => {
  const { novelty, pairs, occurrences } = known
  const before = pairs.get(one, other)
  const seen = occurrences.get(one)
  const count = seen?.count ?? 0
  const others = seen?.others ?? 0
  let newPair: NewPair | undefined
  if (before) before.usedAt = time
  else {
    const average = novelty.surprise()
    const chance = (Math.max(0, others - 1) + shrinkage * average) / (Math.max(0, count - 1) + shrinkage)
    newPair = { chance: Math.min(1, chance), count, others }
    pairs.add(one, other, time)
  }
  if (seen) {
    seen.count += 1
    if (newPair) seen.others += 1
    seen.usedAt = time
  } else occurrences.set(flatText(one), { count: 1, others: newPair ? 1 : 0, usedAt: time })
  // A first appearance does not show how often people meet somebody new.
  if (count > 0) novelty.learn(!before)
  return newPair
}

export const writePairHistory = (writer: Writer, { novelty, pairs, occurrences }: PairHistory): void => {
  writer.bytes(novelty.save()).varint(pairs.size)
  for (const [pair, usedAt] of pairs.lines()) writer.text(pair).f64(usedAt)
  writer.varint(occurrences.size)
  for (const [one, { count, others, usedAt }] of occurrences.entries()) {
    writer.text(one).varint(count).varint(others).f64(usedAt)
  }
}

export const readPairHistory = (reader: Reader, capacity: number): PairHistory => {
  const known = startPairHistory(capacity)
  known.novelty.restore(reader.bytes())
  for (let left = reader.varint(); left > 0; left--) known.pairs.addLines(reader.text(), reader.f64())
  for (let left = reader.varint(); left > 0; left--) {
    known.occurrences.set(reader.text(), {
      count: reader.varint(),
      others: reader.varint(),
      usedAt: reader.f64(),
    })
  }
  return known
}
