import type { Event } from '../../../schema/event/event.ts'
import { isLevelName } from './level.ts'

/** How many templates to remember, and how many events of one to search for an amount before giving up. */
const mostPlans = 20_000
const triedEvents = 8
const mostAmounts = 2

/** A number of what a line is about: rows, bytes, the length of a list. */
export interface Amount {
  readonly name: string
  /** Returns the number; undefined if the event has none. */
  read(event: Event): number | undefined
}

interface Plan {
  tries: number
  amounts: readonly Amount[]
}

const none: readonly Amount[] = []

/** Creates a reader that finds out once per template which of its numbers are amounts. Levels and durations are not. */
export const createAmountReader = (): ((event: Event) => readonly Amount[]) => {
  const plans = new Map<string, Plan>()
  return (event) => {
    const id = event.template?.id
    if (id === undefined) return none
    let plan = plans.get(id)
    if (!plan) {
      if (plans.size >= mostPlans) plans.clear()
      plan = { tries: 0, amounts: none }
      plans.set(id, plan)
    }
    if (plan.amounts.length === 0 && plan.tries < triedEvents) {
      plan.tries++
      plan.amounts = [...amountsInFields(event), ...amountsInMessage(event.message)].slice(0, mostAmounts)
    }
    return plan.amounts
  }
}

const sizeName = /(?:^|_)(?:size|length|count|len|bytes|rows)$/
const manyName = /(?:^|_)[a-z]{3,}s$/
/** Words in the plural that are times, and words that only seem to be in the plural; also totals, which only grow, and limits. */
const otherName =
  /(?:^|_)(?:status|address|process|access|success|class|alias|basis|progress|pass|params|args|hours|mins|minutes|secs|seconds|days|weeks|months|years|millis|milliseconds|micros|microseconds|nanos|nanoseconds|msecs|times|this|was|has|does|its|https|dns|tls|ids|max|min|limit|total|capacity|free|available|age|uptime|version|codes?|ports?|offsets?|lines)(?:_|$)/

const isAmountName = (name: string): boolean => {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[.-]/g, '_')
    .toLowerCase()
  return (sizeName.test(words) || manyName.test(words)) && !otherName.test(words) && !isLevelName(name)
}

const amountsInFields = ({ fields }: Event): readonly Amount[] =>
  Object.entries(fields)
    .filter(([name, value]) => typeof value === 'number' && isAmountName(name))
    .map(([name]) => ({ name, read: (event) => numberIn(event.fields[name]) }))

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' && value >= 0 ? value : undefined)

/** A whole number before a noun in the plural: `imported 2051 records`. */
const counted = /(?:^|([a-z]{3,}) |[ ([])(\d{1,15}) ([a-z]{3,}s)(?![\w-])/gi

const amountsInMessage = (message: string): readonly Amount[] => {
  const found: Amount[] = []
  for (const match of message.slice(0, 500).matchAll(counted)) {
    const [whole, verb, digits = '', noun = ''] = match
    if (otherName.test(noun.toLowerCase()) || isLevelName(noun)) continue
    const at = match.index + whole.length - noun.length - 1 - digits.length
    const name = verb === undefined ? noun : `${verb} ${noun}`
    const blanks = message.slice(0, at).split(' ').length - 1
    const isInside = at > 0 && message[at - 1] !== ' '
    if (!isInside) found.push({ name: name.toLowerCase(), read: (event) => numberBefore(event.message, blanks, noun) })
  }
  return found
}

/** Reads the number after so many blanks, if the noun follows it. */
const numberBefore = (message: string, blanks: number, noun: string): number | undefined => {
  let at = 0
  for (let left = blanks; left > 0; left--) {
    at = message.indexOf(' ', at) + 1
    if (at === 0) return undefined
  }
  let value = 0
  let digit = message.charCodeAt(at) - zero
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit
    digit = message.charCodeAt(++at) - zero
  }
  return message.startsWith(noun, at + 1) ? value : undefined
}
const zero = 48
