import { day } from '../../../lib/units/time.ts'
import type { FieldValue } from '../../../schema/event/event.ts'
import type { Columns } from '../fields/columns.ts'
import { isDigitCode, midnight, pair, quad, type TimeReference } from './calendar.ts'
import { fromEpoch, readTimestamp, type Stamp } from './timestamp.ts'

/** Names of times other than the event's: an expiry, a birthday, the next run. */
const otherTimes =
  /expir|valid|until|birth|due|next|notbefore|notafter|deadline|schedule|password|first|since|lastlogin/i

/** The last part of a name that says time: `log.emitted_at`, `eventTime`, `ts`. */
const timeName = /(?:^|[._-])(?:ts|at|when|epoch\w*)$|time|date|stamp|seconds$/i

/** Dates before 2000 are rarely the time of an event. */
const earliest = 946_684_800_000

/**
 * Guesses the time of a record without a known time field by its values: the latest full date that is not after the arrival. A record of an
 * event names earlier times too, such as when an account was created, but seldom later ones. Bare numbers count if their name says time or
 * they have the 13 digits or more of ms, µs and ns.
 */
export const guessTime = (columns: Columns, place: TimeReference): Stamp | undefined => {
  let best: Stamp | undefined
  for (const [at, name] of columns.names.entries()) {
    const time = timeOf(name, columns.values[at], columns, place)
    if (time === undefined || time < earliest || time > place.receivedAt + day || otherTimes.test(name)) continue
    if (best === undefined || time > best.time) best = { time, end: 0, guessed: true }
  }
  return best
}

const timeOf = (
  name: string,
  value: FieldValue | undefined,
  { names, values }: Columns,
  place: TimeReference,
): number | undefined => {
  if (typeof value === 'string') {
    if (value.length < 13 || value.length > 40 || !startsLikeDate(value)) return undefined
    if (/^\d{13,19}$/.test(value)) return fromEpoch(Number(value))
    const stamp = readTimestamp(value, 0, place)
    return stamp && value.length - stamp.end <= 6 ? stamp.time : undefined
  }
  if (typeof value !== 'number') return undefined
  if (value < 1e12 && !timeName.test(name)) return undefined
  const time = fromEpoch(value)
  // Log4j's instant and protobuf's Timestamp have the fraction beside the seconds.
  const seconds = /^(.*\.)(?:epochSecond|seconds)$/.exec(name)
  if (time === undefined || !seconds) return time
  const fraction =
    values[names.findIndex((other) => other === `${seconds[1]}nanoOfSecond` || other === `${seconds[1]}nanos`)]
  return typeof fraction === 'number' && fraction >= 0 && fraction < 1e9 ? time + Math.floor(fraction / 1e6) : time
}

const startsLikeDate = (text: string): boolean => isDigitCode(text.charCodeAt(0)) || /^[A-Z][a-z]{2}[, ]/.test(text)

/**
 * Joins a date and a clock in two fields, as FortiGate (`date=2026-12-10 time=10:32:20 tz="+0100"`), W3C and CSV exports have them; undefined
 * unless both are of that form.
 */
export const joinDateAndClock = (
  date: FieldValue | undefined,
  clock: FieldValue | undefined,
  zone: FieldValue | undefined,
  place: TimeReference,
): Stamp | undefined => {
  if (typeof date !== 'string' || typeof clock !== 'string' || date.length < 8 || date.length > 11) return undefined
  if (clock.length < 7 || clock.length > 24 || midnightOf(date) === -Infinity) return undefined
  const suffix = typeof zone === 'string' && /^[+-]\d\d:?\d\d$/.test(zone) ? zone : ''
  const text = `${date} ${clock}${suffix}`
  const stamp = readTimestamp(text, 0, place)
  return stamp?.end === text.length ? stamp : undefined
}

const midnightOf = (date: string): number =>
  date.length === 10 && quad(date, 0) >= 0 ? midnight(quad(date, 0), pair(date, 5), pair(date, 8)) : 0
