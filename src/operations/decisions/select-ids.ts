import type { Page, RowQuery } from '../../store/page.ts'
import { parseTime, parseTimeRange } from '../time.ts'

interface Selector {
  readonly ids?: readonly string[] | undefined
  readonly filter?: string | undefined
  readonly exclude: readonly string[]
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly as_of?: string | undefined
}

/** Resolves a selector to the IDs that it currently matches. */
export const selectIds = async <Item extends { readonly id: string; readonly created_at: string }>(
  { ids, filter = '', exclude, from, to, as_of }: Selector,
  now: number,
  rows: { list(query: RowQuery<Item>): Promise<Page<Item>> },
  parse: (
    q: string,
    now: number,
    path: string,
  ) => { readonly matches: (item: Item) => boolean; readonly fragments: readonly string[] },
): Promise<readonly string[]> => {
  const excluded = new Set(exclude)
  if (ids) return [...new Set(ids)].filter((id) => !excluded.has(id))
  const moment = as_of === undefined ? now : parseTime(as_of, now, 'end', 'as_of')
  const { matches, fragments } = parse(filter, moment, 'filter')
  const found: string[] = []
  let after: string | undefined
  do {
    const page = await rows.list({
      matches,
      fragments,
      ...parseTimeRange({ from, to }, moment),
      limit: 5_000,
      after,
    })
    for (const { id, created_at } of page.items) {
      if (!excluded.has(id) && (as_of === undefined || Date.parse(created_at) <= moment)) found.push(id)
    }
    after = page.next
  } while (after !== undefined)
  return found
}
