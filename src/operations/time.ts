import { AppError } from '../errors.ts'
import { parseMoment as readMoment } from '../lib/filter/filter.ts'

/**
 * Parses a time into epoch ms: ISO 8601, seconds or milliseconds, `now` or `now-24h`. An imprecise time covers a range
 * (`2024-12-10` is a day); `edge` selects which end to return.
 */
export const parseTime = (text: string, now: number, edge: 'start' | 'end' = 'start', path = 'time'): number => {
  const moment = readMoment(text.trim(), now)
  if (moment) return edge === 'start' ? moment.from : moment.to
  throw new AppError('INVALID_REQUEST', `"${text.slice(0, 80)}" is not a time.`, {
    errors: [{ path, message: 'is not a time', hint: '2024-12-10T06:55:00Z, 1733813700 or now-24h' }],
  })
}

/** Parses the inclusive `from` and `to` of a list. */
export const parseTimeRange = (
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
): { readonly from: number | undefined; readonly to: number | undefined } => {
  const span = {
    from: from === undefined ? undefined : parseTime(from, now, 'start', 'from'),
    to: to === undefined ? undefined : parseTime(to, now, 'end', 'to'),
  }
  if (span.from === undefined || span.to === undefined || span.from <= span.to) return span
  throw new AppError('INVALID_REQUEST', `The range ends before it begins: from ${from} to ${to}.`, {
    errors: [{ path: 'to', message: 'is before from', hint: 'from now-24h to now' }],
  })
}

/** Whether a time has the form `2024-12-10T06:55:00.000Z`. Such texts sort in time order. */
export const isPlain = (iso: string): boolean => iso.length === 24 && iso.endsWith('Z')

/** Creates a test of whether ISO times are after a moment. Most times need no parsing for this. */
export const isAfter = (moment: number): ((iso: string) => boolean) => {
  const limit = new Date(moment).toISOString()
  return (iso) => (isPlain(iso) && isPlain(limit) ? iso > limit : Date.parse(iso) > moment)
}

/** Creates a test of whether ISO times are before a moment. */
export const isBefore = (moment: number): ((iso: string) => boolean) => {
  const limit = new Date(moment).toISOString()
  return (iso) => (isPlain(iso) && isPlain(limit) ? iso < limit : Date.parse(iso) < moment)
}
