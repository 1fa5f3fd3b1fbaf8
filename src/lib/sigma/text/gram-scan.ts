import { type GramMemory, longestGram, placeOf, roll, spreading } from './gram-memory.ts'
import type { Literal } from './literal.ts'

/** So many texts at most are held one by one against the groups of a value. */
const few = 32

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

/**
 * Looks for texts that may stand anywhere, by one rare group of letters of each. Where there are few of them, the groups of the value are
 * not held against a table of theirs but theirs against the value's, which are remembered for the next index.
 */
export const createScan = <Payload>(literals: readonly Literal<Payload>[], memory: GramMemory) => {
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
  const wholeGrams = [...literals.keys()].filter((index) => (texts[index] ?? '').length >= longestGram)
  const places = Int32Array.from(wholeGrams, (index) => placeOf(grams[index] ?? 0))
  const isFew = wholeGrams.length <= few
  if (isFew) for (const index of wholeGrams) memory.expect(grams[index] ?? 0)
  const walkTexts = (value: string, visit: (payload: Payload) => void): void => {
    if (!memory.look(value)) return
    for (let at = 0; at < places.length; at++) {
      if (!memory.mayHave(places[at] ?? 0)) continue
      const index = wholeGrams[at] ?? 0
      if (value.includes(texts[index] ?? '')) visit(payloads[index] as Payload)
    }
  }
  return (value: string, visit: (payload: Payload) => void): void => {
    for (let size = 1; size <= longestGram; size++) {
      const table = tables[size - 1]
      if (table === undefined) continue
      if (size === longestGram && isFew && memory.suits(value.length)) walkTexts(value, visit)
      else walkGrams(table, size, value, visit)
    }
  }
}

const spread = (gram: number, shift: number): number => Math.imul(gram, spreading) >>> shift
