import type { Page, RowQuery } from '../store/store.ts'
import { parseRange } from './time.ts'

const most = 100_000

interface Selector {
  readonly ids?: readonly string[] | undefined
  readonly filter?: string | undefined
  readonly exclude: readonly string[]
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Finds what a selector means, as of now: at most 100,000. */
export const selectIds = async <Item extends { readonly id: string }>(
  { ids, filter = '', exclude, from, to }: Selector,
  now: number,
  rows: { list(query: RowQuery<Item>): Promise<Page<Item>> },
  parse: (
    q: string,
    now: number,
    path: string,
  ) => { readonly matches: (item: Item) => boolean; readonly pieces: readonly string[] },
): Promise<readonly string[]> => {
  const excluded = new Set(exclude)
  if (ids) return [...new Set(ids)].filter((id) => !excluded.has(id))
  const { matches, pieces } = parse(filter, now, 'filter')
  const found: string[] = []
  let after: string | undefined
  do {
    const page = await rows.list({ matches, pieces, ...parseRange({ from, to }, now), limit: 5_000, after })
    for (const { id } of page.items) if (!excluded.has(id)) found.push(id)
    after = page.next
  } while (after !== undefined && found.length < most)
  return found.slice(0, most)
}
