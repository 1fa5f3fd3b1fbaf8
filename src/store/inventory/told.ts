import type { Transaction } from '../database.ts'
import type { Page, PageRequest } from '../page.ts'

/** Imported items by id. */
export interface ToldStore<Item> {
  save(items: readonly Item[], tx: Transaction): Promise<void>
  get(id: string): Promise<Item | undefined>
  list(query: PageRequest & { readonly matches?: ((item: Item) => boolean) | undefined }): Promise<Page<Item>>
  /** All of them: what the tables in memory are made of. */
  all(): Promise<readonly Item[]>
  /** Something that is another text once anything of them changed. */
  state(): Promise<string>
}
