import type { Reader, Writer } from '../../../lib/codec/codec.ts'
import { createNovelty, type Novelty } from '../../../lib/novelty/novelty.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import { flatText } from '../shared/flat-text.ts'

/** How many observations of one's own weigh as much as what holds for everybody. */
const shrinkage = 5

/** How often somebody was seen, and with how many others. */
interface Habit {
  usedAt: number
  count: number
  others: number
}

/** Remembers who was seen with whom, and how usual it is that somebody is seen with somebody new. */
export interface Acquaintance {
  readonly novelty: Novelty
  readonly pairs: BoundedPairs
  readonly habits: BoundedMap<Habit>
}

export const startAcquaintance = (capacity: number): Acquaintance => ({
  novelty: createNovelty({ memory: 500 }),
  pairs: new BoundedPairs(capacity),
  habits: new BoundedMap(capacity),
})

/** What was known of two who were never seen together before. */
export interface Meeting {
  /** How likely it was that they were new to each other: the one's own habit, shrunk towards everybody's while it is young. */
  readonly chance: number
  /** How often the one was seen, and with how many others. */
  readonly count: number
  readonly others: number
}

/** Scores a pair if it is new, then remembers it. */
export const meet = (known: Acquaintance, one: string, other: string, time: number): Meeting | undefined => {
  const { novelty, pairs, habits } = known
  const before = pairs.get(one, other)
  const habit = habits.get(one)
  const count = habit?.count ?? 0
  const others = habit?.others ?? 0
  let meeting: Meeting | undefined
  if (before) before.usedAt = time
  else {
    const everybody = novelty.surprise()
    const chance = (Math.max(0, others - 1) + shrinkage * everybody) / (Math.max(0, count - 1) + shrinkage)
    meeting = { chance: Math.min(1, chance), count, others }
    pairs.add(one, other, time)
  }
  if (habit) {
    habit.count += 1
    if (meeting) habit.others += 1
    habit.usedAt = time
  } else habits.set(flatText(one), { count: 1, others: meeting ? 1 : 0, usedAt: time })
  // A first appearance does not show how often people meet somebody new.
  if (count > 0) novelty.learn(!before)
  return meeting
}

export const writeAcquaintance = (writer: Writer, { novelty, pairs, habits }: Acquaintance): void => {
  writer.bytes(novelty.save()).varint(pairs.size)
  for (const [pair, usedAt] of pairs.lines()) writer.text(pair).f64(usedAt)
  writer.varint(habits.size)
  for (const [one, { count, others, usedAt }] of habits.entries()) {
    writer.text(one).varint(count).varint(others).f64(usedAt)
  }
}

export const readAcquaintance = (reader: Reader, capacity: number): Acquaintance => {
  const known = startAcquaintance(capacity)
  known.novelty.restore(reader.bytes())
  for (let left = reader.varint(); left > 0; left--) known.pairs.addLines(reader.text(), reader.f64())
  for (let left = reader.varint(); left > 0; left--) {
    known.habits.set(reader.text(), {
      count: reader.varint(),
      others: reader.varint(),
      usedAt: reader.f64(),
    })
  }
  return known
}
