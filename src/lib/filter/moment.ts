/** A point in time as precisely as it was written: its first and its last millisecond. `2024-12-10` is a whole day. */
export interface Moment {
  readonly from: number
  readonly to: number
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const units = new Map([
  ['ms', 1],
  ['s', second],
  ['m', minute],
  ['h', hour],
  ['d', day],
  ['w', 7 * day],
])

const relative = /^now(?:([+-])(\d{1,9})(ms|[smhdw]))?$/i
const epoch = /^(\d{1,16})(\.\d{1,9})?$/
const year = /^(?:19|2\d)\d\d$/
const iso =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/i
/** The largest time of a Date. */
const latest = 8.64e15

/**
 * Parses ISO 8601 (UTC if it has no zone), seconds or milliseconds since the epoch, `now` and `now-24h`; undefined for other texts. Four
 * digits are a year; numbers from 100,000,000,000 are milliseconds.
 */
export const parseMoment = (text: string, now: number): Moment | undefined => {
  const moment = parseRelative(text, now) ?? (year.test(text) ? undefined : parseEpoch(text)) ?? parseIso(text)
  return moment && Math.abs(moment.from) <= latest && Math.abs(moment.to) <= latest ? moment : undefined
}

const parseRelative = (text: string, now: number): Moment | undefined => {
  const match = relative.exec(text)
  if (!match) return undefined
  const distance = Number(match[2] ?? 0) * (units.get((match[3] ?? 'ms').toLowerCase()) ?? 0)
  const time = match[1] === '+' ? now + distance : now - distance
  return { from: time, to: time }
}

const parseEpoch = (text: string): Moment | undefined => {
  const match = epoch.exec(text)
  if (!match) return undefined
  const value = Number(text)
  if (value >= 1e11) return { from: Math.floor(value), to: Math.floor(value) }
  const from = Math.floor(value * second)
  return { from, to: match[2] ? from : from + second - 1 }
}

const parseIso = (text: string): Moment | undefined => {
  const match = iso.exec(text)
  if (!match) return undefined
  const part = (index: number, absent: number): number => (match[index] === undefined ? absent : Number(match[index]))
  const [years, months, days, hours, minutes, seconds] = [
    part(1, 0),
    part(2, 1),
    part(3, 1),
    part(4, 0),
    part(5, 0),
    part(6, 0),
  ]
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(years, months - 1, days)
  if (date.getUTCMonth() !== months - 1 || date.getUTCDate() !== days) return undefined
  const fraction = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * second)
  const from = date.getTime() + hours * hour + minutes * minute + seconds * second + fraction - zoneOf(match[8])
  if (match[7] !== undefined) return { from, to: from }
  if (match[6] !== undefined) return { from, to: from + second - 1 }
  if (match[4] !== undefined) return { from, to: from + minute - 1 }
  if (match[3] !== undefined) return { from, to: from + day - 1 }
  date.setUTCFullYear(match[2] === undefined ? years + 1 : years, match[2] === undefined ? 0 : months, 1)
  return { from, to: date.getTime() - 1 }
}

const zoneOf = (zone: string | undefined): number => {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const distance = Number(digits.slice(0, 2)) * hour + Number(digits.slice(2) || 0) * minute
  return zone.startsWith('-') ? -distance : distance
}
