import { useSyncExternalStore } from 'react'
import { createSetting } from '../shell/setting.ts'
import { classNames } from './class-names.ts'

/** Whether times are shown as here or in UTC. */
export const timeZone = createSetting('time-zone', ['local', 'utc'], 'local')

const tickMs = 30_000
const tickers = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

/** The time in ms, renewed twice a minute while anybody looks. */
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

/** Making one takes longer than a hundred uses of it. */
const makeFormats = (zone: 'local' | 'utc') => {
  const options = zone === 'utc' ? { timeZone: 'UTC' } : {}
  return {
    day: new Intl.DateTimeFormat('sv', options),
    clock: new Intl.DateTimeFormat(undefined, { ...options, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    date: new Intl.DateTimeFormat(undefined, { ...options, month: 'short', day: 'numeric' }),
    longDate: new Intl.DateTimeFormat(undefined, { ...options, month: 'short', day: 'numeric', year: 'numeric' }),
  }
}
const formats = new Map<string, ReturnType<typeof makeFormats>>()

/** A time of day when it is today's, with the date otherwise: `02:11`, `Nov 18, 02:11`. */
export const formatTime = (time: number, today: number, zone: 'local' | 'utc'): string => {
  const known = formats.get(zone) ?? makeFormats(zone)
  formats.set(zone, known)
  const { day, clock, date, longDate } = known
  const [then, now] = [day.format(time), day.format(today)]
  if (then === now) return clock.format(time)
  return `${(then.slice(0, 4) === now.slice(0, 4) ? date : longDate).format(time)}, ${clock.format(time)}`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** How long something took or is ago: `3 h`, `12 min`, `4 d`; seconds under a minute. */
export const formatSpan = (ms: number): string => {
  const [unit, size] = units.find(([, one]) => Math.abs(ms) >= one) ?? ['s', 1_000]
  return `${Math.round(Math.abs(ms) / size)} ${unit}`
}

interface TimeProps {
  readonly at: string
  /** `both`: `02:11 (3 h ago)`. */
  readonly show?: 'clock' | 'ago' | 'both'
  /** Where room is scarce the clock may go below the date. */
  readonly wraps?: boolean
}

/** A moment, always the same look; the whole of it in ISO shows on hover. */
export const Time = ({ at, show = 'both', wraps = false }: TimeProps) => {
  const today = useNow()
  const zone = timeZone.use()
  const time = Date.parse(at)
  const ago = `${formatSpan(today - time)} ago`
  const clock = formatTime(time, today, zone)
  return (
    <time dateTime={at} title={at} className={classNames('tabular', !wraps && 'whitespace-nowrap')}>
      {show === 'ago' ? ago : show === 'clock' ? clock : `${clock} (${ago})`}
    </time>
  )
}
