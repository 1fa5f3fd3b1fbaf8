import type { Asset } from '../schema/asset.ts'
import type { Person } from '../schema/person.ts'
import { type AssetBook, createAssetBook } from './asset-book.ts'
import { createPersonBook, type PersonBook } from './person-book.ts'

interface Source<Item> {
  all(): Promise<readonly Item[]>
  /** Another text once anything of them changed. */
  state(): Promise<string>
}

/** The imported assets and users, in memory. */
export interface Told {
  readonly assets: AssetBook
  readonly people: PersonBook
  /** Reads what changed since; cheap when nothing did. */
  refresh(): Promise<void>
}

/** Makes books that follow the store: what another process imports is known here as soon as they are refreshed. */
export const createTold = (sources: { readonly assets: Source<Asset>; readonly people: Source<Person> }): Told => {
  const assets = createAssetBook()
  const people = createPersonBook()
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

const follow = <Item>(source: Source<Item>, book: { replace(items: readonly Item[]): void }) => {
  let known = ''
  return async (): Promise<void> => {
    // Read the state first, so that the next refresh notices a write during this one.
    const state = await source.state()
    if (state === known) return
    book.replace(await source.all())
    known = state
  }
}
