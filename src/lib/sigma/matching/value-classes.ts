import type { FlatEvent, Scalar } from '../event.ts'
import { fold } from '../text/fold.ts'
import { createGramMemory } from '../text/gram-memory.ts'
import type { Literal, Wanted } from '../text/literal.ts'
import { createLiteralIndex, type LiteralIndex } from '../text/literal-index.ts'
import { createScreen, type Screen } from '../text/screen.ts'
import { holds } from './holds.ts'
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
  of(value: FlatEvent['fields'][string]): ValueClass
}

/** Values up to this length are remembered, and so many of them. */
const longestRemembered = 128
const mostRemembered = 4096
/** After so many values, of which fewer than half were remembered, the next ones are not looked up for a while. */
const trial = 1024
const pause = 16 * trial

/** V8 copies shorter substrings. Longer ones keep the whole line in memory. */
const shortSubstring = 13

const absent: FieldValues = { name: undefined, values: [], folded: [] }
const noOther = (): FieldValues => absent
const noUses = new Map<number, number>()

/**
 * Creates the classes of one field for some tests. Most values have none of the texts that tests need: one pass over their bytes
 * shows it. Of the others, each distinct value is tested once: its class is remembered. Memory grows with the classes only.
 */
export const createValueClasses = (leaves: Leaves, numbers: readonly number[]): ValueClasses => {
  const { mayPass, passedBy } = sortTests(leaves, numbers)
  const byKey = new Map<string, ValueClass>()
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

  const ofText = (text: string): ValueClass => {
    const passed = passedBy(text)
    return passed.length === 0 ? plain : classWith(passed)
  }
  const ofScalar = (value: Scalar): ValueClass => {
    if (value === null) return empty
    const text = String(value)
    if (!mayPass(text)) return plain
    if (text.length > longestRemembered) return ofText(text)
    if (resting > 0) {
      resting -= 1
      return ofText(text)
    }
    asked += 1
    if (asked > trial) {
      if (found * 2 < asked) resting = pause
      asked = 0
      found = 0
    }
    const known = remembered.get(value)
    if (known !== undefined) {
      found += 1
      return known
    }
    const answer = ofText(text)
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(typeof value === 'string' ? ownCopy(value) : value, answer)
    return answer
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
    of: (value) => (typeof value === 'object' && value !== null ? ofList(value) : ofScalar(value)),
  }
}

interface NumberedTest {
  readonly number: number
  readonly test: Leaf['test']
}

/** Sorts tests by what they need of a value. */
const sortTests = (leaves: Leaves, numbers: readonly number[]) => {
  const needy: Literal<NumberedTest>[] = []
  const blind: NumberedTest[] = []
  const expressions: NumberedTest[] = []
  for (const number of numbers) {
    const test = leaves.list[number]?.test
    // Whether a field is there does not depend on its value, and a comparison of two fields depends on both.
    if (!test || ['exists', 'null', 'field', 'unresolved'].includes(test.type)) continue
    const one = { number, test }
    if (test.type === 'regex') expressions.push(one)
    const triggers = chooseTriggers({ op: 'leaf', leaf: number }, leaves, noUses) ?? []
    const literals = triggers.flatMap(({ literal }) => literal ?? [])
    if (literals.length === 0 || literals.length < triggers.length) blind.push(one)
    else needy.push(...literals.map((literal) => ({ ...literal, payload: one })))
  }
  const isIdle = needy.length + blind.length === 0
  let screen: Screen | undefined
  let screened = 0
  let passed = 0
  let isScreened = true
  let index: LiteralIndex<NumberedTest> | undefined
  const search = (folded: string, visit: (one: NumberedTest) => void): void => {
    index ??= createLiteralIndex(needy, createGramMemory())
    index.search(folded, visit)
  }
  return {
    /** Whether a value may pass a test; false is certain. */
    mayPass(text: string): boolean {
      if (blind.length > 0 || !isScreened || isIdle) return !isIdle
      screen ??= createScreen(needy.map(({ manner, text: wanted }): Wanted => ({ manner, text: wanted })))
      // The case of letters outside of ASCII is not the same for expressions as for texts.
      const may = screen(text) || (expressions.length > 0 && Buffer.byteLength(text) !== text.length)
      screened += 1
      if (may) passed += 1
      // Among many texts, some are in nearly every value.
      if (screened === trial) isScreened = passed * 2 < trial
      return may
    },
    /** The tests that a value passes, in order. */
    passedBy(text: string): readonly number[] {
      const folded = fold(text)
      const tried = new Set(blind)
      search(folded, (one) => tried.add(one))
      if (expressions.length > 0 && Buffer.byteLength(text) !== text.length)
        for (const one of expressions) tried.add(one)
      const slot = { name: '', values: [text], folded: [folded] }
      const found: number[] = []
      for (const { number, test } of tried) if (holds(test, slot, noOther)) found.push(number)
      return found.length > 1 ? found.sort((a, b) => a - b) : found
    },
  }
}

/** Copies a text out of the line that it is a part of. */
export const ownCopy = (text: string): string => {
  if (text.length < shortSubstring) return text
  const copy = Buffer.from(text, 'latin1').toString('latin1')
  return copy === text ? copy : Buffer.from(text, 'utf16le').toString('utf16le')
}
