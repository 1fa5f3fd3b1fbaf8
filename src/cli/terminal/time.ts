import { day, hour, minute } from '../../lib/units/time.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const clock = (at: Date, seconds = false): string => at.toISOString().slice(11, seconds ? 19 : 16)
const monthDay = (at: Date): string => `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2, '0')}`
const date = (at: Date): string => at.toISOString().slice(0, 10)

/** Formats a span as briefly as possible: one moment, part of a day, or with years if it is longer than a day. UTC. */
export const formatSpan = (from: string, to: string): string => {
  const start = new Date(from)
  const end = new Date(to)
  if (end.getTime() - start.getTime() >= day) return `${date(start)} ${clock(start)} → ${date(end)} ${clock(end)}`
  if (clock(start) === clock(end) && date(start) === date(end)) return `${monthDay(start)} ${clock(start, true)}`
  if (date(start) === date(end)) return `${monthDay(start)} ${clock(start)}–${clock(end)}`
  return `${monthDay(start)} ${clock(start)} – ${monthDay(end)} ${clock(end)}`
}

/** Formats a moment with its year. */
export const formatMoment = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)}`

/** Formats a duration in its largest fitting unit: `7.0 d`, `42 min`. */
export const formatLength = (ms: number): string => {
  if (ms >= 2 * day) return `${(ms / day).toFixed(1)} d`
  if (ms >= 2 * hour) return `${(ms / hour).toFixed(1)} h`
  if (ms >= 120_000) return `${Math.round(ms / minute)} min`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
}
