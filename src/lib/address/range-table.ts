import { type Address, firstOf, lastOf, type Range } from './address.ts'

/** Finds the value of the narrowest range that contains an address. */
export interface RangeTable<Value> {
  readonly size: number
  find(address: Address): Value | undefined
}

interface Segment<Value> {
  readonly start: Address
  readonly value: Value | undefined
}

/**
 * Builds a table of ranges, which are nested or disjoint like all prefixes. It is cut into spans that do not overlap, each with the value
 * of the narrowest range around it, so that a binary search finds it. Of two equal ranges, the later one counts. O(n log n) to build, O(log
 * n) to query; 20 bytes per span, at most two spans per range.
 */
export const createRangeTable = <Value>(
  entries: Iterable<{ readonly range: Range; readonly value: Value }>,
): RangeTable<Value> => {
  const sorted = [...entries].map(({ range, value }) => ({
    start: firstOf(range),
    end: lastOf(range),
    bits: range.bits,
    value,
  }))
  sorted.sort((a, b) => compare(a.start, b.start) || a.bits - b.bits)

  const segments: Segment<Value>[] = []
  const begin = (start: Address, value: Value | undefined): void => {
    // A span that begins where the last one began replaces it: it is contained in it.
    const last = segments.at(-1)
    if (last && compare(last.start, start) === 0) segments.pop()
    segments.push({ start, value })
  }
  const open: (typeof sorted)[number][] = []
  const closeUntil = (next: Address | undefined): void => {
    for (let inner = open.at(-1); inner && (!next || compare(inner.end, next) < 0); inner = open.at(-1)) {
      open.pop()
      const after = following(inner.end)
      if (after) begin(after, open.at(-1)?.value)
    }
  }
  for (const entry of sorted) {
    closeUntil(entry.start)
    begin(entry.start, entry.value)
    open.push(entry)
  }
  closeUntil(undefined)

  const starts = new Uint16Array(segments.length * 8)
  for (const [index, { start }] of segments.entries()) starts.set(start, index * 8)
  const values = segments.map(({ value }) => value)
  return {
    size: sorted.length,
    find(address) {
      let low = 0
      let high = values.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (isAtOrBefore(starts, middle * 8, address)) low = middle + 1
        else high = middle
      }
      return values[low - 1]
    },
  }
}

const isAtOrBefore = (starts: Uint16Array, offset: number, address: Address): boolean => {
  for (let group = 0; group < 8; group++) {
    const difference = (starts[offset + group] ?? 0) - (address[group] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return true
}

const compare = (a: Address, b: Address): number => {
  for (let group = 0; group < 8; group++) {
    const difference = (a[group] ?? 0) - (b[group] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The next address; undefined behind the last one. */
const following = (address: Address): Address | undefined => {
  const next = [...address]
  for (let group = 7; group >= 0; group--) {
    const value = next[group] ?? 0
    if (value < 0xffff) {
      next[group] = value + 1
      return next
    }
    next[group] = 0
  }
  return undefined
}
