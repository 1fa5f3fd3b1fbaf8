import { type Address, parseRange } from '../lib/address/address.ts'
import { createRangeTable, type RangeTable } from '../lib/address/range-table.ts'
import { parseMeant } from '../lib/address/scope.ts'
import type { Asset } from '../schema/asset.ts'
import { remember } from './recent.ts'

/** The assets in memory, as events and alerts ask for them. */
export interface AssetBook {
  readonly size: number
  byId(id: string): Asset | undefined
  /** By name, with or without its domain, in any case. */
  byHost(name: string): Asset | undefined
  /** By the narrowest range that an address lies in. */
  byAddress(address: string): Asset | undefined
  /** Takes these in place of all that there were. */
  replace(assets: readonly Asset[]): void
}

/** Makes an empty book. Of two assets with one name or range, the active one counts, then the latest one. */
export const createAssetBook = (): AssetBook => {
  let size = 0
  let ids: ReadonlyMap<string, Asset> = new Map()
  let names: ReadonlyMap<string, Asset> = new Map()
  let shortNames: ReadonlyMap<string, Asset | null> = new Map()
  let ranges: RangeTable<Asset> = createRangeTable([])
  const lookHost = (text: string): Asset | undefined => {
    const name = text.toLowerCase().replace(/\.$/, '')
    const known = names.get(name)
    if (known) return known
    const short = shortOf(name)
    // A full name matches an imported bare name; a bare name matches the only full name that begins with it.
    return short === name ? (shortNames.get(name) ?? undefined) : names.get(short)
  }
  const lookAddress = (text: string): Asset | undefined => {
    const address: Address | undefined = parseMeant(text)
    return address && ranges.find(address)
  }
  let recentHost = remember(lookHost)
  let recentAddress = remember(lookAddress)

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
      recentHost = remember(lookHost)
      recentAddress = remember(lookAddress)
    },
  }
}

const shortOf = (name: string): string => name.split('.', 1)[0] ?? name
