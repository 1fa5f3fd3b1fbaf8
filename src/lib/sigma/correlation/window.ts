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
  readonly items: WindowItem[]
  /** How many of the items hold a value (of `value_count`) or are of a member (of temporal ones); others need none. */
  readonly tally: Map<string, number>
}

export const createWindow = (): Window => ({ items: [], tally: new Map() })

const isTallied = ({ correlation }: CorrelationRule): boolean =>
  correlation === 'value_count' || correlation === 'temporal' || correlation === 'temporal_ordered'

/** The subject of a tally. */
const wordOf = (rule: CorrelationRule, { member, value }: WindowItem): string =>
  rule.correlation === 'value_count' ? value : String(member)

/** Inserts an event in order and drops those that have left the window. Returns the position. */
export const insert = (window: Window, item: WindowItem, rule: CorrelationRule): number => {
  const { items } = window
  let place = items.length
  while (place > 0 && (items[place - 1]?.time ?? 0) > item.time) place--
  if (place === items.length) items.push(item)
  else items.splice(place, 0, item)
  if (isTallied(rule)) count(window.tally, wordOf(rule, item), 1)
  const oldest = (items.at(-1)?.time ?? 0) - rule.timespan
  let gone = 0
  while ((items[gone]?.time ?? oldest) < oldest) gone++
  dropFirst(window, gone, rule)
  return place - gone
}

/** Forgets the oldest events. */
export const dropFirst = (window: Window, gone: number, rule: CorrelationRule): void => {
  if (gone === 0) return
  const { items } = window
  for (let at = 0; at < gone && isTallied(rule); at++) {
    count(window.tally, wordAt(window, at, rule), -1)
  }
  // V8 moves the start of a long array instead of its items.
  if (gone === 1) items.shift()
  else items.splice(0, gone)
}

const count = (tally: Window['tally'], word: string, change: number): void => {
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

/** Measures the newest window: in O(1) what is counted, else linear in its events. */
export const measureNewest = (window: Window, rule: CorrelationRule): Measure => {
  const [start, end] = [0, window.items.length - 1]
  return { start, end, value: measuredValue(window, start, end, rule) }
}

/**
 * Measures the windows that end with an item or a later one, in order. All counts together are linear in the events, other measures linear
 * each.
 */
export function* measures(window: Window, from: number, rule: CorrelationRule): Generator<Measure, void> {
  const { items } = window
  let start = 0
  let counted: { readonly tally: Map<string, number>; start: number; end: number } | undefined
  for (let end = from; end < items.length; end++) {
    const oldest = (items[end]?.time ?? 0) - rule.timespan
    while (start < end && (items[start]?.time ?? 0) < oldest) start++
    if (isWhole(window, start, end) || !countsWords(rule)) {
      yield { start, end, value: measuredValue(window, start, end, rule) }
      continue
    }
    counted ??= { tally: new Map(), start, end: start }
    for (; counted.end <= end; counted.end++) count(counted.tally, wordAt(window, counted.end, rule), 1)
    for (; counted.start < start; counted.start++) count(counted.tally, wordAt(window, counted.start, rule), -1)
    yield { start, end, value: counted.tally.size }
  }
}

const countsWords = ({ correlation }: CorrelationRule): boolean =>
  correlation === 'value_count' || correlation === 'temporal'

const wordAt = ({ items }: Window, at: number, rule: CorrelationRule): string => {
  const item = items[at]
  return item === undefined ? '' : wordOf(rule, item)
}

const measuredValue = (window: Window, start: number, end: number, rule: CorrelationRule): number => {
  const { items, tally } = window
  switch (rule.correlation) {
    case 'event_count':
      return end - start + 1
    case 'value_count':
    case 'temporal':
      return tally.size
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

/** Whether one of the measured events is of a member, in a temporal correlation. */
export const hasMember = (window: Window, { start, end }: Measure, member: number): boolean =>
  isWhole(window, start, end)
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
