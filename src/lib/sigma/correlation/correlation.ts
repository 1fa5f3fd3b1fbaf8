import { createReader, createWriter } from '../../bytes/codec.ts'
import type { CorrelationRule } from '../document.ts'
import type { FlatEvent } from '../event.ts'
import { compares, numberOf } from '../matching/holds.ts'
import type { CorrelationMatch } from '../matching/match.ts'
import type { Node } from '../node.ts'
import type { CurrentEvent, FieldTexts } from './current-event.ts'
import { createGroupWindows } from './group-windows.ts'
import { dropFirst, hasMember, insert, type Measure, measure, type Window, type WindowItem } from './window.ts'

const mostShown = 50

/** One correlation and what it remembers. */
export interface Correlation {
  readonly rule: CorrelationRule
  readonly number: number
  /** The numbers of the rules that it refers to, in its order. */
  readonly refers: readonly number[]
  observe(event: FlatEvent, current: CurrentEvent): CorrelationMatch | undefined
  save(): Uint8Array
  restore(state: Uint8Array): void
}

interface CorrelationOptions {
  readonly rule: CorrelationRule
  readonly number: number
  /** The numbers of the rules that it refers to, in its order. */
  readonly refers: readonly number[]
  /** Their names. */
  readonly titles: readonly string[]
  /** The fields of each of them: those that group its events, and those whose values count. */
  readonly fields: readonly { readonly group: FieldTexts; readonly value: FieldTexts }[]
  readonly limits: { readonly maxGroups?: number; readonly maxEvents?: number }
}

/** A group remembers at most as many events as its condition can need, and some more to show. */
const capacityOf = ({ correlation, conditions }: CorrelationRule): number =>
  correlation === 'event_count' || correlation === 'value_count'
    ? Math.max(1000, 2 * conditions.reduce((most, { number }) => Math.max(most, number), 0))
    : 10_000

/** Whether a condition that holds of some events holds of more of them, so that it need only be asked of the newest window, the largest. */
const holdsOfMore = ({ correlation, conditions, expression }: CorrelationRule): boolean =>
  (correlation === 'event_count' || correlation === 'value_count' || correlation === 'temporal') &&
  expression === undefined &&
  conditions.every(({ comparison }) => comparison === 'gt' || comparison === 'gte')

/** So many groups are remembered however old they are: hosts whose clocks differ, or whose lines come late, take turns. */
const mostLate = 1_000

/** Makes a correlation with nothing remembered. */
export const createCorrelation = ({
  rule,
  number,
  refers,
  titles,
  fields,
  limits,
}: CorrelationOptions): Correlation => {
  const { maxGroups = 10_000, maxEvents = 100_000 } = limits
  const groups = createGroupWindows()
  let remembered = 0
  let latest = Number.NEGATIVE_INFINITY
  const capacity = capacityOf(rule)
  const isValued = rule.correlation.startsWith('value_')
  const isTemporal = rule.correlation.startsWith('temporal')
  const asksNewest = holdsOfMore(rule)

  const isOver = (usedAt: number): boolean => groups.size > mostLate && latest - usedAt > rule.timespan
  /** Forgets the groups that are over, then those that were quiet longest, and of the last one its oldest events. */
  const bound = (): void => {
    for (let { oldest } = groups; oldest; oldest = groups.oldest) {
      const isSurplus = groups.size > maxGroups || (remembered > maxEvents && groups.size > 1)
      if (!isSurplus && !isOver(oldest.usedAt)) break
      remembered -= oldest.items.length
      groups.removeOldest()
    }
    if (remembered <= maxEvents || !groups.oldest) return
    dropFirst(groups.oldest, remembered - maxEvents, rule)
    remembered = maxEvents
  }
  const isMet = (window: Window, found: Measure): boolean => {
    if (!rule.expression) return meetsAll(rule.conditions, found.value)
    const has = (member: number): boolean => hasMember(window, found, member)
    return (
      saysTrue(rule.expression, (name) => has(rule.rules.indexOf(name))) &&
      (rule.correlation === 'temporal' || found.value >= refers.filter((_, member) => has(member)).length)
    )
  }

  const add = (item: WindowItem, key: string): { window: Window; found: Measure } | undefined => {
    latest = Math.max(latest, item.time)
    const window = groups.touch(key, latest)
    const before = window.items.length
    const inserted = insert(window, item, rule)
    const surplus = Math.max(0, window.items.length - capacity)
    if (surplus > 0) dropFirst(window, surplus, rule)
    const place = inserted - surplus
    remembered += window.items.length - before
    bound()
    const last = window.items.length - 1
    // An event that came late may complete windows that end with later ones.
    for (let end = asksNewest ? last : Math.max(0, place); end <= last; end++) {
      if ((window.items[end]?.time ?? 0) - item.time > rule.timespan) break
      const found = measure(window, end, rule)
      if (isMet(window, found)) return { window, found }
    }
    return undefined
  }

  return {
    rule,
    number,
    refers,
    observe(event, current) {
      let match: CorrelationMatch | undefined
      let counted: string[] | undefined
      // From the last rule to the first: one event cannot be two steps of a sequence.
      for (let member = refers.length - 1; member >= 0; member--) {
        const own = fields[member]
        if (!own || !current.isNoted(refers[member] ?? -1)) continue
        const group = own.group.read()
        if (!group || (isValued && !own.value.read())) continue
        const value = isValued ? own.value.joined : ''
        if (isValued && rule.correlation !== 'value_count' && Number.isNaN(numberOf(value))) continue
        const key = own.group.joined
        // An event that several rules match is counted once; temporal ones ask for each of the rules.
        if (!isTemporal) {
          if (counted?.includes(key)) continue
          if (counted) counted.push(key)
          else if (member > 0) counted = [key]
        }
        const done = add(current.toItem(member, value), key)
        if (done && !match) match = new Completed({ rule, titles }, event, group, done.window, done.found)
      }
      return match
    },
    save() {
      const writer = createWriter('sigma-correlation', 1).varint(groups.size)
      for (const [key, { items }] of groups.entries()) {
        writer.text(key).varint(items.length)
        for (const { time, id, member, value } of items) writer.f64(time).text(id).varint(member).text(value)
      }
      return writer.finish()
    },
    restore(state) {
      const reader = createReader(state, 'sigma-correlation', 1)
      groups.clear()
      remembered = 0
      latest = Number.NEGATIVE_INFINITY
      for (let left = reader.varint(); left > 0; left--) {
        const key = reader.text()
        const items = Array.from({ length: reader.varint() }, () => ({
          time: reader.f64(),
          id: reader.text(),
          member: reader.varint(),
          value: reader.text(),
        }))
        latest = items.reduce((most, { time }) => Math.max(most, time), latest)
        const window = groups.touch(key, latest)
        for (const item of items) insert(window, item, rule)
        remembered += window.items.length
      }
      bound()
    },
  }
}

const meetsAll = (conditions: CorrelationRule['conditions'], value: number): boolean => {
  for (const { comparison, number } of conditions) if (!compares(value, comparison, number)) return false
  return true
}

/** Whether a condition in words is true, given which rules were met. */
const saysTrue = (node: Node, isThere: (name: string) => boolean): boolean => {
  switch (node.op) {
    case 'test':
      return isThere(node.field ?? '')
    case 'not':
      return !saysTrue(node.of, isThere)
    case 'and':
      return node.of.every((one) => saysTrue(one, isThere))
    case 'or':
      return node.of.some((one) => saysTrue(one, isThere))
    case 'some':
      return node.of.filter((one) => saysTrue(one, isThere)).length >= node.count
  }
}

/** The events are copied when they are first read: in a flood, every event completes a match, and few of them are looked at. */
class Completed implements CorrelationMatch {
  readonly type = 'correlation'
  readonly rule: CorrelationRule
  readonly eventId: string
  readonly time: number
  readonly group: Readonly<Record<string, string>>
  readonly value: number
  readonly eventCount: number
  readonly #titles: readonly string[]
  readonly #items: readonly WindowItem[]
  readonly #start: number
  #events: CorrelationMatch['events'] | undefined

  constructor(
    { rule, titles }: Pick<CorrelationOptions, 'rule' | 'titles'>,
    { id, time }: FlatEvent,
    values: readonly string[],
    { items }: Window,
    { start, end, value }: Measure,
  ) {
    this.rule = rule
    this.eventId = id
    this.time = time
    this.group = groupOf(rule.groupBy, values)
    this.value = value
    this.eventCount = end - start + 1
    this.#titles = titles
    this.#items = items
    this.#start = start
  }

  get events(): CorrelationMatch['events'] {
    this.#events ??= this.#show()
    return this.#events
  }

  #show(): CorrelationMatch['events'] {
    const [start, end] = [this.#start, this.#start + this.eventCount]
    const chosen =
      this.eventCount <= mostShown
        ? this.#items.slice(start, end)
        : [...this.#items.slice(start, start + 1), ...this.#items.slice(end + 1 - mostShown, end)]
    return chosen.map(({ id, time, member }) => ({
      id,
      time,
      rule: this.rule.rules[member] ?? '',
      title: this.#titles[member] ?? '',
    }))
  }
}

const groupOf = (fields: readonly string[], values: readonly string[]): Readonly<Record<string, string>> => {
  const group: Record<string, string> = {}
  for (const [index, field] of fields.entries()) group[field] = values[index] ?? ''
  return group
}
