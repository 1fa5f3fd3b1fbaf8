import type { CorrelationRule } from '../document.ts'
import { numberOf } from '../matching/holds.ts'

/** An event that a correlation remembers. */
export interface WindowItem {
  readonly time: number
  readonly id: string
  /** Which of the rules it matched, by its place in the list. */
  readonly member: number
  /** The value to count or sum; empty where only events are. */
  readonly value: string
}

/** The events of one group, in order of time; those that are too old for any window are dropped. */
export interface Window {
  items: WindowItem[]
  /** How many of the items hold a value (of `value_count`) or are of a member (of temporal ones); others and small windows need none. */
  tally: Map<string, number> | undefined
}

/** Up to so many events are counted one by one: most of the groups are small, and a map for each would be most of their memory. */
const fewItems = 8

const isTallied = ({ correlation }: CorrelationRule): boolean =>
  correlation === 'value_count' || correlation === 'temporal' || correlation === 'temporal_ordered'

/** The subject of a tally. */
const wordOf = (rule: CorrelationRule, { member, value }: WindowItem): string =>
  rule.correlation === 'value_count' ? value : String(member)

/** Inserts an event in order and drops those that have left the window. Returns the position. */
export const insert = (window: Window, item: WindowItem, rule: CorrelationRule): number => {
  const place = placeOf(window.items, item.time)
  // Most groups have one event, and an empty list that grows takes room for 17.
  if (window.items.length === 0) window.items = [item]
  else if (place === window.items.length) window.items.push(item)
  else window.items.splice(place, 0, item)
  const { items } = window
  if (window.tally) count(window.tally, wordOf(rule, item), 1)
  else if (items.length > fewItems && isTallied(rule)) {
    window.tally = new Map()
    for (const one of items) count(window.tally, wordOf(rule, one), 1)
  }
  const oldest = (items.at(-1)?.time ?? 0) - rule.timespan
  let gone = 0
  while ((items[gone]?.time ?? oldest) < oldest) gone++
  dropFirst(window, gone, rule)
  return place - gone
}

/** Finds the place behind all events that are not later. Mostly it is the last one. */
const placeOf = (items: readonly WindowItem[], time: number): number => {
  let [low, high] = [(items.at(-1)?.time ?? 0) <= time ? items.length : 0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((items[middle]?.time ?? 0) > time) high = middle
    else low = middle + 1
  }
  return low
}

/** Forgets the oldest events. */
export const dropFirst = (window: Window, gone: number, rule: CorrelationRule): void => {
  if (gone === 0) return
  const { items, tally } = window
  for (let at = 0; at < gone && tally; at++) {
    const item = items[at]
    if (item) count(tally, wordOf(rule, item), -1)
  }
  // V8 moves the start of a long array instead of its items.
  if (gone === 1) items.shift()
  else items.splice(0, gone)
}

const count = (tally: Map<string, number>, word: string, change: number): void => {
  const now = (tally.get(word) ?? 0) + change
  if (now > 0) tally.set(word, now)
  else tally.delete(word)
}

/** The events from `start` to `end`, both included, and what they come to. */
export interface Measure {
  readonly start: number
  readonly end: number
  readonly value: number
}

/** Measures the window that ends with an item. O(1) for counts of the newest window, else linear in its events. */
export const measure = (window: Window, end: number, rule: CorrelationRule): Measure => {
  const { items } = window
  const oldest = (items[end]?.time ?? 0) - rule.timespan
  let start = 0
  while (start < end && (items[start]?.time ?? 0) < oldest) start++
  return { start, end, value: measuredValue(window, start, end, rule) }
}

const measuredValue = (window: Window, start: number, end: number, rule: CorrelationRule): number => {
  const { items, tally } = window
  switch (rule.correlation) {
    case 'event_count':
      return end - start + 1
    case 'value_count':
    case 'temporal':
      return tally && isWhole(window, start, end) ? tally.size : countWords(items, start, end, rule)
    case 'temporal_ordered':
      // Nothing comes before the first rule: a flood of what it matches, as of failed logins, costs no look back.
      return items[end]?.member === 0 ? 1 : longestChain(slice(window, start, end))
    default:
      return combine(
        slice(window, start, end).map((item) => numberOf(item.value)),
        rule,
      )
  }
}

/** Counts the different subjects of the events from `start` to `end`, both included. */
const countWords = (items: readonly WindowItem[], start: number, end: number, rule: CorrelationRule): number => {
  const words: string[] = []
  const many = end - start < fewItems ? undefined : new Set<string>()
  for (let at = start; at <= end; at++) {
    const item = items[at]
    if (!item) continue
    const word = wordOf(rule, item)
    if (many) many.add(word)
    else if (!words.includes(word)) words.push(word)
  }
  return many?.size ?? words.length
}

/** Whether one of the measured events is of a member, in a temporal correlation. */
export const hasMember = (window: Window, { start, end }: Measure, member: number): boolean =>
  window.tally && isWhole(window, start, end)
    ? window.tally.has(String(member))
    : slice(window, start, end).some((item) => item.member === member)

const isWhole = ({ items }: Window, start: number, end: number): boolean => start === 0 && end === items.length - 1

const slice = (window: Window, start: number, end: number): readonly WindowItem[] =>
  isWhole(window, start, end) ? window.items : window.items.slice(start, end + 1)

/** How many rules were met one after the other, in the order of the list, the last event's rule as the last. */
const longestChain = (items: readonly WindowItem[]): number => {
  const best: number[] = []
  let length = 0
  for (const [index, { member }] of items.entries()) {
    const before = best.slice(0, member).reduce((a, b) => Math.max(a, b ?? 0), 0)
    length = before + 1
    best[member] = Math.max(best[member] ?? 0, length)
    for (let fill = 0; fill < member; fill++) best[fill] ??= 0
    if (index < items.length - 1) length = 0
  }
  return length
}

const combine = (values: number[], { correlation, percentile }: CorrelationRule): number => {
  const sum = () => values.reduce((a, b) => a + b, 0)
  switch (correlation) {
    case 'value_sum':
      return sum()
    case 'value_avg':
      return sum() / values.length
    case 'value_min':
      return values.reduce((a, b) => Math.min(a, b))
    case 'value_max':
      return values.reduce((a, b) => Math.max(a, b))
    default:
      return quantile(values, correlation === 'value_median' ? 50 : percentile)
  }
}

/** The percentile of some values, between neighbours by their distance (Hyndman and Fan 1996, type 7). */
const quantile = (values: number[], percentile: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = ((sorted.length - 1) * percentile) / 100
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}
