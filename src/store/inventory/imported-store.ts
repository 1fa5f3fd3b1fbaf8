import type { Transaction } from '../database.ts'
import type { Page, PageRequest } from '../page.ts'

/** Imported items by id. */
export interface ImportedStore<Item> {
  save(items: readonly Item[], tx: Transaction): Promise<void>
  get(id: string): Promise<Item | undefined>
  list(query: PageRequest & { readonly matches?: ((item: Item) => boolean) | undefined }): Promise<Page<Item>>
  /** Returns all items, for the indexes in memory. */
  all(): Promise<readonly Item[]>
  /** Returns a version string that changes with the data. */
  state(): Promise<string>
}
