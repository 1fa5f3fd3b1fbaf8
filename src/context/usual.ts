import { type Bond, dayOf } from './bond.ts'
import type { KnownUser } from './familiar.ts'

/** Fewer active days than this are not enough for a usual range. */
const fewestDays = 5
/** An hour is usual when it was seen on this share of the days, and on two at least. */
const usualShare = 0.1

/** The usual behaviour of a user before a moment. */
export interface Usual {
  readonly first: number
  readonly last: number
  readonly days: number
  /** Hours of the day, UTC. */
  readonly hours: readonly number[]
  /** Whether enough is known to call something unusual. */
  readonly settled: boolean
  readonly addresses: readonly Readonly<Bond>[]
  readonly hosts: readonly Readonly<Bond>[]
}

/** Leaves out that moment's day and later, so that an alert's own events do not count as familiar. */
export const usualBefore = (user: KnownUser, moment: number): Usual | undefined => {
  if (user.first >= moment) return undefined
  const today = dayOf(moment)
  const days = Math.max(1, user.days - (dayOf(user.last) >= today && dayOf(user.first) < today ? 1 : 0))
  const fewest = Math.max(2, days * usualShare)
  return {
    first: user.first,
    last: Math.min(user.last, moment - 1),
    days,
    hours: user.hours.flatMap(({ days: seen, lastDay }, hour) =>
      seen - (lastDay >= today ? 1 : 0) >= fewest ? hour : [],
    ),
    settled: days >= fewestDays,
    addresses: bondsBefore(user.addresses, moment),
    hosts: bondsBefore(user.hosts, moment),
  }
}

/** The ones that were there before a moment, the most usual first, on as many days as before it. */
export const bondsBefore = (bonds: readonly Readonly<Bond>[], moment: number): readonly Readonly<Bond>[] => {
  const today = dayOf(moment)
  return bonds
    .filter(({ first }) => first < moment)
    .map((bond) => ({
      ...bond,
      days: Math.max(1, bond.days - (dayOf(bond.last) >= today && dayOf(bond.first) < today ? 1 : 0)),
    }))
    .sort((a, b) => b.days - a.days || b.last - a.last)
}

/** Whether an hour lies within, or right beside, the usual ones. */
export const isUsualHour = (hours: readonly number[], hour: number): boolean =>
  hours.some((usual) => [0, 1, 23].includes((24 + usual - hour) % 24))

/** Says hours as spans: `07–18 UTC`. */
export const sayHours = (hours: readonly number[]): string => {
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
