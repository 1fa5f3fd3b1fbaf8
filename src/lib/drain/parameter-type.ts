/** What a value looks like. `user` goes by what stands before it. */
export type ParameterType =
  | 'number'
  | 'address'
  | 'hex'
  | 'uuid'
  | 'path'
  | 'url'
  | 'mail'
  | 'user'
  | 'duration'
  | 'size'
  | 'time'
  | 'boolean'
  | 'list'
  | 'quoted'
  | 'text'

const number = /^[-+<>#]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?%?$/
const duration = /^[<>~]?\d[\d,]*(?:\.\d+)? ?(?:ns|us|µs|ms|s|sec|secs|m|min|mins|h|hr|hours?|d|days?)$|^\d+[hm]\d+[ms]/
const size = /^\d[\d,]*(?:\.\d+)? ?(?:[kKMGTP]i?)?[bB]$|^\d+(?:\.\d+)?[kKMGTP]i?$/
const address =
  /^(?:::ffff:)?\d{1,3}(?:\.\d{1,3}){3}(?:[:/#]\d{1,5})?$|^(?=.*[\da-f].*:.*:|::)[\da-fA-F]{0,4}(?::[\da-fA-F]{0,4}){2,7}(?:%\w+)?$/
const mac = /^[\da-fA-F]{2}(?:[:-][\da-fA-F]{2}){5}$/
const uuid = /^[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/
const hex = /^0[xX][\da-fA-F]+$|^(?=.*\d)(?=.*[a-fA-F])[\da-fA-F]{8,}$/
const time =
  /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?$|^\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?$|^[A-Z][a-z]{2},? +(?:[A-Z][a-z]{2} +)?\d/
const url = /^[a-z][a-z\d+.-]*:\/\//i
const path = /^(?:[/~]|\.{1,2}\/|[A-Za-z]:\\|\\\\)|^[\w.-]+(?:\/[\w.-]+){2,}$/
const mail = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)*$/
const list = /^[^,]+(?:, ?[^,]+)+$/
const userBefore = /(?:^|[^a-z])(?:user|username|login|account|logname|ruser|uname|owner)(?: name)?[ =:'"]{1,2}$/i
const whoever = /(?:^| )for $/

/** Says what a value from `start` to `end` of a line looks like; O(length). */
export const typeOf = (text: string, start: number, end: number): ParameterType => {
  const value = text.slice(start, Math.min(end, start + longest))
  const type = looks(value)
  if (type !== 'text') return type
  const before = text.slice(Math.max(0, start - 16), start)
  if (userBefore.test(before)) return 'user'
  if (whoever.test(before) && text.startsWith(' from ', end)) return 'user'
  const quote = text.charCodeAt(start - 1)
  if ((quote === 34 || quote === 39) && text.charCodeAt(end) === quote) return 'quoted'
  return value.includes(' ') && areAlike(value.split(/\s+/)) ? 'list' : 'text'
}

/** What stands side by side is a list when it is of one type; otherwise it just stands side by side. */
const areAlike = (values: readonly string[]): boolean => {
  const first = looks(values[0] ?? '')
  return first !== 'text' && values.every((value) => looks(value) === first)
}

/** What is longer is looked at in part. */
const longest = 256

const looks = (value: string): ParameterType => {
  const first = value.charCodeAt(0)
  if (first >= 48 && first <= 57) {
    if (number.test(value)) return 'number'
    if (time.test(value)) return 'time'
    if (duration.test(value)) return 'duration'
    if (size.test(value)) return 'size'
    if (address.test(value) || mac.test(value)) return 'address'
  }
  if (number.test(value)) return 'number'
  if (value.includes(',')) return list.test(value) ? 'list' : 'text'
  if (uuid.test(value)) return 'uuid'
  if (hex.test(value)) return 'hex'
  if (url.test(value)) return 'url'
  if (path.test(value)) return 'path'
  if (address.test(value) || mac.test(value)) return 'address'
  if (duration.test(value)) return 'duration'
  if (time.test(value)) return 'time'
  if (mail.test(value)) return 'mail'
  return /^(?:true|false)$/i.test(value) ? 'boolean' : 'text'
}
