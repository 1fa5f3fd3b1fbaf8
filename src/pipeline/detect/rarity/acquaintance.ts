import type { Reader, Writer } from '../../../lib/codec/codec.ts'
import { createNovelty, type Novelty } from '../../../lib/novelty/novelty.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import { flatText } from '../shared/flat-text.ts'
import type { Journal } from '../shared/journal.ts'

/** How many observations of one's own weigh as much as what holds for everybody. */
const shrinkage = 5

/** Who was seen with how many others, and how often. */
interface Habit {
  usedAt: number
  count: number
  others: number
  /** The batch in which its state was noted last. */
  noted: number
}

/** Remembers who was seen with whom, and how usual it is that somebody is seen with somebody new. */
export interface Acquaintance {
  readonly novelty: Novelty
  readonly pairs: BoundedPairs
  readonly habits: BoundedMap<Habit>
  noted: number
}

export const startAcquaintance = (capacity: number): Acquaintance => ({
  novelty: createNovelty({ memory: 500 }),
  pairs: new BoundedPairs(capacity),
  habits: new BoundedMap(capacity),
  noted: -1,
})

/** What was known of two who were never seen together before. */
export interface Meeting {
  /** How likely it was that they were new to each other: the one's own habit, shrunk towards everybody's while it is young. */
  readonly chance: number
  /** How often the one was seen, and with how many others. */
  readonly count: number
  readonly others: number
}

/** Judges that one is seen with another, if that is new, then remembers it, noting how to take that back. */
export const meet = (
  known: Acquaintance,
  one: string,
  other: string,
  time: number,
  journal: Journal,
): Meeting | undefined => {
  const { novelty, pairs, habits } = known
  if (journal.asks(known)) note(known, journal)
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
    addPair(pairs, one, other, time, journal)
  }
  if (habit) goOn(habit, meeting !== undefined, time, journal)
  else begin(habits, one, meeting !== undefined, time, journal)
  // The first time that somebody is seen at all says nothing on how often people are seen with somebody new.
  if (count > 0) novelty.learn(!before)
  return meeting
}

// What takes notes stands apart: a function that makes a closure takes memory at every call, and notes are rare.

const note = (known: Acquaintance, journal: Journal): void => {
  const { novelty } = known
  const state = novelty.save()
  journal.note(() => novelty.restore(state))
}

const addPair = (pairs: BoundedPairs, one: string, other: string, time: number, journal: Journal): void => {
  const gone = pairs.add(one, other, time)
  journal.note(() => {
    pairs.delete(one, other)
    if (gone) pairs.add(gone.one, gone.other, gone.usedAt)
  })
}

const noteHabit = (habit: Habit, journal: Journal): void => {
  const { count, others, usedAt } = habit
  journal.note(() => Object.assign(habit, { count, others, usedAt }))
}

const goOn = (habit: Habit, isNew: boolean, time: number, journal: Journal): void => {
  if (journal.asks(habit)) noteHabit(habit, journal)
  habit.count += 1
  if (isNew) habit.others += 1
  habit.usedAt = time
}

const begin = (
  habits: Acquaintance['habits'],
  one: string,
  isNew: boolean,
  time: number,
  { batch, note }: Journal,
): void => {
  const gone = habits.set(flatText(one), { count: 1, others: isNew ? 1 : 0, usedAt: time, noted: batch })
  note(() => {
    habits.delete(one)
    if (gone) habits.set(gone.key, gone.value)
  })
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
      noted: -1,
    })
  }
  return known
}
