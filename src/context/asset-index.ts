import { type Address, parseRange } from '../lib/address/address.ts'
import { createRangeTable, type RangeTable } from '../lib/address/range-table.ts'
import { parseMeant } from '../lib/address/scope.ts'
import { memoize } from '../lib/memoize/memoize.ts'
import type { Asset } from '../schema/inventory/asset.ts'

/** The assets in memory, indexed for events and alerts. */
export interface AssetIndex {
  readonly size: number
  byId(id: string): Asset | undefined
  /** Finds by hostname, with or without the domain, in any case. */
  byHost(name: string): Asset | undefined
  /** Finds by the narrowest range that contains an address. */
  byAddress(address: string): Asset | undefined
  /** Replaces all assets. */
  replace(assets: readonly Asset[]): void
}

/** Creates an empty index. If two assets share a name or range, the active one counts, then the most recently changed one. */
export const createAssetIndex = (): AssetIndex => {
  let size = 0
  let ids: ReadonlyMap<string, Asset> = new Map()
  let names: ReadonlyMap<string, Asset> = new Map()
  let shortNames: ReadonlyMap<string, Asset | null> = new Map()
  let ranges: RangeTable<Asset> = createRangeTable([])
  const findHost = (text: string): Asset | undefined => {
    const name = text.toLowerCase().replace(/\.$/, '')
    const known = names.get(name)
    if (known) return known
    const short = shortOf(name)
    // A full name matches an imported bare name; a bare name matches the only full name that begins with it.
    return short === name ? (shortNames.get(name) ?? undefined) : names.get(short)
  }
  const findAddress = (text: string): Asset | undefined => {
    const address: Address | undefined = parseMeant(text)
    return address && ranges.find(address)
  }
  let recentHost = memoize(findHost)
  let recentAddress = memoize(findAddress)

  return {
    get size() {
      return size
    },
    byId: (id) => ids.get(id.toLowerCase()),
    byHost: (name) => (size === 0 ? undefined : recentHost(name)),
    byAddress: (address) => (size === 0 ? undefined : recentAddress(address)),
    replace(assets) {
      const sorted = assets.toSorted(
        (a, b) => Number(a.is_active) - Number(b.is_active) || (a.updated_at < b.updated_at ? -1 : 1),
      )
      size = sorted.length
      ids = new Map(sorted.map((asset) => [asset.asset_id.toLowerCase(), asset]))
      const named = sorted.flatMap((asset) => asset.hostnames.map((name) => [name.toLowerCase(), asset] as const))
      names = new Map(named)
      const short = new Map<string, Asset | null>()
      for (const [name, asset] of named) {
        const before = short.get(shortOf(name))
        short.set(shortOf(name), before === undefined || before === asset ? asset : null)
      }
      shortNames = short
      ranges = createRangeTable(
        sorted.flatMap((asset) =>
          asset.addresses.flatMap((text) => {
            const range = parseRange(text)
            return range ? [{ range, value: asset }] : []
          }),
        ),
      )
      recentHost = memoize(findHost)
      recentAddress = memoize(findAddress)
    },
  }
}

const shortOf = (name: string): string => name.split('.', 1)[0] ?? name
