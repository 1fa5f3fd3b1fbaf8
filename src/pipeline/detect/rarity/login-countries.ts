import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { day, hour } from '../../../lib/units/time.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'

/** A user's countries are known after so many logins on so many days. */
const leastLogins = 8
const leastDays = 5
/** So many logins show that a user who comes from elsewhere is travelling. */
const leastTravellerLogins = 3
/** How many countries to remember per user. */
const mostCountries = 12
/** Hardly anybody crosses a border and logs in again within this time. */
const soon = 3 * hour
/** Travellers are remembered so long. If more than so many of them came, travelling is usual. */
const travelMemory = 30 * day
const fewTravellers = 2
const mostTravels = 20
/** A country is in use if so many other users came from there. */
const inUse = 2

interface UserCountries {
  usedAt: number
  lastDay: number
  logins: number
  days: number
  /** The newest login from each country, the most recent country last. */
  readonly countries: Map<string, number>
}

/** The countries that the users of a source log in from. */
export interface LoginCountries {
  readonly users: BoundedMap<UserCountries>
  /** How many users came from each country. There are at most a few hundred countries. */
  readonly usersOf: Map<string, number>
  /** When known users came from a country that was new for them, oldest first. */
  travels: number[]
}

export const startLoginCountries = (capacity: number): LoginCountries => ({
  users: new BoundedMap(capacity),
  usersOf: new Map(),
  travels: [],
})

/** The history before a login from a country that is new for its user. */
export interface NewCountry {
  readonly country: string
  readonly logins: number
  readonly days: number
  /** The countries that the user came from before. */
  readonly earlier: readonly string[]
  /** How many other users came from the country. */
  readonly others: number
  /** The last login from another country, if it is too recent for most journeys. */
  readonly before: { readonly country: string; readonly ago: number } | undefined
  /** How many users came from a new country within a month. */
  readonly travellers: number
}

/**
 * Learns the country of a successful login. Returns the history if the country is new for a user whose countries are known, unless such
 * journeys are usual in this source: an office whose staff travels, or a gateway in another country that many use.
 */
export const observeCountry = (
  known: LoginCountries,
  user: string,
  country: string,
  time: number,
): NewCountry | undefined => {
  const seen = known.users.get(user)
  if (!seen) {
    known.users.set(flatText(user), {
      ...{ usedAt: time, lastDay: dayOf(time), logins: 1, days: 1 },
      countries: new Map([[flatText(country), time]]),
    })
    countUser(known, country)
    return undefined
  }
  const isNew = !seen.countries.has(country)
  const found = isNew ? describeNew(known, seen, country, time) : undefined
  if (isNew) {
    countUser(known, country)
    if (seen.logins >= leastTravellerLogins) known.travels = [...recentTravels(known, time), time].slice(-mostTravels)
  }
  learn(seen, country, time)
  return found
}

const describeNew = (
  known: LoginCountries,
  { logins, days, countries }: UserCountries,
  country: string,
  time: number,
): NewCountry | undefined => {
  if (logins < leastLogins || days < leastDays) return undefined
  // Somebody who comes from a third country each week is a traveller.
  if (countries.size > 1 && logins < leastLogins * countries.size ** 2) return undefined
  const others = known.usersOf.get(country) ?? 0
  if (others >= inUse) return undefined
  const travellers = recentTravels(known, time).length
  const [last, at = 0] = [...countries].at(-1) ?? []
  const before = last !== undefined && time - at <= soon ? { country: last, ago: Math.max(0, time - at) } : undefined
  if (travellers > fewTravellers && (!before || others > 0)) return undefined
  return { country, logins, days, earlier: [...countries.keys()], others, before, travellers }
}

const recentTravels = ({ travels }: LoginCountries, time: number): number[] =>
  travels.filter((at) => Math.abs(time - at) <= travelMemory)

const countUser = ({ usersOf }: LoginCountries, country: string): void => {
  usersOf.set(country, (usersOf.get(country) ?? 0) + 1)
}

const learn = (seen: UserCountries, country: string, time: number): void => {
  seen.logins++
  seen.usedAt = Math.max(seen.usedAt, time)
  if (dayOf(time) > seen.lastDay) {
    seen.lastDay = dayOf(time)
    seen.days++
  }
  const earlier = seen.countries.get(country) ?? 0
  seen.countries.delete(country)
  seen.countries.set(flatText(country), Math.max(earlier, time))
  const [oldest] = seen.countries.keys()
  if (seen.countries.size > mostCountries && oldest !== undefined) seen.countries.delete(oldest)
}

const dayOf = (time: number): number => Math.floor(time / day)

export const writeLoginCountries = (writer: Writer, { users, usersOf, travels }: LoginCountries): void => {
  writer.varint(users.size)
  for (const [user, { usedAt, lastDay, logins, days, countries }] of users.entries()) {
    writer.text(user).f64(usedAt).f64(lastDay).varint(logins).varint(days).varint(countries.size)
    for (const [country, time] of countries) writer.text(country).f64(time)
  }
  writer.varint(usersOf.size)
  for (const [country, count] of usersOf) writer.text(country).varint(count)
  writer.f64s(Float64Array.from(travels))
}

export const readLoginCountries = (reader: Reader, capacity: number): LoginCountries => {
  const known = startLoginCountries(capacity)
  for (let left = reader.varint(); left > 0; left--) {
    const user = reader.text()
    const times = { usedAt: reader.f64(), lastDay: reader.f64() }
    const counts = { logins: reader.varint(), days: reader.varint() }
    const countries = new Map<string, number>()
    for (let more = reader.varint(); more > 0; more--) countries.set(reader.text(), reader.f64())
    known.users.set(user, { ...times, ...counts, countries })
  }
  for (let left = reader.varint(); left > 0; left--) known.usersOf.set(reader.text(), reader.varint())
  known.travels = [...reader.f64s()]
  return known
}
