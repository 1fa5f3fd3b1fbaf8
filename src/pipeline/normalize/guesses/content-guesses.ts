import { z } from 'zod'
import type { FieldValue } from '../../../schema/event/event.ts'
import type { LikelyFields } from '../../../schema/record/field-map.ts'
import { toColumns } from '../fields/columns.ts'
import {
  looksLikeAccount,
  looksLikeHost,
  looksLikeLevel,
  looksLikeSentence,
  looksLikeWords,
} from '../fields/content-kind.ts'
import { freeEntries } from '../fields/guess-content.ts'
import type { UnnamedFields } from '../parser.ts'
import { guessTime } from '../time/guess-time.ts'
import { enoughRecords, isUndecided } from './deciding-records.ts'

const mostNames = 200
const mostValues = 8
/** Which share of a name's values must look alike. */
const most = 0.8

/** Counts how the values of one name look. */
interface Tally {
  count: number
  length: number
  /** The first different values. */
  readonly values: Set<string>
  latest: number
  levels: number
  hosts: number
  accounts: number
  sentences: number
  words: number
}

interface SourceGuess {
  seen: number
  names: Map<string, Tally>
  likely: LikelyFields | undefined
  /** The records since the last count that were not as guessed, of how many. */
  misses: number
  checked: number
  /** How many records are counted; longer after each guess that was wrong, so that mixed records do not keep us guessing. */
  window: number
}

/**
 * Guesses which fields of a source's records have the time, message, level, host and user, if no name says it, from what their values look
 * like in the first 50 records. All later records are read by these names, so that fields do not change from line to line. If most records of
 * a window are not as guessed, the next 50 decide again. Linear in the fields; 1,000 sources at most.
 */
export class ContentGuesses {
  readonly name = 'content'
  #sources = new Map<string, SourceGuess>()

  /** The names that were guessed for a source. */
  of(source: string): LikelyFields | undefined {
    return this.#sources.get(source)?.likely
  }

  /** Whether more records are wanted before the guess is final. */
  isLearning(source: string): boolean {
    return isUndecided(this.#sources, source)
  }

  /** Adds a record to what decides. */
  learn(source: string, { entries }: UnnamedFields, receivedAt: number): void {
    const guess = this.#sources.get(source) ?? createGuess()
    this.#sources.set(source, guess)
    guess.seen++
    const time = guessTime(toColumns(entries), { receivedAt })?.time
    for (const [name, value] of entries) {
      if (!guess.names.has(name) && guess.names.size >= mostNames) continue
      const tally = guess.names.get(name) ?? createTally()
      guess.names.set(name, tally)
      const isLatest =
        time !== undefined && guessTime({ names: [name], values: [value] }, { receivedAt })?.time === time
      addValue(tally, value, isLatest)
    }
  }

  /** Takes the best names so far, unless there are some already and more records are wanted. */
  decide(source: string): void {
    const guess = this.#sources.get(source)
    if (!guess || (guess.likely && guess.seen < enoughRecords)) return
    guess.likely = toLikelyFields(guess)
    if (guess.seen >= enoughRecords) guess.names = new Map()
  }

  /** Counts whether a record is as guessed, and begins again if most are not. */
  check(source: string, { asGuessed }: UnnamedFields): void {
    const guess = this.#sources.get(source)
    if (!guess?.likely || guess.seen < enoughRecords) return
    guess.checked++
    if (!asGuessed) guess.misses++
    if (guess.checked < guess.window) return
    if (guess.misses > guess.window / 2) {
      guess.seen = 0
      guess.likely = undefined
      guess.window *= 2
    }
    guess.checked = 0
    guess.misses = 0
  }

  save(): Uint8Array {
    const final = [...this.#sources].filter(([, { seen }]) => seen >= enoughRecords)
    return Buffer.from(JSON.stringify(final.map(([source, { likely, window }]) => [source, window, likely])))
  }

  restore(state: Uint8Array): void {
    this.#sources = new Map(
      saved
        .parse(JSON.parse(Buffer.from(state).toString()))
        .map(([source, window, likely]) => [source, { ...createGuess(), seen: enoughRecords, window, likely }]),
    )
  }
}

const list = z.array(z.string())
const saved = z.array(
  z.tuple([z.string(), z.int(), z.object({ time: list, message: list, level: list, host: list, user: list })]),
)

const createGuess = (): SourceGuess => ({
  seen: 0,
  names: new Map(),
  likely: undefined,
  misses: 0,
  checked: 0,
  window: enoughRecords,
})

const createTally = (): Tally => ({
  ...{ count: 0, length: 0, values: new Set<string>(), latest: 0 },
  ...{ levels: 0, hosts: 0, accounts: 0, sentences: 0, words: 0 },
})

const addValue = (tally: Tally, value: FieldValue, isLatest: boolean): void => {
  tally.count++
  const text = typeof value === 'string' ? value : ''
  tally.length += text.length
  if (text !== '' && tally.values.size < mostValues) tally.values.add(text)
  if (isLatest) tally.latest++
  if (looksLikeLevel(value)) tally.levels++
  if (looksLikeHost(value)) tally.hosts++
  if (looksLikeAccount(value)) tally.accounts++
  if (looksLikeSentence(value)) tally.sentences++
  if (looksLikeWords(value)) tally.words++
}

const toLikelyFields = ({ names, seen }: SourceGuess): LikelyFields => {
  const free = new Set(freeEntries([...names].map(([name]) => [name, ''])).map(([name]) => name))
  const own = [...names].filter(([name]) => free.has(name))
  /** The names whose values look alike, unless a record has two of them: which of both is meant would be a guess. */
  const only = (countOf: (tally: Tally) => number): readonly string[] => {
    const found = own.filter(([, tally]) => countOf(tally) >= most * tally.count)
    return found.reduce((sum, [, { count }]) => sum + count, 0) > seen ? [] : found.map(([name]) => name)
  }
  const spoken = own.filter(([, { sentences, count }]) => sentences * 2 >= count)
  const worded = spoken.length > 0 ? spoken : own.filter(([, { words, count }]) => words * 2 >= count)
  return {
    time: [...names]
      .filter(([, { latest }]) => latest > 0)
      .toSorted(([, a], [, b]) => b.latest - a.latest)
      .map(([name]) => name),
    // A text that is always the same describes the program rather than what happened.
    message: worded
      .toSorted(([, a], [, b]) => Number(b.values.size > 1) - Number(a.values.size > 1) || b.length - a.length)
      .map(([name]) => name),
    level: only(({ levels }) => levels),
    host: only(({ hosts }) => hosts),
    user: only(({ accounts }) => accounts),
  }
}
