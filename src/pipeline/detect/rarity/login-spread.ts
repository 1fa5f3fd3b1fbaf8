import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { minute } from '../../../lib/units/time.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import type { NewPair } from './pair-history.ts'

/** So many new hosts within this time are a spread. */
const leastHosts = 3
const longestPause = 15 * minute
const mostHosts = 20
/** At hosts that the user knows, only after so many logins from few addresses: an administrator may have a new machine. */
const manyLogins = 200
/** A user with fewer logins is still getting around. */
const leastLogins = 10
/** How many users and addresses to follow at once, per source. */
const mostSpreads = 100

/** The logins of a user from an address to hosts that the address had never reached. */
export interface LoginSpread {
  readonly user: string
  readonly address: string
  readonly start: number
  usedAt: number
  /** Whether the user had never come from the address, or never to the hosts. */
  readonly by: 'address' | 'host'
  /** How often the user had logged in before. */
  readonly logins: number
  /** The probability of the first of them. */
  readonly chance: number
  readonly hosts: Map<string, EventSample>
  /** How many of them the user had never logged in to. */
  newHosts: number
}

export type LoginSpreads = BoundedMap<LoginSpread>

export const startLoginSpreads = (): LoginSpreads => new BoundedMap(mostSpreads)

/** A login of a user from an address to a host that the address had never reached. */
export interface NewReach {
  readonly user: string
  readonly address: string
  readonly host: string
  /** Undefined if the address, or the host, is not new for the user. */
  readonly newAddress: NewPair | undefined
  readonly newHost: NewPair | undefined
}

/**
 * Adds a login to the spread it belongs to. Returns the spread while it grows. Only a user who rarely comes from new addresses and to new
 * hosts starts one: the logins of an administrator with changing addresses, or of a new one, are no news.
 */
export const observeReach = (
  spreads: LoginSpreads,
  { user, address, host, newAddress, newHost }: NewReach,
  event: EventSample,
  mostLikely: number,
): LoginSpread | undefined => {
  const key = `${user}\n${address}`
  const open = spreads.get(key)
  if (!open || Math.abs(event.time - open.usedAt) > longestPause) {
    const by = isRare(newAddress, mostLikely) ? 'address' : isRare(newHost, mostLikely) ? 'host' : undefined
    if (by === undefined) return undefined
    const { chance = 1, count: logins = 0 } = (by === 'address' ? newAddress : newHost) ?? {}
    spreads.set(flatText(key), {
      ...{ user: flatText(user), address: flatText(address), start: event.time, usedAt: event.time, by, chance },
      ...{ logins, hosts: new Map([[flatText(host), keepSample(event)]]), newHosts: newHost ? 1 : 0 },
    })
    return undefined
  }
  if (open.by === 'host' && !newHost) return undefined
  open.usedAt = Math.max(open.usedAt, event.time)
  if (open.hosts.has(host) || open.hosts.size >= mostHosts) return undefined
  open.hosts.set(flatText(host), keepSample(event))
  if (newHost) open.newHosts++
  const isSurprising = open.newHosts >= leastHosts || open.logins >= manyLogins
  return isSurprising && open.hosts.size >= leastHosts ? open : undefined
}

const isRare = (pair: NewPair | undefined, mostLikely: number): boolean =>
  pair !== undefined && pair.count >= leastLogins && pair.chance <= mostLikely

export const writeLoginSpreads = (writer: Writer, spreads: LoginSpreads, samples: EventSample[]): void => {
  writer.varint(spreads.size)
  for (const [key, { user, address, start, usedAt, by, logins, chance, hosts, newHosts }] of spreads.entries()) {
    writer
      .text(key)
      .text(user)
      .text(address)
      .f64(start)
      .f64(usedAt)
      .u8(by === 'host' ? 1 : 0)
      .varint(logins)
      .f64(chance)
      .varint(newHosts)
      .varint(hosts.size)
    for (const [host, sample] of hosts) writeSample(writer.text(host), sample, samples)
  }
}

export const readLoginSpreads = (reader: Reader, samples: EventSample[]): LoginSpreads => {
  const spreads = startLoginSpreads()
  for (let left = reader.varint(); left > 0; left--) {
    const key = reader.text()
    const names = { user: reader.text(), address: reader.text() }
    const times = { start: reader.f64(), usedAt: reader.f64() }
    const by = reader.u8() === 1 ? ('host' as const) : ('address' as const)
    const logins = reader.varint()
    const chance = reader.f64()
    const newHosts = reader.varint()
    const hosts = new Map<string, EventSample>()
    for (let more = reader.varint(); more > 0; more--) {
      const host = reader.text()
      const sample = readSample(reader, samples)
      if (sample) hosts.set(host, sample)
    }
    spreads.set(key, { ...names, ...times, by, logins, chance, hosts, newHosts })
  }
  return spreads
}
