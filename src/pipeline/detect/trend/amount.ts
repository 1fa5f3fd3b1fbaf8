import { memoize } from '../../../lib/memoize/memoize.ts'
import type { Event } from '../../../schema/event/event.ts'
import { isLevelName } from './level.ts'

const mostAmounts = 2
const longestTemplate = 500

/** A number of what a line is about: rows, bytes, the length of a list. */
export interface Amount {
  readonly name: string
  readonly value: number
}

const none: readonly Amount[] = []

/**
 * Reads the amounts of an event, at most two, from its numeric fields and from the template of its message. Levels and durations are none. It
 * depends on the event alone, so that it finds the same after a restart.
 */
export const amountsOf = (event: Event): readonly Amount[] => {
  const { fields, message, template } = event
  let found: Amount[] | undefined
  const add = (name: string, value: number | undefined): void => {
    if (value === undefined || value < 0 || (found?.length ?? 0) >= mostAmounts) return
    found ??= []
    found.push({ name, value })
  }
  for (const name in fields) {
    const value = fields[name]
    if (typeof value === 'number' && isAmountField(name)) add(name, value)
  }
  for (const { name, blanks, noun } of (template && placesIn(template.text)) ?? noPlaces)
    add(name, numberBefore(message, blanks, noun))
  return found ?? none
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

const isAmountField = memoize(isAmountName)

/** Where a message has an amount: before a noun, after so many blanks. */
interface Place {
  readonly name: string
  readonly blanks: number
  readonly noun: string
}

/** A number before a noun in the plural: `imported <*> records`. */
const counted = /(?:^|([a-z]{3,}) |[ ([])<\*> ([a-z]{3,}s)(?![\w-])/gi
const noPlaces: readonly Place[] = []

const placesIn = memoize((template: string): readonly Place[] => {
  const found: Place[] = []
  for (const match of template.matchAll(counted)) {
    const [whole, verb, noun = ''] = match
    if (otherName.test(noun.toLowerCase()) || isLevelName(noun)) continue
    const at = match.index + whole.length - noun.length - '<*> '.length
    const isInside = at > 0 && template[at - 1] !== ' '
    const name = verb === undefined ? noun : `${verb} ${noun}`
    if (!isInside) found.push({ name: name.toLowerCase(), blanks: template.slice(0, at).split(' ').length - 1, noun })
  }
  return found
}, longestTemplate)

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
