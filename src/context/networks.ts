import { type Address, formatAddress, isMapped, parseRange, subnetOf } from '../lib/address/address.ts'
import { createRangeTable, type RangeTable } from '../lib/address/range-table.ts'
import { parseMeant, type Scope, scopeOf } from '../lib/address/scope.ts'
import type { NetworkFacts } from '../schema/network-facts.ts'
import { cloudOf } from './clouds.ts'
import type { GeoDatabase, Place } from './geo-database.ts'
import { readRangeList } from './range-list.ts'
import { remember } from './recent.ts'

interface NetworksOptions {
  /** Public ranges that are ours. */
  readonly internal: readonly string[]
  readonly databases: readonly GeoDatabase[]
  /** Files with ranges that are known and harmless, and of clouds. */
  readonly benign: readonly string[]
  readonly cloud: readonly string[]
}

interface Where {
  readonly scope: Scope
  /** ISO 3166-1 alpha-2, where it is known. */
  readonly country: string | undefined
}

/** Local facts about addresses. */
export interface Networks {
  /** Undefined when the text is no address. */
  look(address: string): NetworkFacts | undefined
  /** The part of it that every event gets: quick, and remembered. */
  where(address: string): Where | undefined
  /** Reads the files again. A file that cannot be read is passed to `complain`, and its previous content stays active. */
  refresh(complain: (fault: unknown) => void): Promise<void>
}

/** Creates a table of networks with our own and the special ranges; `refresh` adds the files. */
export const createNetworks = ({ internal, databases, benign, cloud }: NetworksOptions): Networks => {
  const own = tableOf(internal.map((range) => [range, true]))
  const known = tableOf(resolvers.flatMap(([name, ...addresses]) => addresses.map((address) => [address, name])))
  let listed = known
  let clouds = tableOf<string>([])

  const scopeIn = (address: Address): Scope => (own.find(address) ? 'internal' : scopeOf(address))
  const where = (text: string): Where | undefined => {
    const address = parseMeant(text)
    if (!address) return undefined
    const scope = scopeIn(address)
    if (scope !== 'external') return { scope, country: undefined }
    const written = text.includes(':') ? formatAddress(address) : text
    for (const database of databases) {
      const { country } = database.place(written)
      if (country !== undefined) return { scope, country }
    }
    return { scope, country: undefined }
  }
  const look = (text: string): NetworkFacts | undefined => {
    const address = parseMeant(text)
    if (!address) return undefined
    const scope = scopeIn(address)
    const isInternal = scope === 'internal' || scope === 'loopback'
    const written = formatAddress(address)
    const place = scope === 'external' ? placeOf(written, databases) : {}
    const name = isInternal ? undefined : (listed.find(address) ?? known.find(address))
    return {
      ip_address: written,
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

  let recent = remember(where)
  const readTable = async (paths: readonly string[]): Promise<RangeTable<string>> => {
    const lists = await Promise.all(paths.map(readRangeList))
    return createRangeTable(lists.flatMap(({ name, ranges }) => ranges.map((range) => ({ range, value: name }))))
  }

  return {
    look,
    where: (text) => recent(text),
    async refresh(complain) {
      for (const database of databases) await database.refresh().catch(complain)
      listed = (await readTable(benign).catch(complain)) ?? listed
      clouds = (await readTable(cloud).catch(complain)) ?? clouds
      recent = remember(where)
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

/** Merges the answers of the databases; the first known value counts. */
const placeOf = (address: string, databases: readonly GeoDatabase[]): Place => {
  const places = databases.map((database) => database.place(address))
  const first = <Key extends keyof Place>(key: Key): Place[Key] =>
    places.find((place) => place[key] !== undefined)?.[key]
  return { country: first('country'), city: first('city'), asn: first('asn'), organization: first('organization') }
}

/** Public resolvers by the addresses that their operators publish for people to type in. */
const resolvers: readonly (readonly [name: string, ...addresses: string[]])[] = [
  ['AdGuard DNS', '94.140.14.14', '94.140.15.15', '2a10:50c0::ad1:ff', '2a10:50c0::ad2:ff'],
  ['Cisco OpenDNS', '208.67.222.222', '208.67.220.220', '2620:119:35::35', '2620:119:53::53'],
  ['Cloudflare DNS', '1.1.1.1', '1.0.0.1', '2606:4700:4700::1111', '2606:4700:4700::1001'],
  ['Google Public DNS', '8.8.8.8', '8.8.4.4', '2001:4860:4860::8888', '2001:4860:4860::8844'],
  ['Quad9', '9.9.9.9', '149.112.112.112', '2620:fe::fe', '2620:fe::9'],
]
