import { type Span, spansOf } from './span.ts'

/** Secrets with a recognizable form: keys and tokens of known issuers. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{16,255}/g,
  /\bgithub_pat_\w{16,255}/g,
  /\bglpat-[\w-]{16,255}/g,
  /\bxox[a-z]-[\w-]{8,255}/g,
  /\bhooks\.slack\.com\/services\/(?<value>[\w/]{8,255})/g,
  /\bAIza[\w-]{30,60}/g,
  /\bya29\.[\w-]{16,400}/g,
  /\bsk-[\w-]{16,255}/g,
  /\b[rs]k_(?:live|test)_\w{8,255}/g,
  /\b(?:npm|hf|pypi|dop_v1|shpat|sq0\w{3})[_-][A-Za-z0-9_-]{16,255}/g,
  /\bSG\.[\w-]{16,64}\.[\w-]{16,64}/g,
  /\beyJ[\w-]{6,4000}\.[\w-]{6,8000}(?:\.[\w-]{0,2000})?/g,
]

const quote = `\\\\{0,3}["'\u0060]?`
const secretName =
  '(?:pass(?:word|wd|phrase|code)?|pwd|passw|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|auth[_-]?key|client[_-]?key|encryption[_-]?key|credentials?|session[_-]?(?:id|key|token)|sess(?:id)?|jsessionid|phpsessid|otp|mfa[_-]?code|pin[_-]?code|signature|sig|canary)'
const assigned = `${quote}\\s{0,3}(?:[:=]|=>|%3[ad])\\s{0,3}`
/** The assigned value: a quoted text, or up to the end of a value in logs, links and forms. */
const value = `(?:"(?<quoted>[^"\\r\\n]{1,2000})"|'(?<single>[^'\\r\\n]{1,2000})'|\\\\{0,3}["']?(?<bare>[^\\s"'&,;|<>)}\\]\\\\]{1,2000}))`

/** Names of secrets. */
const named: readonly RegExp[] = [
  new RegExp(`[\\w.-]{0,40}${secretName}[\\w-]{0,20}${assigned}${value}`, 'gi'),
  new RegExp(`(?:^|\\s)--?[\\w-]{0,30}${secretName}[\\w-]{0,10}[ =]${value}`, 'gi'),
  /\bpass(?:word|wd|phrase)?\s{1,3}(?:is|was|to)\s{1,3}["']?(?<bare>[^\s"']{1,200})/gi,
  /\b(?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?(?<bare>[^\r\n"',]{1,2000})/gi,
  /\b(?:bearer|basic|digest|apikey)\s{1,3}(?<bare>[\w+/.~=-]{8,4000})/gi,
  /\b(?:set-)?cookie["']?\s{0,3}[:=]\s{0,3}["']?(?<bare>[^\r\n"']{1,4000})/gi,
  /:\/\/[^\s/:@]{0,200}:(?<bare>[^\s/@]{1,300})@/g,
]

const word = /[A-Za-z0-9+_=-]{20,4000}/g
const longNumber = /(?<![\d.])\d(?:[ -]?\d){12,18}(?!\.?\d)/g
const digest = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i

/**
 * Finds what should not be shown to anybody: keys and tokens by their shape, values by their name (`password=`, `Authorization:`), numbers of
 * payment cards, and long words without any order. Linear in the length of the text. Where it errs, it errs towards finding.
 *
 * @example findSecrets('login password=hunter2 ok') // [{ start: 15, end: 22 }]
 */
export const findSecrets = (text: string): readonly Span[] => [
  ...shapes.flatMap((pattern) => spansOf(text, pattern)),
  ...named.flatMap((pattern) => assignedIn(text, pattern)),
  ...spansOf(text, longNumber).filter(({ start, end }) => isCard(text.slice(start, end).replace(/\D/g, ''))),
  ...spansOf(text, word).filter(({ start, end }) => isRandom(text.slice(start, end))),
]

const assignedIn = (text: string, pattern: RegExp): readonly Span[] =>
  [...text.matchAll(pattern)].flatMap((match) => {
    const found = match.groups?.quoted ?? match.groups?.single ?? match.groups?.bare
    if (found === undefined || harmless.test(found)) return []
    const start = match.index + match[0].lastIndexOf(found)
    return [{ start, end: start + found.length }]
  })

/** Harmless values after such a name: `password=***`, `token: null`. */
const harmless = /^(?:\*+|x{3,}|null|none|nil|true|false|undefined|yes|no|\[?redacted\]?|<redacted>|-|\(null\))$/i

/** Whether digits are a payment card's: a prefix of its issuers, and the check digit of Luhn (ISO/IEC 7812-1). */
const isCard = (digits: string): boolean => {
  if (!/^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})$/.test(digits))
    return false
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (1 + (i % 2))
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/** Whether a word looks random: upper and lower case letters and digits, and few repetitions. Digests of files are not secrets. */
const isRandom = (text: string): boolean =>
  !digest.test(text) &&
  /[a-z]/.test(text) &&
  /[A-Z]/.test(text) &&
  (text.match(/\d/g)?.length ?? 0) >= 2 &&
  entropy(text) >= 3.6

/** Bits a character. */
const entropy = (text: string): number => {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
