import { type Address, formatAddress, isMapped, parseRange, subnetOf } from '../lib/address/address.ts'
import { createRangeTable, type RangeTable } from '../lib/address/range-table.ts'
import { parseMeant, type Scope, scopeOf } from '../lib/address/scope.ts'
import { memoize } from '../lib/memoize/memoize.ts'
import type { NetworkFacts } from '../schema/inventory/network-facts.ts'
import { cloudOf } from './clouds.ts'
import type { GeoDatabase, Place } from './geo-database.ts'
import { readRangeList } from './range-list.ts'

interface NetworksOptions {
  /** Your own public ranges. */
  readonly internal: readonly string[]
  readonly databases: readonly GeoDatabase[]
  /** Files with known-benign ranges, and with ranges of cloud providers. */
  readonly benign: readonly string[]
  readonly cloud: readonly string[]
}

interface Location {
  readonly scope: Scope
  /** ISO 3166-1 alpha-2; undefined if unknown. */
  readonly country: string | undefined
}

/** Local facts about addresses. */
export interface Networks {
  /** Returns undefined if the text is not an address. */
  lookUp(address: string): NetworkFacts | undefined
  /** Returns the facts that every event gets. Fast and cached. */
  locate(address: string): Location | undefined
  /** Reads the files again. If a file cannot be read, passes the error to `onError` and keeps the previous content. */
  refresh(onError: (fault: unknown) => void): Promise<void>
}

/** Creates a table of the internal and special-purpose ranges. `refresh` adds the ranges in the files. */
export const createNetworks = ({ internal, databases, benign, cloud }: NetworksOptions): Networks => {
  const own = tableOf(internal.map((range) => [range, true]))
  const known = tableOf(resolvers.flatMap(([name, ...addresses]) => addresses.map((address) => [address, name])))
  let listed = known
  let clouds = tableOf<string>([])

  const scopeIn = (address: Address): Scope => (own.find(address) ? 'internal' : scopeOf(address))
  const locate = (text: string): Location | undefined => {
    const address = parseMeant(text)
    if (!address) return undefined
    const scope = scopeIn(address)
    if (scope !== 'external') return { scope, country: undefined }
    const formatted = text.includes(':') ? formatAddress(address) : text
    for (const database of databases) {
      const { country } = database.place(formatted)
      if (country !== undefined) return { scope, country }
    }
    return { scope, country: undefined }
  }
  const lookUp = (text: string): NetworkFacts | undefined => {
    const address = parseMeant(text)
    if (!address) return undefined
    const scope = scopeIn(address)
    const isInternal = scope === 'internal' || scope === 'loopback'
    const formatted = formatAddress(address)
    const place = scope === 'external' ? placeOf(formatted, databases) : {}
    const name = isInternal ? undefined : (listed.find(address) ?? known.find(address))
    return {
      ip_address: formatted,
      is_internal: isInternal,
      network_type: isInternal ? 'internal' : 'external',
      scope,
      subnet: subnetOf(address, isMapped(address) ? 24 : 64),
      country: isInternal ? 'Internal' : (place.country ?? 'Unknown'),
      city: place.city ?? null,
      isp: place.organization ?? null,
      asn: place.asn ?? null,
      cloud: isInternal ? null : (clouds.find(address) ?? cloudOf.get(place.asn ?? 0) ?? null),
      known_as: name ?? null,
      reputation_score: isInternal || name !== undefined ? 80 : 50,
      known_malicious: false,
    }
  }

  let recent = memoize(locate)
  const readTable = async (paths: readonly string[]): Promise<RangeTable<string>> => {
    const lists = await Promise.all(paths.map(readRangeList))
    return createRangeTable(lists.flatMap(({ name, ranges }) => ranges.map((range) => ({ range, value: name }))))
  }

  return {
    lookUp,
    locate: (text) => recent(text),
    async refresh(onError) {
      for (const database of databases) await database.refresh().catch(onError)
      listed = (await readTable(benign).catch(onError)) ?? listed
      clouds = (await readTable(cloud).catch(onError)) ?? clouds
      recent = memoize(locate)
    },
  }
}

const tableOf = <Value>(entries: readonly (readonly [range: string, value: Value])[]): RangeTable<Value> =>
  createRangeTable(
    entries.flatMap(([text, value]) => {
      const range = parseRange(text)
      return range ? [{ range, value }] : []
    }),
  )

/** Merges the records of the databases. The first known value counts. */
const placeOf = (address: string, databases: readonly GeoDatabase[]): Place => {
  const places = databases.map((database) => database.place(address))
  const first = <Key extends keyof Place>(key: Key): Place[Key] =>
    places.find((place) => place[key] !== undefined)?.[key]
  return { country: first('country'), city: first('city'), asn: first('asn'), organization: first('organization') }
}

/** Public DNS resolvers, with the addresses that their operators publish. */
const resolvers: readonly (readonly [name: string, ...addresses: string[]])[] = [
  ['AdGuard DNS', '94.140.14.14', '94.140.15.15', '2a10:50c0::ad1:ff', '2a10:50c0::ad2:ff'],
  ['Cisco OpenDNS', '208.67.222.222', '208.67.220.220', '2620:119:35::35', '2620:119:53::53'],
  ['Cloudflare DNS', '1.1.1.1', '1.0.0.1', '2606:4700:4700::1111', '2606:4700:4700::1001'],
  ['Google Public DNS', '8.8.8.8', '8.8.4.4', '2001:4860:4860::8888', '2001:4860:4860::8844'],
  ['Quad9', '9.9.9.9', '149.112.112.112', '2620:fe::fe', '2620:fe::9'],
]
