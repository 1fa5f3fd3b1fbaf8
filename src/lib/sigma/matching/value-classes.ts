import { ownCopy } from '../../own-copy/own-copy.ts'
import type { FlatEvent, Scalar } from '../event.ts'
import { fold } from '../text/fold.ts'
import { createGramMemory } from '../text/gram-memory.ts'
import type { Literal, Wanted } from '../text/literal.ts'
import { createLiteralIndex, type LiteralIndex } from '../text/literal-index.ts'
import { textsOfRegex } from '../text/regex-texts.ts'
import { createScreen, type Screen } from '../text/screen.ts'
import { holds, stands } from './holds.ts'
import { chooseTriggers, type Leaf, type Leaves } from './plan.ts'
import type { FieldValues } from './view.ts'

/** The values of a field that some tests cannot distinguish. */
export interface ValueClass {
  readonly number: number
  /** The tests that its values pass, by their numbers. */
  readonly passed: ReadonlySet<number>
  /** Whether it is null, or a list of nothing else. */
  readonly isEmpty: boolean
}

/** Sorts the values of a field into classes. */
export interface ValueClasses {
  /** The numbers of the tests. */
  readonly tests: ReadonlySet<number>
  /** How many classes there are so far. */
  readonly size: number
  of(value: FlatEvent['fields'][string]): ValueClass
}

/** Values up to this length are remembered, and so many of them. */
const longestRemembered = 256
/** From this length on, it costs less to look for a value that was seen before than to look at its bytes. */
const longValue = 48
const mostRemembered = 4096
/** After so many values, of which fewer than half were remembered, the next ones are not looked up for a while. */
const trial = 1024
const pause = 16 * trial

/** The only letter beyond ASCII that RE2 without case takes for one of ASCII, and `fold` does not. */
const longS = 'ſ'

const absent: FieldValues = { name: undefined, values: [], folded: [] }
const noOther = (): FieldValues => absent
const noUses = new Map<number, number>()

/**
 * Creates the classes of one field for some tests. Most values have none of the texts that tests need: one pass over their bytes
 * shows it. Of the others, each distinct value is tested once: its class is remembered. Memory grows with the classes only.
 */
export const createValueClasses = (leaves: Leaves, numbers: readonly number[]): ValueClasses => {
  const tests = sortTests(leaves, numbers)
  const byKey = new Map<string, ValueClass>()
  /** Classes of one test, which most values that pass any are of. */
  const bySingle = new Map<number, ValueClass>()
  const remembered = new Map<Scalar, ValueClass>()
  let asked = 0
  let found = 0
  let resting = 0

  const classWith = (passed: readonly number[], isEmpty = false): ValueClass => {
    const key = isEmpty ? 'empty' : passed.join()
    const known = byKey.get(key)
    if (known !== undefined) return known
    const fresh = { number: byKey.size, passed: new Set(passed), isEmpty }
    byKey.set(key, fresh)
    return fresh
  }
  const plain = classWith([])
  const empty = classWith([], true)

  const singleOf = (number: number): ValueClass => {
    const known = bySingle.get(number)
    if (known !== undefined) return known
    const fresh = classWith([number])
    bySingle.set(number, fresh)
    return fresh
  }
  const ofText = (text: string, isRare: boolean): ValueClass => {
    const passed = tests.passedBy(text, isRare)
    const [only] = passed
    if (only === undefined) return plain
    return passed.length > 1 ? classWith(passed) : singleOf(only)
  }
  /** Whether values are worth remembering now: not for a while where few of them come again. */
  const remembers = (): boolean => {
    if (resting > 0) {
      resting -= 1
      return false
    }
    asked += 1
    if (asked > trial) {
      if (found * 2 < asked) resting = pause
      asked = 0
      found = 0
    }
    return true
  }
  const recall = (value: Scalar): ValueClass | undefined => {
    const known = remembered.get(value)
    if (known !== undefined) found += 1
    return known
  }
  const remember = (value: Scalar, answer: ValueClass): ValueClass => {
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(typeof value === 'string' ? ownCopy(value) : value, answer)
    return answer
  }
  const screened = (value: Scalar, text: string): ValueClass => {
    const isRare = tests.mayPassRare(text)
    const { always } = tests
    if (!isRare && always.length === 0) return plain
    const [only] = always
    // A single test of a text costs less than a cache lookup.
    if (!isRare && always.length === 1 && only && isQuick(only))
      return passes(only, text) ? singleOf(only.number) : plain
    if (text.length >= longValue || !remembers()) return ofText(text, isRare)
    return recall(value) ?? remember(value, ofText(text, isRare))
  }
  const ofScalar = (value: Scalar): ValueClass => {
    if (value === null) return empty
    const text = typeof value === 'string' ? value : String(value)
    if (text.length < longValue || text.length > longestRemembered || !remembers()) return screened(value, text)
    return recall(value) ?? remember(value, screened(value, text))
  }
  const ofList = (values: readonly Scalar[]): ValueClass => {
    const some = values.filter((value) => value !== null)
    if (some.length === 0) return empty
    // Of several values, one that passes is enough.
    const passed = new Set(some.flatMap((value) => [...ofScalar(value).passed]))
    return classWith([...passed].sort((a, b) => a - b))
  }
  return {
    tests: new Set(numbers),
    get size() {
      return byKey.size
    },
    of: (value) => (typeof value === 'object' && value !== null ? ofList(value) : ofScalar(value)),
  }
}

interface NumberedTest {
  readonly number: number
  readonly test: Leaf['test']
}

const isQuick = ({ test }: NumberedTest): boolean =>
  test.type === 'starts' || test.type === 'ends' || test.type === 'equals'

/** Whether a text passes a quick test. */
const passes = ({ test }: NumberedTest, text: string): boolean => {
  if (test.type !== 'starts' && test.type !== 'ends' && test.type !== 'equals') return false
  return stands(test.type, test.text, test.cased ? text : fold(text))
}

/** After so many values, and again after each time as many, tests that were tried for more than an eighth of them are tried always. */
const round = 256
const mostRounds = 4
const isCommon = (tried: number): boolean => tried > round / 8

/**
 * Sorts tests by what they need of a value. Those of which nothing is known are tried always. So are those whose texts turn out to be
 * common, such as the slash of a path: among the texts that are looked for, one of them would lead nearly every value to all tests. An
 * expression may have other texts: `config` besides `system32`.
 */
const sortTests = (leaves: Leaves, numbers: readonly number[]) => {
  let rare: Literal<NumberedTest>[] = []
  let always: NumberedTest[] = []
  const expressions: NumberedTest[] = []
  for (const number of numbers) {
    const test = leaves.list[number]?.test
    // Whether a field is there does not depend on its value, and a comparison of two fields depends on both.
    if (!test || ['exists', 'null', 'field', 'unresolved'].includes(test.type)) continue
    const one = { number, test }
    if (test.type === 'regex') expressions.push(one)
    const triggers = chooseTriggers({ op: 'leaf', leaf: number }, leaves, noUses) ?? []
    const literals = triggers.flatMap(({ literal }) => literal ?? [])
    if (literals.length === 0 || literals.length < triggers.length) always.push(one)
    else rare.push(...literals.map((literal) => ({ ...literal, payload: one })))
  }
  let screen: Screen | undefined
  let index: LiteralIndex<NumberedTest> | undefined
  let screened = 0
  let rounds = 0
  const triedFor = new Map<NumberedTest, number>()
  const commonTexts: string[] = []

  const search = (folded: string, visit: (one: NumberedTest) => void): void => {
    index ??= createLiteralIndex(rare, createGramMemory())
    index.search(folded, visit)
  }
  const endRound = (): void => {
    const common = new Set([...triedFor].flatMap(([one, times]) => (isCommon(times) ? one : [])))
    triedFor.clear()
    screened = 0
    rounds += 1
    if (common.size === 0) return
    for (const { text, payload } of rare) if (common.has(payload)) commonTexts.push(text)
    rare = rare.filter(({ payload }) => !common.has(payload))
    for (const one of common) {
      const others = one.test.type === 'regex' ? textsOfRegex(one.test.source, commonTexts) : undefined
      if (others) rare.push(...others.map((text) => ({ manner: 'contains' as const, text, payload: one })))
      else always = [...always, one]
    }
    screen = undefined
    index = undefined
  }
  return {
    /** The tests that are tried for every value. */
    get always(): readonly NumberedTest[] {
      return always
    },
    /** Whether a value may pass another test; false is certain. */
    mayPassRare(text: string): boolean {
      if (rounds < mostRounds) {
        if (screened === round) endRound()
        screened += 1
      }
      if (rare.length === 0) return false
      screen ??= createScreen(rare.map(({ manner, text: wanted }): Wanted => ({ manner, text: wanted })))
      return screen(text) || (expressions.length > 0 && text.includes(longS))
    },
    /** The tests that a value passes, in order, given whether it may pass a rare one. */
    passedBy(text: string, isRare: boolean): readonly number[] {
      const folded = fold(text)
      let tried: Iterable<NumberedTest> = always
      if (isRare) {
        const some = new Set(always)
        search(folded, (one) => {
          if (rounds < mostRounds && !some.has(one)) triedFor.set(one, (triedFor.get(one) ?? 0) + 1)
          some.add(one)
        })
        if (expressions.length > 0 && text.includes(longS)) for (const one of expressions) some.add(one)
        tried = some
      }
      const slot = { name: '', values: [text], folded: [folded] }
      const found: number[] = []
      for (const { number, test } of tried) if (holds(test, slot, noOther)) found.push(number)
      return found.length > 1 ? found.sort((a, b) => a - b) : found
    },
  }
}
