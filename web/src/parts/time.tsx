import { useSyncExternalStore } from 'react'
import { createSetting } from '../shell/setting.ts'
import { classNames } from './class-names.ts'
import { formatAgo } from './duration.ts'
import { usePrinting } from './printing.ts'
import { isRepeated } from './repeated-hour.ts'

/** Shows times in the local time zone or in UTC. */
export const timeZone = createSetting('time-zone', ['local', 'utc'], 'local')
export const toggleTimeZone = (): void => timeZone.set(timeZone.get() === 'utc' ? 'local' : 'utc')

const tickMs = 30_000
const tickers = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

/** Returns the current time in ms, updated twice a minute. */
export const useNow = (): number =>
  useSyncExternalStore(
    (tick) => {
      tickers.add(tick)
      timer ??= setInterval(() => {
        now = Date.now()
        for (const each of tickers) each()
      }, tickMs)
      return () => {
        tickers.delete(tick)
        if (tickers.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    () => now,
  )

/** Formats are cached: creating one is slow. */
const makeFormats = (zone: 'local' | 'utc') => {
  const options = zone === 'utc' ? { timeZone: 'UTC' } : {}
  return {
    day: new Intl.DateTimeFormat('sv', options),
    clock: new Intl.DateTimeFormat(undefined, { ...options, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    second: new Intl.DateTimeFormat(undefined, { ...options, timeStyle: 'medium', hourCycle: 'h23' }),
    date: new Intl.DateTimeFormat(undefined, { ...options, month: 'short', day: 'numeric' }),
    zone: new Intl.DateTimeFormat(undefined, { ...options, timeZoneName: 'short' }),
    longDate: new Intl.DateTimeFormat(undefined, { ...options, month: 'short', day: 'numeric', year: 'numeric' }),
  }
}
const formats = new Map<string, ReturnType<typeof makeFormats>>()

const formatsOf = (zone: 'local' | 'utc') => {
  const cached = formats.get(zone) ?? makeFormats(zone)
  formats.set(zone, cached)
  return cached
}

/** Formats a date, with the year unless it is this year: `18 Nov`, `18 Nov 2025`. */
export const formatDate = (time: number, now: number, zone: 'local' | 'utc'): string => {
  const { day, date, longDate } = formatsOf(zone)
  return (day.format(time).slice(0, 4) === day.format(now).slice(0, 4) ? date : longDate).format(time)
}

/** Formats a time, with the date unless it is today: `02:11`, `18 Nov, 02:11`; to the second, `02:11:06`. */
export const formatTime = (
  time: number,
  now: number,
  zone: 'local' | 'utc',
  precision: 'clock' | 'second' = 'clock',
): string => {
  const { day, [precision]: format } = formatsOf(zone)
  return day.format(time) === day.format(now)
    ? format.format(time)
    : `${formatDate(time, now, zone)}, ${format.format(time)}`
}

interface TimeProps {
  readonly at: string
  /** `both`: `02:11 (3 h ago)`; `second`: `02:11:06`. */
  readonly show?: 'clock' | 'second' | 'ago' | 'both'
  /** Adds the time zone, `02:11 CET (3 h ago)`, also to the hour that comes twice when the clocks are turned back. */
  readonly zoned?: boolean
  /** Allows a line break between date and time. */
  readonly wraps?: boolean
}

/** Returns the short name of the time zone at a time: `CET`, `UTC`. */
const zoneName = (time: number, zone: 'local' | 'utc'): string =>
  formatsOf(zone)
    .zone.formatToParts(time)
    .find(({ type }) => type === 'timeZoneName')?.value ?? ''

/** A point in time, relative only for a week, and absolute in print. The tooltip shows it in ISO format. */
export const Time = ({ at, show = 'both', zoned = false, wraps = false }: TimeProps) => {
  const now = useNow()
  const zone = timeZone.use()
  const printing = usePrinting()
  const time = Date.parse(at)
  if (printing) {
    const { longDate, second } = formatsOf(zone)
    return <time dateTime={at}>{`${longDate.format(time)}, ${second.format(time)} ${zoneName(time, zone)}`}</time>
  }
  const ago = formatAgo(time, now)
  const local = formatTime(time, now, zone, show === 'second' ? 'second' : 'clock')
  const clock = zoned || (zone === 'local' && isRepeated(time)) ? `${local} ${zoneName(time, zone)}` : local
  const both = ago === undefined ? clock : `${clock} (${ago})`
  return (
    <time dateTime={at} title={at} className={classNames('tabular', !wraps && 'whitespace-nowrap')}>
      {show === 'ago' ? (ago ?? formatDate(time, now, zone)) : show === 'both' ? both : clock}
    </time>
  )
}
