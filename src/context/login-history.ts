import { AppError } from '../errors.ts'
import { createReader, createWriter, type Reader, StateError, type Writer } from '../lib/bytes/codec.ts'
import { day, hour } from '../lib/units/time.ts'
import { type Event, textField } from '../schema/event/event.ts'
import {
  type Association,
  AssociationTable,
  combineSpans,
  dayOf,
  extendSpan,
  hashName,
  readAssociations,
  readSpan,
  writeAssociations,
  writeSpan,
} from './association.ts'
import { LoginHours } from './login-hours.ts'
import { createRecentEntries, type RecentEntries } from './recent-entries.ts'

/** The name of its saved state. */
export const loginHistoryName = 'familiar'

const capacity = { users: 10_000, addresses: 10_000, hosts: 20_000 }
/** The maximum number of addresses, hosts or users that are stored per entity. */
const maxAssociations = 12
const maxNameLength = 256

interface Span {
  first: number
  last: number
  days: number
  movedAt: number
  /** Shared by all associations with it, like its hash. */
  name: string
  hash: number
}

/** A user or an address, with its place in the tables. */
interface Track extends Span {
  readonly place: number
}

/** The usual behaviour of a user, from successful logins. Times in ms. */
export interface KnownUser {
  readonly first: number
  readonly last: number
  readonly days: number
  /** For each hour of the day (UTC), the number of days with logins, and the last of these days, counted from 1970. */
  readonly hours: readonly { readonly days: number; readonly lastDay: number }[]
  readonly addresses: readonly Readonly<Association>[]
  readonly hosts: readonly Readonly<Association>[]
}

export interface KnownAddress {
  readonly first: number
  /** The users who logged in from there. */
  readonly users: readonly Readonly<Association>[]
}

/**
 * Learns the usual behaviour from successful logins: the hours, addresses and hosts of each user, the users of each address, and the first
 * time of each host. Ignores failed logins, so an attacker cannot become a known user by trying. Memory is bounded: the least recently
 * seen entries are dropped. Idempotent, so events may be replayed.
 */
export interface LoginHistory {
  readonly name: string
  learn(events: readonly Event[]): void
  user(name: string): KnownUser | undefined
  address(address: string): KnownAddress | undefined
  host(name: string): { readonly first: number; readonly last: number } | undefined
  /** The known hosts and users, in no particular order. */
  hosts(): Iterable<string>
  users(): Iterable<string>
  save(): Uint8Array
  restore(state: Uint8Array): void
  /** Adds the state of another history. Days that both have seen count once. */
  add(state: Uint8Array): void
}

/** Creates an empty history. */
export const createLoginHistory = (): LoginHistory => {
  const users = createRecentEntries<Track>(capacity.users)
  const addresses = createRecentEntries<Track>(capacity.addresses)
  const hosts = createRecentEntries<Span>(capacity.hosts)
  const hours = new LoginHours(capacity.users)
  const addressesOfUsers = new AssociationTable(maxAssociations)
  const hostsOfUsers = new AssociationTable(maxAssociations)
  const usersOfAddresses = new AssociationTable(maxAssociations)

  const startUser = (time: number, name: string, dropped?: Track): Track => {
    const user = startTrack(time, name, users.size, dropped)
    hours.clear(user.place)
    addressesOfUsers.clear(user.place)
    hostsOfUsers.clear(user.place)
    return user
  }
  const startAddress = (time: number, name: string, dropped?: Track): Track => {
    const address = startTrack(time, name, addresses.size, dropped)
    usersOfAddresses.clear(address.place)
    return address
  }

  const learnUser = (seen: string, event: Event, host: Span | undefined): void => {
    const { time } = event
    const address = textField(event, 'source.ip')
    const user = users.see(seen, time, startUser)
    extendSpan(user, time)
    const today = dayOf(time)
    hours.see(user.place, Math.floor((time - today * day) / hour), today)
    if (host) hostsOfUsers.see(user.place, host.name, host.hash, time)
    if (address === undefined || address.length > maxNameLength) return
    const from = addresses.see(address, time, startAddress)
    extendSpan(from, time)
    addressesOfUsers.see(user.place, from.name, from.hash, time)
    usersOfAddresses.see(from.place, user.name, user.hash, time)
  }

  const load = (state: Uint8Array): void => {
    readState(state, (reader) => {
      readAll(reader, users, startUser, (user, span) => {
        combineSpans(user, span)
        hours.combine(user.place, { days: reader.u16s(), lastDays: reader.i32s() })
        addressesOfUsers.combine(user.place, readAssociations(reader))
        hostsOfUsers.combine(user.place, readAssociations(reader))
      })
      readAll(reader, addresses, startAddress, (address, span) => {
        combineSpans(address, span)
        usersOfAddresses.combine(address.place, readAssociations(reader))
      })
      readAll(reader, hosts, startSpan, combineSpans)
    })
  }

  return {
    name: loginHistoryName,
    learn(events) {
      for (const event of events) {
        // Ignore events from the future: later events would look old.
        if (event.kind !== 'event' || event.time > event.receivedAt + day) continue
        const name = event.fields['host.name']
        let host: Span | undefined
        if (typeof name === 'string' && name.length <= maxNameLength) {
          host = hosts.see(name, event.time, startSpan)
          extendSpan(host, event.time)
        }
        if (event.fields['event.outcome'] !== 'success') continue
        const user = event.fields['user.name']
        if (typeof user === 'string' && user !== '' && user.length <= maxNameLength) learnUser(user, event, host)
      }
    },
    user(name) {
      const user = users.get(name)
      if (!user) return undefined
      const { first, last, days, place } = user
      const seen = hours.of(place)
      const perHour = Array.from(seen.days, (count, hour) => ({ days: count, lastDay: seen.lastDays[hour] ?? 0 }))
      return {
        first,
        last,
        days,
        hours: perHour,
        addresses: addressesOfUsers.list(place),
        hosts: hostsOfUsers.list(place),
      }
    },
    address(address) {
      const known = addresses.get(address)
      return known && { first: known.first, users: usersOfAddresses.list(known.place) }
    },
    host: (name) => hosts.get(name),
    *hosts() {
      for (const [name] of hosts.entries()) yield name
    },
    *users() {
      for (const [name] of users.entries()) yield name
    },
    save() {
      const writer = createWriter(loginHistoryName, 1)
      writeAll(writer, users, (user) => {
        const { days, lastDays } = hours.of(user.place)
        writer.u16s(days).i32s(lastDays)
        writeAssociations(writer, addressesOfUsers.list(user.place))
        writeAssociations(writer, hostsOfUsers.list(user.place))
      })
      writeAll(writer, addresses, (address) => writeAssociations(writer, usersOfAddresses.list(address.place)))
      writeAll(writer, hosts, () => undefined)
      return writer.finish()
    },
    restore(state) {
      users.clear()
      addresses.clear()
      hosts.clear()
      load(state)
    },
    add: load,
  }
}

// A dropped entry is used again: it is in the old space, where garbage is expensive.
const startSpan = (time: number, name: string, dropped?: Span): Span => {
  const span = { first: time, last: time, days: 1, movedAt: time, name, hash: hashName(name) }
  return dropped ? Object.assign(dropped, span) : span
}
const startTrack = (time: number, name: string, place: number, dropped?: Track): Track => {
  if (!dropped) return { ...startSpan(time, name), place }
  startSpan(time, name, dropped)
  return dropped
}
const writeAll = <Entry extends Span>(
  writer: Writer,
  memory: Pick<RecentEntries<Entry>, 'size' | 'entries'>,
  rest: (entry: Entry) => void,
): void => {
  writer.varint(memory.size)
  for (const [name, entry] of memory.entries()) {
    writeSpan(writer.text(name), entry)
    rest(entry)
  }
}

const readAll = <Entry extends Span>(
  reader: Reader,
  memory: Pick<RecentEntries<Entry>, 'see'>,
  make: (time: number, name: string, dropped: Entry | undefined) => Entry,
  combine: (entry: Entry, span: Omit<Association, 'name'>) => void,
): void => {
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.text()
    const span = readSpan(reader)
    combine(
      memory.see(name, span.last, (time, copy, dropped) => Object.assign(make(time, copy, dropped), { days: 0 })),
      span,
    )
  }
}

const readState = (state: Uint8Array, read: (reader: Reader) => void): void => {
  try {
    read(createReader(state, loginHistoryName, 1))
  } catch (error) {
    if (!(error instanceof StateError)) throw error
    throw new AppError('STATE_VERSION', error.message, { hint: error.hint, cause: error })
  }
}
