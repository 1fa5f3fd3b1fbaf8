import { AppError } from '../errors.ts'
import { createReader, createWriter, type Reader, StateError, type Writer } from '../lib/bytes/codec.ts'
import { day, hour } from '../lib/units/time.ts'
import { type Event, textField } from '../schema/event.ts'
import { type Bond, bind, dayOf, extend, readBonds, readSpan, writeBonds, writeSpan } from './bond.ts'
import { createMemory } from './memory.ts'

const capacity = { users: 10_000, addresses: 10_000, hosts: 20_000 }
/** How many addresses, hosts and people are remembered of one thing. */
const mostBonds = 12
const longestName = 256

interface Span {
  first: number
  last: number
  days: number
  movedAt: number
}

interface UserTrack extends Span {
  /** On how many days each hour (UTC) was seen, and the last of those days. */
  readonly hours: Uint16Array
  readonly hourDays: Int32Array
  readonly addresses: Bond[]
  readonly hosts: Bond[]
}

interface AddressTrack extends Span {
  readonly users: Bond[]
}

/** The usual behaviour of a user, from successful logins. Times in ms. */
export interface KnownUser {
  readonly first: number
  readonly last: number
  readonly days: number
  /** On how many days something was seen in each hour of the day (UTC), and the last of these days, counted from 1970. */
  readonly hours: readonly { readonly days: number; readonly lastDay: number }[]
  readonly addresses: readonly Readonly<Bond>[]
  readonly hosts: readonly Readonly<Bond>[]
}

export interface KnownAddress {
  readonly first: number
  /** The users who logged in from there. */
  readonly users: readonly Readonly<Bond>[]
}

/**
 * Learns from successful logins: when users are active, from where and on which hosts, who else comes from there, and since when each
 * host is known. Failures are ignored, so trying alone makes nobody familiar. Bounded: drops the least recently seen entries. Idempotent,
 * so events may be replayed.
 */
export interface Familiar {
  readonly name: string
  learn(events: readonly Event[]): void
  user(name: string): KnownUser | undefined
  address(address: string): KnownAddress | undefined
  host(name: string): { readonly first: number; readonly last: number } | undefined
  /** The hosts and users that were seen, in no order. */
  hosts(): Iterable<string>
  users(): Iterable<string>
  save(): Uint8Array
  restore(state: Uint8Array): void
}

/** Starts with nobody known. */
export const createFamiliar = (): Familiar => {
  const users = createMemory<UserTrack>(capacity.users)
  const addresses = createMemory<AddressTrack>(capacity.addresses)
  const hosts = createMemory<Span>(capacity.hosts)

  const learnUser = (name: string, event: Event, host: string | undefined): void => {
    const { time } = event
    const address = textField(event, 'source.ip')
    const user = users.see(name, time, startUser)
    extend(user, time)
    const hourOfDay = Math.floor((time - dayOf(time) * day) / hour)
    if (dayOf(time) > (user.hourDays[hourOfDay] ?? 0)) {
      user.hourDays[hourOfDay] = dayOf(time)
      user.hours[hourOfDay] = Math.min(65_535, (user.hours[hourOfDay] ?? 0) + 1)
    }
    if (host !== undefined) bind(user.hosts, host, time, mostBonds)
    if (address === undefined || address.length > longestName) return
    bind(user.addresses, address, time, mostBonds)
    const from = addresses.see(address, time, startAddress)
    extend(from, time)
    bind(from.users, name, time, mostBonds)
  }

  return {
    name: 'familiar',
    learn(events) {
      for (const event of events) {
        // A clock that runs ahead would make everything that follows look old.
        if (event.kind !== 'event' || event.time > event.receivedAt + day) continue
        const said = event.fields['host.name']
        const host = typeof said === 'string' && said.length <= longestName ? said : undefined
        if (host !== undefined) {
          extend(hosts.see(host, event.time, startSpan), event.time)
        }
        if (event.fields['event.outcome'] !== 'success') continue
        const user = event.fields['user.name']
        if (typeof user === 'string' && user !== '' && user.length <= longestName) learnUser(user, event, host)
      }
    },
    user(name) {
      const user = users.get(name)
      if (!user) return undefined
      const hours = Array.from(user.hours, (days, hour) => ({ days, lastDay: user.hourDays[hour] ?? 0 }))
      return { ...user, hours }
    },
    address: (address) => addresses.get(address),
    host: (name) => hosts.get(name),
    *hosts() {
      for (const [name] of hosts.entries()) yield name
    },
    *users() {
      for (const [name] of users.entries()) yield name
    },
    save() {
      const writer = createWriter('familiar', 1)
      writeAll(writer, users, (user) => {
        writer.u16s(user.hours).i32s(user.hourDays)
        writeBonds(writer, user.addresses)
        writeBonds(writer, user.hosts)
      })
      writeAll(writer, addresses, (address) => writeBonds(writer, address.users))
      writeAll(writer, hosts, () => undefined)
      return writer.finish()
    },
    restore(state) {
      users.clear()
      addresses.clear()
      hosts.clear()
      readState(state, (reader) => {
        readAll(reader, users, (span) => ({
          ...span,
          hours: reader.u16s(),
          hourDays: reader.i32s(),
          addresses: readBonds(reader),
          hosts: readBonds(reader),
        }))
        readAll(reader, addresses, (span) => ({ ...span, users: readBonds(reader) }))
        readAll(reader, hosts, (span) => span)
      })
    },
  }
}

const startSpan = (time: number): Span => ({ first: time, last: time, days: 1, movedAt: time })
const startAddress = (time: number): AddressTrack => ({ ...startSpan(time), users: [] })
const startUser = (time: number): UserTrack => ({
  ...startSpan(time),
  hours: new Uint16Array(24),
  hourDays: new Int32Array(24),
  addresses: [],
  hosts: [],
})

const writeAll = <Entry extends Span>(
  writer: Writer,
  memory: { readonly size: number; entries(): IterableIterator<[string, Entry]> },
  rest: (entry: Entry) => void,
): void => {
  writer.varint(memory.size)
  for (const [name, entry] of memory.entries()) {
    writeSpan(writer.text(name), entry)
    rest(entry)
  }
}

const readAll = <Entry>(
  reader: Reader,
  memory: { see(name: string, time: number, make: () => Entry): Entry },
  make: (span: Span) => Entry,
): void => {
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.text()
    const span = readSpan(reader)
    memory.see(name, span.last, () => make({ ...span, movedAt: span.last }))
  }
}

const readState = (state: Uint8Array, read: (reader: Reader) => void): void => {
  try {
    read(createReader(state, 'familiar', 1))
  } catch (error) {
    if (!(error instanceof StateError)) throw error
    throw new AppError('STATE_VERSION', error.message, { hint: error.hint, cause: error })
  }
}
