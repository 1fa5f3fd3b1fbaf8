import type { CorrelationRule, Logsource } from './document.ts'
import type { FlatEvent } from './event.ts'
import type { Node } from './node.ts'
import type { Manner, ValueTest } from './test.ts'
import type { Glob } from './text/glob.ts'

/** Rules read in the slowest and plainest way, to compare the engine with: no index, nothing remembered, nothing shared with it. */

/** Whether an event counts as what a rule is about. */
export const applies = (event: Logsource | undefined, rule: Logsource): boolean =>
  Object.entries(rule).every(([key, value]) => event !== undefined && event[key as keyof Logsource] === value)

/** Whether a condition is true of an event. */
export const isTrue = (node: Node, event: FlatEvent): boolean => {
  switch (node.op) {
    case 'and':
      return node.of.filter((one) => !isTrue(one, event)).length === 0
    case 'or':
      return node.of.filter((one) => isTrue(one, event)).length > 0
    case 'some':
      return node.of.filter((one) => isTrue(one, event)).length >= node.count
    case 'not':
      return !isTrue(node.of, event)
    case 'test':
      return node.field === undefined
        ? isTrueOfAny(node.test, anywhere(event), event)
        : isTrueOf(node.test, node.field, event)
  }
}

const isTrueOf = (test: ValueTest, field: string, event: FlatEvent): boolean => {
  if (test.type === 'exists') return Object.keys(event.fields).includes(field) === test.wanted
  if (test.type === 'null') return valuesOf(field, event).length === 0
  return isTrueOfAny(test, valuesOf(field, event), event)
}

const isTrueOfAny = (test: ValueTest, values: readonly string[], event: FlatEvent): boolean =>
  values.map((value) => isTrueOfText(test, value, event)).includes(true)

const isTrueOfText = (test: ValueTest, value: string, event: FlatEvent): boolean => {
  switch (test.type) {
    case 'equals':
    case 'contains':
    case 'starts':
    case 'ends':
      return test.cased ? fits(test.type, value, test.text) : fits(test.type, plain(value), plain(test.text))
    case 'glob':
      return test.cased ? toRegExp(test.glob).test(value) : toRegExp(test.glob).test(plain(value))
    case 'regex':
      // V8 14.6 does not find a character of two code units before `$` without the prefix: /[^a]$/u.test('😀') is false.
      return new RegExp(`[^]*?(?:${test.source})`, `${test.flags}u`).test(value)
    case 'cidr':
      return isWithin(value, test.source)
    case 'compare':
      return value.trim() !== '' && compare(Number(value), test.comparison, test.number)
    case 'field':
      return valuesOf(test.other, event).some((other) =>
        test.cased ? fits(test.manner, value, other) : fits(test.manner, plain(value), plain(other)),
      )
    case 'time': {
      const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/.exec(value) ?? []
      const parts = { year, month, day, hour, minute, week: undefined }
      return compare(Number(parts[test.unit]), test.comparison, test.number)
    }
    default:
      return false
  }
}

const plain = (text: string): string => [...text].map((letter) => letter.toLowerCase().replace('ς', 'σ')).join('')

const fits = (manner: Manner, value: string, text: string): boolean => {
  const places = Array.from({ length: value.length + 1 }, (_, at) => at).filter(
    (at) => value.slice(at, at + text.length) === text,
  )
  if (manner === 'contains') return places.length > 0
  if (manner === 'starts') return places.includes(0)
  if (manner === 'ends') return places.includes(value.length - text.length)
  return value.length === text.length && places.includes(0)
}

const toRegExp = ({ pieces }: Glob): RegExp => {
  const sources = pieces.map((piece) =>
    piece.map((part) => (typeof part !== 'string' ? '.' : part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))).join(''),
  )
  return new RegExp(`^${sources.join('.*')}$`, 'su')
}

const compare = (a: number, comparison: string, b: number): boolean =>
  ({ gt: a > b, gte: a >= b, lt: a < b, lte: a <= b, eq: a === b, neq: a !== b && !Number.isNaN(a) })[comparison] ??
  false

/** IPv4 only; the golden cases have the others. */
const isWithin = (value: string, network: string): boolean => {
  const [address = '', bits = '32'] = network.split('/')
  const toBits = (text: string) =>
    text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('')
  return (
    /^(\d{1,3}\.){3}\d{1,3}$/.test(value) &&
    toBits(value).slice(0, Number(bits)) === toBits(address).slice(0, Number(bits))
  )
}

const valuesOf = (field: string, { fields }: FlatEvent): readonly string[] =>
  Object.entries(fields)
    .filter(([name]) => name === field)
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value) => value !== null)
    .map(String)

const anywhere = (event: FlatEvent): readonly string[] => [
  ...Object.keys(event.fields).flatMap((field) => valuesOf(field, event)),
  ...(event.text === undefined ? [] : [event.text]),
]

/** An event that matched some of the rules of a correlation, by their places in its list. */
export interface Seen {
  readonly event: FlatEvent
  readonly members: readonly number[]
}

/** Whether the last of some events, given in order of time, completes a correlation with a condition in numbers. */
export const completes = (rule: CorrelationRule, seen: readonly Seen[]): boolean => {
  const last = seen.at(-1)
  if (!last || last.members.length === 0) return false
  const key = ({ event }: Seen) => JSON.stringify(rule.groupBy.map((field) => valuesOf(field, event)))
  const hasAll = ({ event }: Seen, fields: readonly string[]) =>
    fields.every((field) => valuesOf(field, event).length > 0)
  const counted = (one: Seen) => one.members.length > 0 && hasAll(one, rule.groupBy) && hasAll(one, rule.valueFields)
  if (!counted(last)) return false
  const window = seen.filter(
    (one) => counted(one) && key(one) === key(last) && last.event.time - one.event.time <= rule.timespan,
  )
  const texts = window.map(({ event }) => rule.valueFields.map((field) => valuesOf(field, event).join()).join())
  const value = (): number => {
    switch (rule.correlation) {
      case 'event_count':
        return window.length
      case 'value_count':
        return new Set(texts).size
      case 'value_sum':
        return texts.map(Number).reduce((a, b) => a + b, 0)
      case 'value_avg':
        return texts.map(Number).reduce((a, b) => a + b, 0) / texts.length
      case 'value_min':
        return Math.min(...texts.map(Number))
      case 'value_max':
        return Math.max(...texts.map(Number))
      case 'temporal':
        return new Set(window.flatMap(({ members }) => members)).size
      case 'temporal_ordered':
        return chains(
          window.map(({ members }) => members),
          rule.rules.length,
        )
          ? rule.rules.length
          : 0
      default:
        return Number.NaN
    }
  }
  return rule.conditions.every(({ comparison, number }) => compare(value(), comparison, number))
}

/** Whether some events, the last one as the last, meet all steps one after the other. */
const chains = (events: readonly (readonly number[])[], steps: number): boolean => {
  if (steps === 0) return true
  const last = events.at(-1)
  if (!last?.includes(steps - 1)) return false
  return steps === 1 || events.slice(0, -1).some((_, end) => chains(events.slice(0, end + 1), steps - 1))
}
