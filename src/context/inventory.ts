import type { Asset } from '../schema/inventory/asset.ts'
import type { Person } from '../schema/inventory/person.ts'
import { type AssetIndex, createAssetIndex } from './asset-index.ts'
import { createPersonIndex, type PersonIndex } from './person-index.ts'

interface Source<Item> {
  all(): Promise<readonly Item[]>
  /** A version string that changes with the data. */
  state(): Promise<string>
}

/** The imported assets and users, in memory. */
export interface Inventory {
  readonly assets: AssetIndex
  readonly people: PersonIndex
  /** Reads the data again if it changed. */
  refresh(): Promise<void>
}

/** Creates indexes that follow the store. `refresh` also reads imports by other processes. */
export const createInventory = (sources: {
  readonly assets: Source<Asset>
  readonly people: Source<Person>
}): Inventory => {
  const assets = createAssetIndex()
  const people = createPersonIndex()
  const followAssets = follow(sources.assets, assets)
  const followPeople = follow(sources.people, people)
  return {
    assets,
    people,
    async refresh() {
      await followAssets()
      await followPeople()
    },
  }
}

const follow = <Item>(source: Source<Item>, index: { replace(items: readonly Item[]): void }) => {
  let version = ''
  return async (): Promise<void> => {
    // Read the state first, so that the next refresh notices a write during this one.
    const state = await source.state()
    if (state === version) return
    index.replace(await source.all())
    version = state
  }
}
