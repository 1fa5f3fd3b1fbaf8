import type { Connections } from '../database.ts'
import { blockMayContain } from './block-filter.ts'
import type { BlockRef } from './event-block-cache.ts'
import type { FilterCache } from './event-filter-cache.ts'

/** The blocks to list. Times in ms. */
export interface BlockQuery {
  readonly order: 'newest' | 'oldest'
  /** Only blocks that reach into this span. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only blocks whose filter contains all of these lower-case words. */
  readonly words: readonly string[]
  readonly stream?: string | undefined
}

export interface ListedBlock extends BlockRef {
  /** The time of its first event in the order of the query: none of its events comes earlier. */
  readonly edge: number
}

/** How many blocks are listed at once: few at first, because most pages are full soon. */
const firstPage = 64
const largestPage = 1_024
/** How many filters are read at once: at most 5 MB, which takes a few ms. */
const filtersAtOnce = 128

/**
 * Lists the blocks that may contain a match, nearest edge first. Blocks may be joined meanwhile: one that was joined from listed and other
 * blocks has its edge before the cursor, and is listed with the next page. Calls `rest` to yield to other work.
 */
export async function* listBlocks(
  read: Connections['read'],
  filters: FilterCache,
  query: BlockQuery,
  rest: () => Promise<void>,
): AsyncGenerator<ListedBlock> {
  const streamText = query.stream === undefined ? undefined : JSON.stringify(query.stream)
  let cursor: ListedRow | undefined
  /** Listed blocks that reach beyond the cursor. */
  let reaching: readonly ListedRow[] = []
  // The names of all streams of a block may be long.
  const most = query.stream === undefined ? largestPage : firstPage
  for (let size = firstPage; ; size = Math.min(most, size * 4)) {
    const page = await readPage(read, query, size, cursor)
    // In this order: a block that was joined before the page was read is missing in it, and exists now.
    const joined = cursor ? await readReaching(read, query, cursor) : []
    const known = new Set(reaching.map(keyOf))
    const rows = [...joined.filter((row) => !known.has(keyOf(row))), ...page]
    for (let start = 0; start < rows.length; start += filtersAtOnce) {
      const some = rows.slice(start, start + filtersAtOnce)
      const held = query.words.length > 0 ? await filters.read(some) : []
      for (const [index, { streams, farEdge: _, ...block }] of some.entries()) {
        const filter = held[index]
        if (filter && !blockMayContain(filter, query.words)) continue
        if (streamText !== undefined && streams && !streams.includes(streamText)) continue
        yield block
      }
      await rest()
    }
    const last = page.at(-1)
    if (!last || page.length < size) return
    cursor = last
    const isBeyond = ({ farEdge }: ListedRow) =>
      query.order === 'newest' ? farEdge <= last.edge : farEdge >= last.edge
    reaching = [...reaching, ...rows].filter(isBeyond)
  }
}

type ListedRow = Awaited<ReturnType<typeof readPage>>[number]

const keyOf = ({ id, last }: BlockRef): string => `${id}:${last}`

/** The columns of the nearest and the farthest edge in an order, and what is farther. */
const edgesOf = (order: BlockQuery['order']) =>
  order === 'newest'
    ? ({ edge: 'max_time', farEdge: 'min_time', direction: 'desc', beyond: '<', before: '>' } as const)
    : ({ edge: 'min_time', farEdge: 'max_time', direction: 'asc', beyond: '>', before: '<' } as const)

const readPage = async (
  read: Connections['read'],
  query: BlockQuery,
  size: number,
  after: { readonly id: string; readonly edge: number } | undefined,
) => {
  const { edge, direction, beyond } = edgesOf(query.order)
  let rows = selectBlocks(read, query).orderBy(edge, direction).orderBy('id', direction).limit(size)
  if (after) {
    rows = rows.where((where) =>
      where.or([
        where(edge, beyond, after.edge),
        where.and([where(edge, '=', after.edge), where('id', beyond, after.id)]),
      ]),
    )
  }
  return toListed(query, await rows.execute())
}

/** The blocks on both sides of a cursor: among them is each block that was joined from some before it and others after it. */
const readReaching = async (
  read: Connections['read'],
  query: BlockQuery,
  cursor: { readonly edge: number },
): Promise<readonly ListedRow[]> => {
  const { edge, farEdge, beyond, before } = edgesOf(query.order)
  const rows = selectBlocks(read, query)
    .where(edge, `${before}=`, cursor.edge)
    .where(farEdge, `${beyond}=`, cursor.edge)
  return toListed(query, await rows.execute())
}

const selectBlocks = (read: Connections['read'], { from, to, stream }: BlockQuery) =>
  read
    .selectFrom('event_blocks')
    .select(['id', 'partition', 'first', 'last', 'min_time', 'max_time'])
    .$if(from !== undefined, (some) => some.where('max_time', '>=', Math.floor(from ?? 0)))
    .$if(to !== undefined, (some) => some.where('min_time', '<=', Math.ceil(to ?? 0)))
    .$if(stream !== undefined, (some) => some.select('streams'))

const toListed = ({ order }: BlockQuery, rows: Awaited<ReturnType<ReturnType<typeof selectBlocks>['execute']>>) => {
  const { edge, farEdge } = edgesOf(order)
  return rows.map(({ id, partition, first, last, streams, ...row }) => ({
    id,
    partition: Number(partition),
    first: Number(first),
    last: Number(last),
    maxTime: Number(row.max_time),
    edge: Number(row[edge]),
    farEdge: Number(row[farEdge]),
    streams,
  }))
}
