import type { OwnTest } from './own-test.ts'
import { escapeSigma, type PatternComparison } from './patterns.ts'

/** Translates the addresses of `<srcip>` or `<dstip>`: one, a network, the beginning of one, `any`; `!` in front excludes. */
export const translateAddresses = (
  texts: readonly string[],
): { readonly any: readonly PatternComparison[]; readonly negated: boolean } | { readonly reason: string } => {
  const wanted: string[] = []
  const unwanted: string[] = []
  for (const text of texts.map((one) => one.trim())) {
    if (text.startsWith('!')) unwanted.push(text.slice(1).trim())
    else wanted.push(text)
  }
  if (wanted.length > 0 && unwanted.length > 0) {
    return { reason: 'some addresses have a ! and some not, which Wazuh reads in their order. Make two rules of it.' }
  }
  const any: PatternComparison[] = []
  for (const text of wanted.length > 0 ? wanted : unwanted) {
    const one = translateAddress(text)
    if (one === undefined) return { reason: `"${text}" is neither an address nor a network (10.0.0.0/8).` }
    if (one === 'any') return { any: [], negated: unwanted.length > 0 }
    any.push(one)
  }
  return { any, negated: unwanted.length > 0 }
}

const translateAddress = (text: string): PatternComparison | 'any' | undefined => {
  if (text.toLowerCase() === 'any') return 'any'
  if (/^(?:\d{1,3}\.){1,3}$/.test(text)) return { modifiers: 'startswith', value: text }
  const [address = '', mask, ...rest] = text.split('/')
  if (rest.length > 0 || !/^(?:(?:\d{1,3}\.){3}\d{1,3}|[\da-f:.]*:[\da-f:.]*)$/i.test(address)) return undefined
  if (mask === undefined) return { modifiers: '', value: escapeSigma(address) }
  const bits = mask.includes('.') ? bitsOf(mask) : /^\d{1,3}$/.test(mask) ? Number(mask) : undefined
  if (bits === undefined || bits > (address.includes(':') ? 128 : 32)) return undefined
  return { modifiers: 'cidr', value: `${address}/${bits}` }
}

/** How many bits `255.255.0.0` has; undefined when they are not all at the front. */
const bitsOf = (mask: string): number | undefined => {
  const parts = mask.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part > 255)) return undefined
  const bits = parts.map((part) => part.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits) ? bits.indexOf('0') & 63 || (bits.startsWith('1') ? 32 : 0) : undefined
}

const clock = /^(\d{1,2})(?::(\d{2}))?\s*(am|pm)?$/i

const minutesOf = (text: string): number | undefined => {
  const [, hourText, minuteText, half] = clock.exec(text.trim()) ?? []
  if (hourText === undefined) return undefined
  const hour = half === undefined ? Number(hourText) : (Number(hourText) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  const minute = Number(minuteText ?? 0)
  return hour > 24 || minute > 59 ? undefined : hour * 60 + minute
}

/** Translates `<time>` (`6 pm - 8:30 am`, `!8-18`) to hours of the event's time stamp. Minutes other than :00 cannot be said. */
export const translateTime = (text: string): { readonly tests: readonly OwnTest[] } | { readonly reason: string } => {
  const outside = text.trim().startsWith('!')
  const [from, to, ...rest] = text.trim().replace(/^!/, '').split('-').map(minutesOf)
  if (from === undefined || to === undefined || rest.length > 0) {
    return { reason: `<time>: "${text.trim()}" is no span of time (18:00-08:00, 6 pm - 8 am).` }
  }
  if (from % 60 !== 0 || to % 60 !== 0) {
    return { reason: `<time>: "${text.trim()}" begins or ends within an hour, and Sigma tests whole hours. Round it.` }
  }
  // The outside of a span is the inside of the one that begins where it ends.
  const [first, end] = (outside ? [to, from] : [from, to]).map((minutes) => (minutes / 60) % 24)
  if (first === undefined || end === undefined || first === end) {
    return { reason: `<time>: "${text.trim()}" begins and ends at one time.` }
  }
  const bounds: readonly PatternComparison[] = [
    { modifiers: 'hour|gte', value: first },
    { modifiers: 'hour|lt', value: end },
  ]
  const test = (any: readonly PatternComparison[]): OwnTest => ({
    field: '@@timestamp',
    any,
    negated: false,
    needsField: false,
  })
  return { tests: first < end ? bounds.map((bound) => test([bound])) : [test(bounds)] }
}
