import type { Manner } from './test.ts'

/**
 * Finds which of many texts are a value, begin it, end it or stand in it, in one pass over the value.
 *
 * Texts that may stand anywhere are found by one rare group of up to four of their letters, kept in a hash table, and then compared
 * (the q-gram filter of Wu and Manber, 1994): O(value) with a small constant, where an automaton over all texts would have to walk a
 * table far larger than the processor's cache. Beginnings and ends are walked in a trie. Texts and values are in lower case.
 */
export interface LiteralIndex<Payload> {
  /** Calls `visit` for each text that is found, at least once. */
  search(value: string, visit: (payload: Payload) => void): void
}

export interface Literal<Payload> {
  readonly manner: Manner
  readonly text: string
  readonly payload: Payload
}

interface Branch<Payload> {
  readonly next: Map<number, Branch<Payload>>
  readonly here: Payload[]
}

const longestGram = 4

/** Builds an index. Memory is linear in the texts. */
export const createLiteralIndex = <Payload>(literals: readonly Literal<Payload>[]): LiteralIndex<Payload> => {
  const wholes = new Map<string, Payload[]>()
  const starts: Branch<Payload> = { next: new Map(), here: [] }
  const ends: Branch<Payload> = { next: new Map(), here: [] }
  const always: Payload[] = []
  const within: Literal<Payload>[] = []
  for (const literal of literals) {
    const { manner, text, payload } = literal
    if (manner === 'equals') {
      const known = wholes.get(text)
      if (known) known.push(payload)
      else wholes.set(text, [payload])
    } else if (text === '') always.push(payload)
    else if (manner === 'starts') grow(starts, text, payload, false)
    else if (manner === 'ends') grow(ends, text, payload, true)
    else within.push(literal)
  }
  const scan = within.length === 0 ? undefined : createScan(within)
  const [hasStarts, hasEnds] = [starts.next.size > 0, ends.next.size > 0]
  return {
    search(value, visit) {
      for (const payload of always) visit(payload)
      const whole = wholes.size > 0 ? wholes.get(value) : undefined
      if (whole) for (const payload of whole) visit(payload)
      if (hasStarts) walk(starts, value, false, visit)
      if (hasEnds) walk(ends, value, true, visit)
      scan?.(value, visit)
    },
  }
}

const grow = <Payload>(root: Branch<Payload>, text: string, payload: Payload, backwards: boolean): void => {
  let branch = root
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(backwards ? text.length - 1 - index : index)
    let next = branch.next.get(code)
    if (!next) {
      next = { next: new Map(), here: [] }
      branch.next.set(code, next)
    }
    branch = next
  }
  branch.here.push(payload)
}

const walk = <Payload>(
  root: Branch<Payload>,
  value: string,
  backwards: boolean,
  visit: (payload: Payload) => void,
): void => {
  let branch: Branch<Payload> | undefined = root
  for (let index = 0; index < value.length; index++) {
    branch = branch.next.get(value.charCodeAt(backwards ? value.length - 1 - index : index))
    if (!branch) return
    for (const payload of branch.here) visit(payload)
  }
}

/** Puts one more letter at the end of a group of four, in 32 bits. */
const roll = (group: number, code: number): number => (group << 8) ^ code

/** Only the last letters of a group: all four, or the lower bytes. */
const masks = [0, 0xff, 0xffff, 0xffffff, -1]

const gramAt = (text: string, start: number, size: number): number => {
  let group = 0
  for (let index = start; index < start + size; index++) group = roll(group, text.charCodeAt(index))
  return group & (masks[size] ?? -1)
}

/** A hash table of groups of one size. */
interface Grams {
  readonly heads: Int32Array
  readonly shift: number
}

const createScan = <Payload>(literals: readonly Literal<Payload>[]) => {
  const commonness = new Map<number, number>()
  for (const { text } of literals) {
    const size = Math.min(longestGram, text.length)
    for (let start = 0; start + size <= text.length; start++) {
      const gram = gramAt(text, start, size)
      commonness.set(gram, (commonness.get(gram) ?? 0) + 1)
    }
  }
  const grams = new Int32Array(literals.length)
  /** Where the group ends in its text. */
  const lengths = new Int32Array(literals.length)
  const next = new Int32Array(literals.length)
  const tables: (Grams | undefined)[] = [1, 2, 3, 4].map((size) => {
    const count = literals.filter(({ text }) => Math.min(longestGram, text.length) === size).length
    if (count === 0) return undefined
    const bits = Math.min(16, Math.max(11, Math.ceil(Math.log2(count * 8))))
    return { heads: new Int32Array(1 << bits).fill(-1), shift: 32 - bits }
  })
  for (const [index, { text }] of literals.entries()) {
    const size = Math.min(longestGram, text.length)
    let [best, least] = [0, Number.POSITIVE_INFINITY]
    for (let start = 0; start + size <= text.length; start++) {
      const count = commonness.get(gramAt(text, start, size)) ?? 0
      if (count < least) [best, least] = [start, count]
    }
    const gram = gramAt(text, best, size)
    const table = tables[size - 1]
    if (!table) continue
    const slot = spread(gram, table.shift)
    grams[index] = gram
    lengths[index] = best + size
    next[index] = table.heads[slot] ?? -1
    table.heads[slot] = index
  }
  const texts = literals.map(({ text }) => text)
  const payloads = literals.map(({ payload }) => payload)

  const look = (
    { heads, shift }: Grams,
    gram: number,
    end: number,
    value: string,
    visit: (payload: Payload) => void,
  ): void => {
    for (let index = heads[spread(gram, shift)] ?? -1; index >= 0; index = next[index] ?? -1) {
      if (grams[index] !== gram) continue
      const start = end - (lengths[index] ?? 0)
      if (start >= 0 && value.startsWith(texts[index] ?? '', start)) visit(payloads[index] as Payload)
    }
  }
  /** Walks a value once for the texts of one size. */
  const walkGrams = (table: Grams, size: number, value: string, visit: (payload: Payload) => void): void => {
    const { heads, shift } = table
    const mask = masks[size] ?? -1
    const { length } = value
    let group = 0
    for (let end = 1; end < size && end <= length; end++) group = roll(group, value.charCodeAt(end - 1))
    for (let end = size; end <= length; end++) {
      group = roll(group, value.charCodeAt(end - 1))
      const gram = group & mask
      if ((heads[Math.imul(gram, spreading) >>> shift] as number) >= 0) look(table, gram, end, value, visit)
    }
  }
  return (value: string, visit: (payload: Payload) => void): void => {
    for (let size = 1; size <= longestGram; size++) {
      const table = tables[size - 1]
      if (table !== undefined) walkGrams(table, size, value, visit)
    }
  }
}

const spreading = 0x9e3779b1
const spread = (gram: number, shift: number): number => Math.imul(gram, spreading) >>> shift
