import { AppError } from '../errors.ts'
import { parseMoment as readMoment } from '../lib/filter/filter.ts'

/**
 * Reads a moment in milliseconds: ISO 8601, seconds or milliseconds since the epoch, `now` or `now-24h`.
 * What was written less precisely covers a span (`2024-12-10` a day); `edge` says which end of it is meant.
 */
export const parseMoment = (text: string, now: number, edge: 'start' | 'end' = 'start', path = 'time'): number => {
  const moment = readMoment(text.trim(), now)
  if (moment) return edge === 'start' ? moment.from : moment.to
  throw new AppError('INVALID_REQUEST', `"${text.slice(0, 80)}" is not a time.`, {
    errors: [{ path, message: 'is not a time', hint: '2024-12-10T06:55:00Z, 1733813700 or now-24h' }],
  })
}

/** Reads the `from` and `to` of a list; both ends are part of the span. */
export const parseRange = (
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
): { readonly from: number | undefined; readonly to: number | undefined } => {
  const span = {
    from: from === undefined ? undefined : parseMoment(from, now, 'start', 'from'),
    to: to === undefined ? undefined : parseMoment(to, now, 'end', 'to'),
  }
  if (span.from === undefined || span.to === undefined || span.from <= span.to) return span
  throw new AppError('INVALID_REQUEST', `The span ends before it begins: from ${from} to ${to}.`, {
    errors: [{ path: 'to', message: 'is before from', hint: 'from now-24h to now' }],
  })
}

/** Whether a time is written as `2024-12-10T06:55:00.000Z`, as we write them all: such texts are in order when their moments are. */
export const isPlain = (iso: string): boolean => iso.length === 24 && iso.endsWith('Z')

/** Makes a test of ISO times: whether they are after a moment. Most of them need not be understood for that. */
export const isAfter = (moment: number): ((iso: string) => boolean) => {
  const limit = new Date(moment).toISOString()
  return (iso) => (isPlain(iso) && isPlain(limit) ? iso > limit : Date.parse(iso) > moment)
}

/** The same, whether they are before it. */
export const isBefore = (moment: number): ((iso: string) => boolean) => {
  const limit = new Date(moment).toISOString()
  return (iso) => (isPlain(iso) && isPlain(limit) ? iso < limit : Date.parse(iso) < moment)
}
