/** The form of a value. `user` depends on the word before it. */
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
const duration =
  /^[<>~]?\d[\d,]*(?:\.\d+)? ?(?:ns|us|µs|ms|s|secs?|seconds?|m|mins?|minutes?|h|hr|hours?|d|days?|weeks?)(?: \(.*\))?$|^\d+[hm]\d+[ms]/
const size = /^\d[\d,]*(?:\.\d+)? ?(?:(?:[kKMGTP]i?)?[bB]|bytes?)(?: \(.*\))?$|^\d+(?:\.\d+)?[kKMGTP]i?$/
const ipv4 = /^(?:::ffff:)?\d{1,3}(?:\.\d{1,3}){3}(?:[:/#]\d{1,5})?$/
const ipv6 = /^(?=.*[\da-f].*:.*:|::)[\da-fA-F]{0,4}(?::[\da-fA-F]{0,4}){2,7}(?:%\w+)?$/
const mac = /^[\da-fA-F]{2}(?:[:-][\da-fA-F]{2}){5}$/
const uuid = /^[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/
const hex = /^0[xX][\da-fA-F]+$|^(?=.*\d)(?=.*[a-fA-F])[\da-fA-F]{8,}$/
const time =
  /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?$|^\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?$|^[A-Z][a-z]{2},? +(?:[A-Z][a-z]{2} +)?\d/
const url = /^[a-z][a-z\d+.-]*:\/\//i
const path = /^(?:[/~]|\.{1,2}\/|[A-Za-z]:\\|\\\\)|^[\w.-]+(?:\/[\w.-]+){2,}$/
const mail = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)*$/
const truth = /^(?:true|false)$/i
const list = /^[^,]+(?:, ?[^,]+)+$/
/** Only the beginning of a longer value is examined. */
const longest = 256

const namers = new Set('user username login account logname ruser uname owner'.split(' '))

const slash = 1
const hyphen = 2
const comma = 4
const blank = 8
const other = 16
/** The characters that are neither letters nor digits, dots nor colons. */
const marks = new Uint8Array(128).fill(other)
marks[47] = slash
marks[92] = slash
marks[45] = hyphen
marks[44] = comma
marks[32] = blank

/** Says what a value from `start` to `end` of a line looks like; O(length). */
export const parameterTypeOf = (text: string, start: number, end: number): ParameterType => {
  const stop = Math.min(end, start + longest)
  let digits = 0
  let dots = 0
  let colons = 0
  let letters = 0
  let has = 0
  for (let at = start; at < stop; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) digits++
    else if ((code | 32) >= 97 && (code | 32) <= 122) letters++
    else if (code === 46) dots++
    else if (code === 58) colons++
    else has |= code < 128 ? (marks[code] ?? other) : other
  }
  // The frequent ones first, without a pattern.
  if (letters === 0 && has === 0 && digits > 0) {
    if (colons === 0 && dots < 2) return 'number'
    if (colons < 2 && dots === 3 && digits < 18) return 'address'
  }
  const first = text.charCodeAt(start) | 32
  // `web-01` and `ssh2` have no particular type.
  const isName = first > 102 && first <= 122 && colons === 0 && (has & ~hyphen) === 0
  if (!isName && (digits > 0 || colons > 0 || has > 0)) {
    const type = looks(text.slice(start, stop), letters, colons, has)
    if (type !== 'text') return type
  } else if (digits === 0 && letters < 6 && truth.test(text.slice(start, stop))) return 'boolean'
  if (isUser(text, start, end)) return 'user'
  const quote = text.charCodeAt(start - 1)
  if ((quote === 34 || quote === 39) && text.charCodeAt(end) === quote) return 'quoted'
  return has & blank && areAlike(text.slice(start, stop).split(/\s+/)) ? 'list' : 'text'
}

/** Whether what stands before a value says that it names somebody: `user=eve`, `for eve from 10.0.0.1`. */
const isUser = (text: string, start: number, end: number): boolean => {
  let stop = start
  while (stop > 0 && start - stop < 2 && ' =:\'"'.includes(text.charAt(stop - 1))) stop--
  if (stop === start) return false
  let from = stop
  while (
    from > 0 &&
    stop - from < 9 &&
    (text.charCodeAt(from - 1) | 32) >= 97 &&
    (text.charCodeAt(from - 1) | 32) <= 122
  )
    from--
  if (stop - from < 3) return false
  const word = text.slice(from, stop).toLowerCase()
  return namers.has(word) || (word === 'for' && text.startsWith(' from ', end))
}

/** Values side by side are a list when they are of one type. */
const areAlike = (values: readonly string[]): boolean => {
  const first = parameterTypeOf(values[0] ?? '', 0, (values[0] ?? '').length)
  return first !== 'text' && values.every((value) => parameterTypeOf(value, 0, value.length) === first)
}

const looks = (value: string, letters: number, colons: number, has: number): ParameterType => {
  const first = value.charCodeAt(0)
  const startsWithDigit = first >= 48 && first <= 57
  if ((startsWithDigit || has & (hyphen | other)) && number.test(value)) return 'number'
  if (startsWithDigit) {
    if (letters > 0 && colons === 0 && !(has & hyphen)) {
      if (duration.test(value)) return 'duration'
      if (size.test(value)) return 'size'
    }
    if (ipv4.test(value)) return 'address'
    if (time.test(value)) return 'time'
  }
  if (has & comma) return list.test(value) ? 'list' : 'text'
  if (has & hyphen && uuid.test(value)) return 'uuid'
  if (letters > 0 && has === 0 && colons === 0 && hex.test(value)) return 'hex'
  if (has & slash) {
    if (url.test(value)) return 'url'
    if (path.test(value)) return 'path'
  }
  if ((colons > 1 || has & hyphen) && (ipv4.test(value) || ipv6.test(value) || mac.test(value))) return 'address'
  if (has & other) {
    if (duration.test(value)) return 'duration'
    if (mail.test(value)) return 'mail'
    if (path.test(value)) return 'path'
  }
  return has & blank && time.test(value) ? 'time' : 'text'
}
