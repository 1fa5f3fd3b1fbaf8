import { day, minute } from '../../../lib/units/time.ts'
/** Reference for times without year or zone. */
export interface TimeReference {
  readonly receivedAt: number
  readonly zoneMinutes?: number | undefined
  /** Whether `03/04/2026` is 3 April, as other lines of the source show; undefined if they do not. */
  readonly dayFirst?: boolean | undefined
}

const monthNames = 'janfebmaraprmayjunjulaugsepoctnovdec'
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/**
 * Returns midnight UTC of a Gregorian day, in ms; −Infinity for an invalid day. Days from civil, Howard Hinnant,
 * http://howardhinnant.github.io/date_algorithms.html; constant time.
 */
export const midnight = (year: number, month: number, dayOfMonth: number): number => {
  if (month < 1 || month > 12 || dayOfMonth < 1 || year < 0) return -Infinity
  const longest = month === 2 && isLeap(year) ? 29 : (monthLengths[month - 1] ?? 0)
  if (dayOfMonth > longest) return -Infinity
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + dayOfMonth - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * day
}

/** The year that was asked for last, and its bounds. Records arrive in one year for long. */
let known = { year: 0, start: Number.NaN, end: Number.NaN }

const yearOf = (time: number): number => {
  if (!(time >= known.start && time < known.end)) {
    const year = new Date(time).getUTCFullYear()
    known = { year, start: midnight(year, 1, 1), end: midnight(year + 1, 1, 1) }
  }
  return known.year
}

/**
 * Returns the time of a date without a year, in the latest possible year, with a day of tolerance for zones and clocks. A log line is not
 * from the future: 31 December read on 1 January is from last year, and 1 January read on 31 December is tomorrow. 29 February goes
 * back to a leap year.
 */
export const withoutYear = (month: number, dayOfMonth: number, timeOfDay: number, place: TimeReference): number => {
  const zone = (place.zoneMinutes ?? 0) * minute
  const latest = place.receivedAt + day
  const year = yearOf(latest) + 1
  for (let back = 0; back <= 9; back++) {
    const time = midnight(year - back, month, dayOfMonth) + timeOfDay - zone
    if (time > -Infinity && time <= latest) return time
  }
  return -Infinity
}

/** Parses an English month by its first three letters or more: 1–12, or 0. */
export const monthAt = (text: string, at: number): number => {
  const a = text.charCodeAt(at) | 32
  const b = text.charCodeAt(at + 1) | 32
  const c = text.charCodeAt(at + 2) | 32
  for (let i = 0; i < 36; i += 3) {
    if (monthNames.charCodeAt(i) === a && monthNames.charCodeAt(i + 1) === b && monthNames.charCodeAt(i + 2) === c) {
      return i / 3 + 1
    }
  }
  return 0
}

/** Months in other languages than English, from January, where they begin with other letters. Abbreviations are beginnings of them. */
const translatedMonths: readonly (readonly string[])[] = [
  ['januar', 'janvier', 'enero', 'gennaio', 'janeiro', 'januari'],
  ['februar', 'février', 'fevrier', 'febrero', 'febbraio', 'fevereiro', 'februari'],
  ['märz', 'maerz', 'mars', 'marzo', 'março', 'maart', 'mrz', 'mrt'],
  ['april', 'avril', 'abril', 'aprile'],
  ['mai', 'mayo', 'maggio', 'maio', 'mei', 'maj'],
  ['juni', 'juin', 'junio', 'giugno', 'junho'],
  ['juli', 'juillet', 'julio', 'luglio', 'julho'],
  ['august', 'août', 'aout', 'agosto', 'augustus', 'augusti'],
  ['september', 'septembre', 'septiembre', 'settembre', 'setembro', 'sept'],
  ['oktober', 'octobre', 'octubre', 'ottobre', 'outubro', 'október'],
  ['november', 'novembre', 'noviembre', 'novembro'],
  ['dezember', 'décembre', 'decembre', 'diciembre', 'dicembre', 'dezembro', 'december'],
]

/** Parses a month's name or its abbreviation, in English or one of its neighbours: 1–12, or 0. A beginning of two months is none. */
export const translatedMonth = (word: string): number => {
  const lower = word.toLowerCase()
  const found = translatedMonths.flatMap((names, i) => (names.some((name) => name.startsWith(lower)) ? [i + 1] : []))
  return found.length === 1 ? (found[0] ?? 0) : 0
}

/** Zone abbreviations that are unambiguous in logs. */
const zoneNames: ReadonlyMap<string, number> = new Map([
  ['Z', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['WET', 0],
  ['WEST', 60],
  ['CET', 60],
  ['CEST', 120],
  ['EET', 120],
  ['EEST', 180],
  ['MSK', 180],
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
  ['JST', 540],
  ['KST', 540],
])

/** Parses a zone (`Z`, `+02:00`, `-0700`, ` UTC`, ` +0000`); undefined if there is none. */
export const zoneAt = (text: string, at: number): { minutes: number; end: number } | undefined => {
  let i = at
  if (text.charCodeAt(i) === 32) i++
  const sign = text.charCodeAt(i)
  if (sign === 43 || sign === 45) {
    const hours = pair(text, i + 1)
    if (hours < 0 || hours > 23) return undefined
    const colon = text.charCodeAt(i + 3) === 58 ? 1 : 0
    const minutes = pair(text, i + 3 + colon)
    // After a space, "-07" is more likely a dash and a number.
    if (minutes < 0 && (i > at || isDigitCode(text.charCodeAt(i + 3)))) return undefined
    if (minutes > 59) return undefined
    const total = hours * 60 + Math.max(minutes, 0)
    const end = minutes < 0 ? i + 3 : i + 5 + colon
    return isDigitCode(text.charCodeAt(end)) ? undefined : { minutes: sign === 43 ? total : -total, end }
  }
  // The most common zone needs no lookup.
  if (sign === 90 && i === at && !isWordCharacter(text.charCodeAt(i + 1))) return { minutes: 0, end: i + 1 }
  let end = i
  while (end < i + 5 && isUpper(text.charCodeAt(end))) end++
  if (end === i || isWordCharacter(text.charCodeAt(end))) return undefined
  if (i > at && end - i === 1) return undefined
  const minutes = zoneNames.get(text.slice(i, end))
  return minutes === undefined ? undefined : { minutes, end }
}

/** Parses two digits: 0–99, or −1. */
export const pair = (text: string, at: number): number => {
  const a = text.charCodeAt(at) - 48
  const b = text.charCodeAt(at + 1) - 48
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1
}

/** Parses four digits: 0–9999, or −1. */
export const quad = (text: string, at: number): number => {
  const high = pair(text, at)
  const low = pair(text, at + 2)
  return high < 0 || low < 0 ? -1 : high * 100 + low
}

/** Parses up to 15 digits that fill a range; −1 for other text. */
export const digitsBetween = (text: string, start: number, end: number): number => {
  if (end === start || end - start > 15) return -1
  let value = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (!isDigitCode(code)) return -1
    value = value * 10 + code - 48
  }
  return value
}

export const isDigitCode = (code: number): boolean => code >= 48 && code <= 57
const isUpper = (code: number): boolean => code >= 65 && code <= 90
const isWordCharacter = (code: number): boolean =>
  isDigitCode(code) || isUpper(code) || (code >= 97 && code <= 122) || code === 95

/** Parses `HH:MM:SS`, with any separator, as ms of the day; −1 if invalid. A leap second counts as the next second. */
export const clockAt = (text: string, at: number, separator = 58): number => {
  if (text.charCodeAt(at + 2) !== separator || text.charCodeAt(at + 5) !== separator) return -1
  const hours = pair(text, at)
  const minutes = pair(text, at + 3)
  const seconds = pair(text, at + 6)
  if (hours < 0 || minutes < 0 || seconds < 0 || hours > 23 || minutes > 59 || seconds > 60) return -1
  return (hours * 3600 + minutes * 60 + seconds) * 1000
}

/** Returns the end of an optional fraction of a second (`.123`, `,123456`), or of the ms after a colon that WebSphere and Unreal write. */
export const fractionEnd = (text: string, at: number): number => {
  const dot = text.charCodeAt(at)
  if (dot === 58) return isMilliseconds(text, at + 1) ? at + 4 : at
  if ((dot !== 46 && dot !== 44) || !isDigitCode(text.charCodeAt(at + 1))) return at
  let end = at + 1
  while (isDigitCode(text.charCodeAt(end))) end++
  // After a comma, more than nine digits are the next column, such as Palo Alto's serial number.
  return dot === 44 && end > at + 10 ? at : end
}

/** Whether there are exactly three digits, and no more of a clock or number. */
const isMilliseconds = (text: string, at: number): boolean => {
  for (let i = at; i < at + 3; i++) if (!isDigitCode(text.charCodeAt(i))) return false
  const after = text.charCodeAt(at + 3)
  return after === 32 || after === 93 || after === 9 || at + 3 >= text.length
}

/** Parses a fraction as ms. Cuts finer digits. */
export const fractionMs = (text: string, at: number, end: number): number => {
  if (end <= at + 1) return 0
  let ms = 0
  for (let i = 1; i <= 3; i++) ms = ms * 10 + (at + i < end ? text.charCodeAt(at + i) - 48 : 0)
  return ms
}
