import { day, hour, minute } from '../../../lib/units/time.ts'
import {
  clockAt,
  fractionEnd,
  fractionMs,
  isDigitCode,
  midnight,
  monthAt,
  pair,
  quad,
  type TimeReference,
  translatedMonth,
  withoutYear,
  zoneAt,
} from './calendar.ts'
import { regionAt } from './region.ts'

/** A parsed time, the end of its text, and whether its year, zone or day and month order was guessed. */
export interface Stamp {
  readonly time: number
  readonly end: number
  readonly guessed: boolean
}

/**
 * Parses a timestamp at a position, in any common log format; undefined without one. Hand-written scanners that look at a bounded number
 * of characters. A day that does not exist is no timestamp.
 */
export const readTimestamp = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const first = text.charCodeAt(at)
  if (first === 64) return readTai64(text, at)
  if (!isDigitCode(first)) return readNamed(text, at, place)
  if (quad(text, at) >= 0) {
    switch (text.charCodeAt(at + 4)) {
      case 45: // 2025-01-31
      case 47: // 2025/01/31
      case 46: // 2025.01.31
      case 58: // Sophos: 2025:01:31-12:00:00
        return readIso(text, at, place)
      case 0x5e74: // 2026年12月10日 09:32:20
        return readEastAsian(text, at, place)
      case 32: // 2014 Dec 20 09:29:47
        return monthAt(text, at + 5) > 0 ? readYearFirst(text, at, place) : undefined
    }
    return readCompact(text, at, place)
  }
  switch (text.charCodeAt(at + 2)) {
    case 47: // 17/06/09, 10/Oct/2000, 06/09/2017
      return readSlashed(text, at, place)
    case 46: // 31.01.2025, 31. Jan 2025
      return text.charCodeAt(at + 3) === 32 ? readTranslatedMonth(text, at, place) : readEuropean(text, at, place)
    case 32: // 10 Nov 2022
    case 45: // 10-Nov-2022, 31-01-2025, 11-10 09:21:53
      if (monthAt(text, at + 3) > 0) return readDayFirst(text, at, 2, place) ?? readTranslatedMonth(text, at, place)
      if (quad(text, at + 6) >= 1000) return readEuropean(text, at, place)
      return readMonthAndDay(text, at, place) ?? readTranslatedMonth(text, at, place)
  }
  switch (text.charCodeAt(at + 1)) {
    case 47: // 6/9/2017
      return readSlashed(text, at, place)
    case 32: // 9 Nov 2022
    case 45: // 9-Nov-2022
      return readDayFirst(text, at, 1, place) ?? readTranslatedMonth(text, at, place)
    case 46: // 9. Nov 2022
      return text.charCodeAt(at + 2) === 32 ? readTranslatedMonth(text, at, place) : undefined
  }
  // 10Dec2026 09:32:20
  if (monthAt(text, at + 2) > 0 && pair(text, at) >= 0 && quad(text, at + 5) >= 1000)
    return withClock(text, midnight(quad(text, at + 5), monthAt(text, at + 2), pair(text, at)), at + 10, place)
  return readCompact(text, at, place)
}

/** `2026年12月10日 09:32:20`, `2026年1月5日9時3分2秒` */
const readEastAsian = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const match = /^(\d{4})年 ?(\d{1,2})月 ?(\d{1,2})日[ \u3000]?(\d{1,2})[:時时] ?(\d{1,2})[:分] ?(\d{1,2})秒?/.exec(
    text.slice(at, at + 40),
  )
  if (!match) return undefined
  const [year = 0, month = 0, dayOfMonth = 0] = match.slice(1, 4).map(Number)
  const clock = clockAt(
    match
      .slice(4, 7)
      .map((part) => part.padStart(2, '0'))
      .join(':'),
    0,
  )
  return complete(text, midnight(year, month, dayOfMonth), clock, at + match[0].length, place)
}

/**
 * Parses `2025-01-31T12:00:00.123Z` and its variants: a space or a tab for the T, slashes, a comma, no zone, a zone name, the day of the
 * year (`2025-031`) or of the week (`2025-W05-5`).
 */
export const readIso = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const separator = text.charCodeAt(at + 4)
  if (text.charCodeAt(at + 7) !== separator) return readDayOfYear(text, at, place) ?? readDayOfWeek(text, at, place)
  const date = midnight(quad(text, at), pair(text, at + 5), pair(text, at + 8))
  let i = at + 10
  const between = text.charCodeAt(i)
  if (between === 45) {
    // BGL: 2005-06-03-15.42.50.675872
    const dotted = clockAt(text, i + 1, 46)
    // Db2 writes the zone in minutes: 2026-12-10-09.32.20.123456+060
    const fraction = fractionEnd(text, i + 9)
    const minutes = dotted < 0 ? null : /^[+-]\d{3}(?!\d)/.exec(text.slice(fraction, fraction + 5))
    if (minutes && date !== -Infinity) {
      const local = date + dotted + fractionMs(text, i + 9, fraction)
      return { time: local - Number(minutes[0]) * minute, end: fraction + 4, guessed: false }
    }
    return complete(text, date, dotted < 0 ? clockAt(text, i + 1) : dotted, i + 9, place)
  }
  if (between === 44 && text.charCodeAt(i + 1) === 32) i++
  // Gin: 2026/12/10 - 09:32:20
  else if (between === 32 && text.charCodeAt(i + 1) === 45 && text.charCodeAt(i + 2) === 32) i += 2
  else if (!isBetween(between)) return undefined
  const clock = clockAt(text, i + 1)
  if (clock >= 0) return complete(text, date, clock, i + 9, place)
  // MariaDB: 2026-12-10  9:32:20
  if (between === 32 && text.charCodeAt(i + 1) === 32) {
    const padded = paddedClockAt(text, i + 1)
    return complete(text, date, padded < 0 ? clockAt(text, i + 2) : padded, padded < 0 ? i + 10 : i + 9, place)
  }
  // Without seconds: 2025-01-31T12:00Z. With a space, a message may mention one: only at the start of a text.
  const hours = pair(text, i + 1)
  const minutes = pair(text, i + 4)
  if (between !== 84 && !(between === 32 && at <= 1 && isClockEnd(text, i + 6))) return undefined
  if (text.charCodeAt(i + 3) !== 58 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined
  return complete(text, date, hours * hour + minutes * minute, i + 6, place)
}

/** Whether a time ends at a position: with the text, a space or a bracket. */
const isClockEnd = (text: string, at: number): boolean =>
  at >= text.length || text.charCodeAt(at) === 32 || text.charCodeAt(at) === 93

/** Whether a character may separate a date from a clock: T, t, a space, a tab, `_`, `:`. */
const isBetween = (code: number): boolean =>
  code === 84 || code === 32 || code === 116 || code === 9 || code === 95 || code === 58

/** `2026-344T09:32:20Z` */
const readDayOfYear = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const tens = pair(text, at + 5)
  const ones = text.charCodeAt(at + 7) - 48
  if (text.charCodeAt(at + 4) !== 45 || tens < 0 || !(ones >= 0 && ones <= 9) || !isBetween(text.charCodeAt(at + 8)))
    return undefined
  const year = quad(text, at)
  const date = midnight(year, 1, 1) + (tens * 10 + ones - 1) * day
  if (tens * 10 + ones < 1 || date > midnight(year, 12, 31)) return undefined
  return complete(text, date, clockAt(text, at + 9), at + 17, place)
}

/** `2026-W50-4T09:32:20Z`: the first week has the year's first Thursday. */
const readDayOfWeek = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  if (text.charCodeAt(at + 4) !== 45 || text.charCodeAt(at + 5) !== 87 || text.charCodeAt(at + 8) !== 45)
    return undefined
  const week = pair(text, at + 6)
  const weekday = text.charCodeAt(at + 9) - 48
  if (week < 1 || week > 53 || !(weekday >= 1 && weekday <= 7) || !isBetween(text.charCodeAt(at + 10))) return undefined
  const fourth = midnight(quad(text, at), 1, 4)
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * day
  return complete(text, monday + ((week - 1) * 7 + weekday - 1) * day, clockAt(text, at + 11), at + 19, place)
}

/** Parses RFC 3164's `Feb  5 17:32:18`, with an optional year before or after the clock, and `Oct 11, 2019 @ 13:29:28`. */
export const readBsd = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const month = monthAt(text, at)
  if (month === 0) return undefined
  let i = at + 3
  while (i < at + 9 && isLower(text.charCodeAt(i))) i++
  if (text.charCodeAt(i) === 46) i++
  if (text.charCodeAt(i) !== 32) return undefined
  while (text.charCodeAt(i) === 32 && i < at + 12) i++
  let dayOfMonth = pair(text, i)
  if (dayOfMonth >= 0) i += 2
  else {
    dayOfMonth = text.charCodeAt(i) - 48
    if (!(dayOfMonth >= 1 && dayOfMonth <= 9)) return undefined
    i++
  }
  const comma = text.charCodeAt(i) === 44
  if (comma) i++
  if (text.charCodeAt(i) !== 32) return undefined
  i++
  const year = text.charCodeAt(i + 4) === 32 || text.charCodeAt(i + 4) === 44 ? quad(text, i) : -1
  if (year >= 1000) {
    i += text.charCodeAt(i + 4) === 44 ? 6 : 5
    // Kibana: Dec 10, 2026 @ 09:32:20.123
    if (text.charCodeAt(i) === 64 && text.charCodeAt(i + 1) === 32) i += 2
    return withClock(text, midnight(year, month, dayOfMonth), i, place)
  }
  const clock = clockAt(text, i)
  if (clock < 0) return undefined
  const point = i + 8
  const end = fractionEnd(text, point)
  const timeOfDay = clock + fractionMs(text, point, end)
  const yearAt = yearAfter(text, end)
  if (yearAt > 0) {
    const zone = zoneAt(text, end)
    const date = midnight(quad(text, yearAt), month, dayOfMonth)
    if (date === -Infinity) return undefined
    const minutes = zone && zone.end < yearAt ? zone.minutes : undefined
    return {
      time: date + timeOfDay - (minutes ?? place.zoneMinutes ?? 0) * minute,
      end: yearAt + 4,
      guessed: minutes === undefined && place.zoneMinutes === undefined,
    }
  }
  const time = withoutYear(month, dayOfMonth, timeOfDay, place)
  return time === -Infinity ? undefined : { time, end, guessed: true }
}

/** Converts seconds, ms, µs or ns since 1970, by magnitude: 1973–5138 in seconds. */
export const fromEpoch = (value: number): number | undefined => {
  if (!(value >= 1e8 && value < 1e20)) return undefined
  // Truncated as in ISO times; the fraction covers the error of the multiplication.
  if (value < 1e11) return Math.floor(value * 1000 + 0.001)
  if (value < 1e14) return Math.floor(value)
  return Math.floor((value < 1e17 ? value / 1e3 : value / 1e6) + 0.001)
}

/** Parses a field's value as a time: a number since 1970, its text, or a timestamp with nothing after it. */
export const toStamp = (value: unknown, place: TimeReference): Stamp | undefined => {
  if (typeof value === 'number') {
    const time = fromEpoch(value)
    return time === undefined ? undefined : { time, end: 0, guessed: false }
  }
  if (typeof value !== 'string' || value.length < 8 || value.length > 48) return undefined
  const text = value.trim()
  if (/^\d{9,20}(?:\.\d{1,9})?$/.test(text)) {
    // Take ms from the digits, because 19 of them exceed a number's precision.
    if (/^1\d{18}$/.test(text)) return { time: Number(text.slice(0, 13)), end: text.length, guessed: false }
    const time = fromEpoch(Number(text))
    if (time !== undefined) return { time, end: text.length, guessed: false }
  }
  const stamp = readTimestamp(text, 0, place)
  if (stamp) return text.length - stamp.end <= 6 ? stamp : undefined
  const date = text.length === 10 ? midnight(quad(text, 0), pair(text, 5), pair(text, 8)) : -Infinity
  return date === -Infinity ? undefined : { time: date, end: 10, guessed: true }
}

/** `@400000004c91b044077a9e94`, as daemontools and its successors write: seconds of TAI, which began 10 s ahead of UTC, and nanoseconds. */
const readTai64 = (text: string, at: number): Stamp | undefined => {
  const match = /^@40{7}([\da-f]{8})([\da-f]{8})?(?![\da-f])/i.exec(text.slice(at, at + 26))
  if (!match) return undefined
  const ms = match[2] === undefined ? 0 : Math.floor(Number.parseInt(match[2], 16) / 1e6)
  return {
    time: (Number.parseInt(match[1] ?? '', 16) - 10) * 1000 + ms,
    end: at + match[0].length,
    guessed: false,
  }
}

/** `Sun Dec 04 04:47:44 2005`, `Mon, 02 Jan 2006 15:04:05 GMT`, `Feb  5 17:32:18`. */
const readNamed = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  if (monthAt(text, at) > 0) {
    if (text.charCodeAt(at + 3) !== 47) return readBsd(text, at, place)
    // RouterOS: dec/10/2026 09:32:20
    return text.charCodeAt(at + 6) === 47
      ? withClock(text, midnight(quad(text, at + 7), monthAt(text, at), pair(text, at + 4)), at + 12, place)
      : undefined
  }
  let i = at + 3
  if (text.charCodeAt(i) === 44) i++
  if (text.charCodeAt(i) !== 32 || !weekdays.has(text.slice(at, at + 3))) return readTranslatedBsd(text, at, place)
  i++
  if (!isDigitCode(text.charCodeAt(i))) return readBsd(text, i, place)
  // journalctl: Thu 2026-12-10 09:32:20 UTC
  if (quad(text, i) >= 0) return readIso(text, i, place)
  return readDayFirst(text, i, isDigitCode(text.charCodeAt(i + 1)) ? 2 : 1, place)
}

const weekdays = new Set(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])

/** `2014 Dec 20 09:29:47` */
const readYearFirst = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const blank = text.charCodeAt(at + 9) === 32 ? 1 : 0
  const dayOfMonth = blank ? text.charCodeAt(at + 10) - 48 : pair(text, at + 9)
  return withClock(text, midnight(quad(text, at), monthAt(text, at + 5), dayOfMonth), at + 12, place)
}

/** `10 Nov 2022 09:21:53`, `10-Nov-2022 09:21:53.955`, `10 Nov 09:21:53.955` */
const readDayFirst = (text: string, at: number, digits: number, place: TimeReference): Stamp | undefined => {
  const dayOfMonth = digits === 2 ? pair(text, at) : text.charCodeAt(at) - 48
  const i = at + digits + 1
  const month = monthAt(text, i)
  if (month === 0 || text.charCodeAt(i + 3) !== text.charCodeAt(i - 1)) return undefined
  const clock = clockAt(text, i + 4)
  if (clock >= 0) return completeWithoutYear(text, month, dayOfMonth, clock, i + 12, place)
  return withClock(text, midnight(quad(text, i + 4), month, dayOfMonth), i + 9, place)
}

/** `20 nov. 2026 14:02:03`, `5-Okt-2026 14:02:03`, `20. März 2026 14:02:03`, `26. Nov 14:02:03` */
const readTranslatedMonth = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  // Most numbers have no letter after them, which avoids the expression.
  if (!((text.charCodeAt(at + 4) | 32) >= 97)) return undefined
  const match = /^(\d{1,2})\.?[ -](\p{L}{3,10})\.?[ -](?:(\d{4})[ :,])?/u.exec(text.slice(at, at + 32))
  const month = match && translatedMonth(match[2] ?? '')
  if (!match || !month) return undefined
  const end = at + match[0].length
  return match[3] === undefined
    ? completeWithoutYear(text, month, Number(match[1]), clockAt(text, end), end + 8, place)
    : withClock(text, midnight(Number(match[3]), month, Number(match[1])), end, place)
}

/**
 * Parses BSD's order with a month of another language, as journalctl writes it in the language of its user: `Okt 26 14:02:03`,
 * `déc. 26 14:02:03`.
 */
export const readTranslatedBsd = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  let end = at
  while (end < at + 10 && isLetter(text.charCodeAt(end))) end++
  let i = text.charCodeAt(end) === 46 ? end + 1 : end
  if (end < at + 3 || text.charCodeAt(i) !== 32) return undefined
  while (text.charCodeAt(i) === 32 && i < end + 3) i++
  const tens = pair(text, i)
  const dayOfMonth = tens >= 0 ? tens : text.charCodeAt(i) - 48
  const after = tens >= 0 ? i + 2 : i + 1
  if (!(dayOfMonth >= 1 && dayOfMonth <= 31) || text.charCodeAt(after) !== 32) return undefined
  const clock = clockAt(text, after + 1)
  const month = clock < 0 ? 0 : translatedMonth(text.slice(at, end))
  return month === 0 ? undefined : completeWithoutYear(text, month, dayOfMonth, clock, after + 9, place)
}

/** Android's logcat: `12-10 09:32:20.123`. */
const readMonthAndDay = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  if (text.charCodeAt(at + 2) !== 45 || text.charCodeAt(at + 5) !== 32) return undefined
  return completeWithoutYear(text, pair(text, at), pair(text, at + 3), clockAt(text, at + 6), at + 14, place)
}

const completeWithoutYear = (
  text: string,
  month: number,
  dayOfMonth: number,
  clock: number,
  at: number,
  place: TimeReference,
): Stamp | undefined => {
  if (clock < 0) return undefined
  const end = fractionEnd(text, at)
  const time = withoutYear(month, dayOfMonth, clock + fractionMs(text, at, end), place)
  return time === -Infinity ? undefined : { time, end, guessed: true }
}

/** `10/Oct/2000:13:55:36 -0700`, `17/06/09 20:10:40`, `6/9/2017 8:10:40 PM`, `31/01/2025 -- 12:00:00`, Snort's `06/09-20:10:40.123456` */
const readSlashed = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const second = text.charCodeAt(at + 1) === 47 ? at + 2 : at + 3
  const first = second === at + 2 ? text.charCodeAt(at) - 48 : pair(text, at)
  const month = monthAt(text, second)
  if (month > 0) {
    if (text.charCodeAt(second + 3) !== 47) return undefined
    return withClock(text, midnight(quad(text, second + 4), month, first), second + 9, place)
  }
  const middle = text.charCodeAt(second + 1) === 47 ? text.charCodeAt(second) - 48 : pair(text, second)
  const third = text.charCodeAt(second + 1) === 47 ? second + 2 : second + 3
  if (middle < 0 || middle > 31) return undefined
  if (text.charCodeAt(third - 1) === 45)
    return completeWithoutYear(text, first, middle, clockAt(text, third), third + 8, place)
  if (text.charCodeAt(third - 1) !== 47) return undefined
  const year = quad(text, third)
  // Suricata's own log, whose alerts have the month first: 31/01/2025 -- 12:00:00
  if (year >= 1000 && text.startsWith(' -- ', third + 4))
    return withClock(text, midnight(year, middle, first), third + 8, place)
  if (year >= 1000) {
    // Month first, as programs that write slashes do, unless that month does not exist or is yet to come.
    const monthFirst =
      first <= 12 &&
      !(
        middle <= 12 &&
        (place.dayFirst ??
          (isYetToCome(midnight(year, first, middle), place) && !isYetToCome(midnight(year, middle, first), place)))
      )
    const date = monthFirst ? midnight(year, first, middle) : midnight(year, middle, first)
    const stamp = withClock(text, date, text.charCodeAt(third + 4) === 44 ? third + 6 : third + 5, place)
    return (
      stamp && { ...stamp, guessed: stamp.guessed || (first <= 12 && middle <= 12 && place.dayFirst === undefined) }
    )
  }
  const last = pair(text, third)
  // Year first, as Hadoop and Spark do, unless only the American order gives a date of the last year.
  const yearFirst = midnight(2000 + first, middle, last)
  const monthFirst = midnight(2000 + last, first, middle)
  const american = !isRecent(yearFirst, place) && isRecent(monthFirst, place)
  const stamp = withClock(text, american || yearFirst === -Infinity ? monthFirst : yearFirst, third + 3, place)
  return stamp && { ...stamp, guessed: stamp.guessed || (yearFirst > -Infinity && monthFirst > -Infinity) }
}

const isYetToCome = (date: number, place: TimeReference): boolean => date > place.receivedAt + day

const isRecent = (date: number, place: TimeReference): boolean =>
  date > place.receivedAt - 366 * day && !isYetToCome(date, place)

/** `31.01.2025 12:00:00`, `31.01.25 12:00:00`, `31-01-2025 12:00:00`. With dashes, the month is first if nothing else is a date. */
const readEuropean = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  const separator = text.charCodeAt(at + 2)
  if (text.charCodeAt(at + 5) !== separator) return undefined
  const [first, second, year] = [pair(text, at), pair(text, at + 3), quad(text, at + 6)]
  const short = text.charCodeAt(at + 8)
  if (separator === 46 && (short === 32 || short === 44) && pair(text, at + 6) >= 0) {
    const clockAfter = text.charCodeAt(at + 9) === 32 ? at + 10 : at + 9
    return withClock(text, midnight(2000 + pair(text, at + 6), second, first), clockAfter, place)
  }
  const american = separator === 45 && second > 12
  return withClock(text, american ? midnight(year, first, second) : midnight(year, second, first), at + 11, place)
}

/** `081109 203615`, `20250131T120000Z`, `20250131:120000.123` (Zabbix), `20250131 12:00:00`, `20250131120000`, `1117838570.123` */
const readCompact = (text: string, at: number, place: TimeReference): Stamp | undefined => {
  let end = at
  while (end < at + 20 && isDigitCode(text.charCodeAt(end))) end++
  const length = end - at
  const next = text.charCodeAt(end)
  if (length === 6 && next === 32) {
    const date = midnight(2000 + pair(text, at), pair(text, at + 2), pair(text, at + 4))
    const clock = clockAt(text, end + 1)
    if (clock >= 0) return complete(text, date, clock, end + 9, place)
    // MySQL 5: 261210  9:32:20
    const padded = paddedClockAt(text, end + 1)
    if (padded >= 0) return complete(text, date, padded, end + 9, place)
    if (isDigitCode(text.charCodeAt(end + 7))) return undefined
    return complete(text, date, digitsToClock(text, end + 1), end + 7, place)
  }
  if (length === 8 && (next === 84 || next === 32 || next === 45 || next === 58)) {
    const date = midnight(quad(text, at), pair(text, at + 4), pair(text, at + 6))
    const clock = clockAt(text, end + 1)
    if (clock >= 0) return complete(text, date, clock, end + 9, place)
    return next === 84 || next === 58 ? complete(text, date, digitsToClock(text, end + 1), end + 7, place) : undefined
  }
  if (length === 14) {
    const date = midnight(quad(text, at), pair(text, at + 4), pair(text, at + 6))
    return complete(text, date, digitsToClock(text, at + 8), end, place)
  }
  // A plain number is a time only before a separator.
  if (length !== 10 && length !== 13 && length !== 16 && length !== 19) return undefined
  const fraction = length === 10 ? fractionEnd(text, end) : end
  const after = text.charCodeAt(fraction)
  const named = after === 58 && text.charCodeAt(fraction + 1) === 32
  if (fraction < text.length && !named && after !== 32 && after !== 93 && after !== 9 && after !== 124) return undefined
  const time = fromEpoch(Number(text.slice(at, fraction)))
  return time === undefined || time < 631_152_000_000 ? undefined : { time, end: fraction, guessed: false }
}

/** Parses ` 9:32:20`, with a space for the first digit; −1 if invalid. */
const paddedClockAt = (text: string, at: number): number =>
  text.charCodeAt(at) === 32 && text.charCodeAt(at + 2) === 58 ? clockAt(`0${text.slice(at + 1, at + 8)}`, 0) : -1

const digitsToClock = (text: string, at: number): number => {
  const hours = pair(text, at)
  const minutes = pair(text, at + 2)
  const seconds = pair(text, at + 4)
  if (hours < 0 || minutes < 0 || seconds < 0 || hours > 23 || minutes > 59 || seconds > 60) return -1
  return (hours * 3600 + minutes * 60 + seconds) * 1000
}

/** Completes a date with a clock, which may have twelve hours. */
const withClock = (text: string, date: number, at: number, place: TimeReference): Stamp | undefined => {
  if (date === -Infinity) return undefined
  const before = text.charCodeAt(at - 1)
  if (before !== 32 && before !== 58 && before !== 59 && before !== 84 && before !== 44 && before !== 45)
    return undefined
  let i = at
  // Erlang: 10-Dec-2026::09:32:20
  if (text.charCodeAt(i) === 32 || (before === 58 && text.charCodeAt(i) === 58)) i++
  // Source servers: 12/10/2026 - 09:32:20
  if (text.charCodeAt(i) === 45 && text.charCodeAt(i + 1) === 32) i += 2
  let clock = clockAt(text, i)
  let end = i + 8
  if (clock < 0 && text.charCodeAt(i + 1) === 58 && isDigitCode(text.charCodeAt(i))) {
    clock = clockAt(`0${text.slice(i, i + 7)}`, 0)
    end = i + 7
  }
  if (clock < 0) return undefined
  // Log Analytics: 12/10/2026, 9:32:20.123 PM
  const fraction = fractionEnd(text, end)
  const half = text.charCodeAt(fraction + 1) | 32
  const isHalf = (half === 97 || half === 112) && (text.charCodeAt(fraction + 2) | 32) === 109
  // " America/Lima" is no morning.
  if (isHalf && isBlank(text.charCodeAt(fraction)) && !isLower(text.charCodeAt(fraction + 3) | 32)) {
    clock = toFullDay(clock, half) + fractionMs(text, end, fraction)
    end = fraction + 3
  } else if (text.charCodeAt(end + 2) === 46 && (half === 97 || half === 112)) {
    // Spanish: 9:32:20 p. m.
    const length = /^[ \u00a0]\w\.[ \u00a0]?m\./i.exec(text.slice(end, end + 7))?.[0].length ?? 0
    if (length > 0) {
      clock = toFullDay(clock, half)
      end += length
    }
  }
  return complete(text, date, clock, end, place)
}

/** A space, a no-break space, or the narrow one that newer systems write before AM and PM. */
const isBlank = (code: number): boolean => code === 32 || code === 0xa0 || code === 0x202f

/** Converts a clock of twelve hours before an `a` or a `p`. */
const toFullDay = (clock: number, half: number): number => {
  const hours = Math.floor(clock / hour)
  if (half === 112 && hours < 12) return clock + 12 * hour
  return half === 97 && hours === 12 ? clock - 12 * hour : clock
}

/** Adds the fraction and the zone after date and clock. */
const complete = (text: string, date: number, clock: number, at: number, place: TimeReference): Stamp | undefined => {
  if (date === -Infinity || clock < 0) return undefined
  const end = fractionEnd(text, at)
  const local = date + clock + fractionMs(text, at, end)
  const zone = zoneAt(text, end)
  if (zone) return { time: local - zone.minutes * minute, end: zone.end, guessed: false }
  const region = regionAt(text, end)
  if (region) return { time: local - region.minutesAt(local) * minute, end: region.end, guessed: false }
  return { time: local - (place.zoneMinutes ?? 0) * minute, end, guessed: place.zoneMinutes === undefined }
}

/** Returns the position of the year in `04:47:44 2005` or `16:24:19 CDT 2013`; 0 without one. */
const yearAfter = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== 32) return 0
  let i = at + 1
  const zone = zoneAt(text, at)
  if (zone) i = zone.end + 1
  const year = quad(text, i)
  const after = text.charCodeAt(i + 4)
  // 1990–2099 before a separator. A host may be named 2005, but not after a weekday and month.
  return year >= 1990 && year < 2100 && (i + 4 >= text.length || after === 93 || after === 32 || after === 58) ? i : 0
}

const isLower = (code: number): boolean => code >= 97 && code <= 122

/** A letter of Latin scripts. */
const isLetter = (code: number): boolean => isLower(code | 32) || (code >= 0xc0 && code <= 0x17f)
