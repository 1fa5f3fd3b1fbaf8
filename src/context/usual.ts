import { type Association, dayOf } from './association.ts'
import type { KnownUser } from './login-history.ts'

/** The minimum number of active days for a usual range. */
const minDays = 5
/** An hour is usual if it was seen on this share of the days, and on at least two days. */
const usualShare = 0.1

/** The usual behaviour of a user before a point in time. */
export interface Usual {
  readonly first: number
  readonly last: number
  readonly days: number
  /** Hours of the day, UTC. */
  readonly hours: readonly number[]
  /** Whether there is enough history to detect deviations. */
  readonly settled: boolean
  readonly addresses: readonly Readonly<Association>[]
  readonly hosts: readonly Readonly<Association>[]
}

/** Returns the usual behaviour without the day of `moment` and later days, so that the events of an alert do not count as usual. */
export const usualBefore = (user: KnownUser, moment: number): Usual | undefined => {
  if (user.first >= moment) return undefined
  const today = dayOf(moment)
  const days = Math.max(1, user.days - (dayOf(user.last) >= today && dayOf(user.first) < today ? 1 : 0))
  const minCount = Math.max(2, days * usualShare)
  return {
    first: user.first,
    last: Math.min(user.last, moment - 1),
    days,
    hours: user.hours.flatMap(({ days: seen, lastDay }, hour) =>
      seen - (lastDay >= today ? 1 : 0) >= minCount ? hour : [],
    ),
    settled: days >= minDays,
    addresses: associationsBefore(user.addresses, moment),
    hosts: associationsBefore(user.hosts, moment),
  }
}

/** Returns the associations from before `moment`, the most frequent first, with their number of days until then. */
export const associationsBefore = (
  associations: readonly Readonly<Association>[],
  moment: number,
): readonly Readonly<Association>[] => {
  const today = dayOf(moment)
  return associations
    .filter(({ first }) => first < moment)
    .map((association) => ({
      ...association,
      days: Math.max(
        1,
        association.days - (dayOf(association.last) >= today && dayOf(association.first) < today ? 1 : 0),
      ),
    }))
    .sort((a, b) => b.days - a.days || b.last - a.last)
}

/** Whether an hour is usual, or next to a usual one. */
export const isUsualHour = (hours: readonly number[], hour: number): boolean =>
  hours.some((usual) => [0, 1, 23].includes((24 + usual - hour) % 24))

/** Formats hours as ranges: `07–18 UTC`. */
export const formatHours = (hours: readonly number[]): string => {
  const known = new Set(hours)
  if (known.size === 24) return 'all day'
  const two = (hour: number) => String(hour % 24).padStart(2, '0')
  const spans = [...known]
    .filter((hour) => !known.has((hour + 23) % 24))
    .sort((a, b) => a - b)
    .map((begin) => {
      let end = begin + 1
      while (known.has(end % 24)) end++
      return `${two(begin)}–${two(end)}`
    })
  return `${spans.join(', ')} UTC`
}
