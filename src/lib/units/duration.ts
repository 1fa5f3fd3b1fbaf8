import { plural } from './number.ts'
import { day, hour, minute } from './time.ts'

const units = [
  [day, 'day'],
  [hour, 'hour'],
  [minute, 'minute'],
  [1000, 'second'],
] as const

/** Formats a duration in the largest unit that fits twice: `45 seconds`, `10 minutes`, `3 days`. */
export const duration = (ms: number): string => {
  for (const [size, name] of units) {
    // "90 seconds" is more precise than "2 minutes", and "36 hours" than "2 days".
    if (ms < size * (size > 1000 ? 2 : 1) && ms !== size) continue
    return plural(Math.round(ms / size), name)
  }
  return 'less than a second'
}

/** Formats a duration rounded down, with short units: `4 min`, `3 h`, `2 days`. */
export const span = (ms: number): string => {
  if (ms >= day) return plural(Math.floor(ms / day), 'day')
  if (ms >= hour) return `${Math.floor(ms / hour)} h`
  if (ms >= minute) return `${Math.floor(ms / minute)} min`
  return ms >= 1000 ? `${Math.floor(ms / 1000)} s` : 'less than 1 s'
}
