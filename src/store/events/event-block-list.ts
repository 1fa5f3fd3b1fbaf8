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

/** Lists the blocks that may contain a match, nearest edge first. Calls `rest` to yield to other work. */
export async function* listBlocks(
  read: Connections['read'],
  filters: FilterCache,
  query: BlockQuery,
  rest: () => Promise<void>,
): AsyncGenerator<ListedBlock> {
  const streamText = query.stream === undefined ? undefined : JSON.stringify(query.stream)
  let cursor: Cursor | undefined
  // The names of all streams of a block may be long.
  const most = query.stream === undefined ? largestPage : firstPage
  for (let size = firstPage; ; size = Math.min(most, size * 4)) {
    const rows = await readPage(read, query, size, cursor)
    for (let start = 0; start < rows.length; start += filtersAtOnce) {
      const some = rows.slice(start, start + filtersAtOnce)
      const held = query.words.length > 0 ? await filters.read(some) : []
      for (const [index, { streams, ...block }] of some.entries()) {
        const filter = held[index]
        if (filter && !blockMayContain(filter, query.words)) continue
        if (streamText !== undefined && streams && !streams.includes(streamText)) continue
        yield block
      }
      await rest()
    }
    const last = rows.at(-1)
    if (!last || rows.length < size) return
    cursor = last
  }
}

interface Cursor {
  readonly id: string
  readonly edge: number
}

const readPage = async (read: Connections['read'], query: BlockQuery, size: number, after: Cursor | undefined) => {
  const newest = query.order === 'newest'
  const edge = newest ? 'max_time' : 'min_time'
  const direction = newest ? 'desc' : 'asc'
  const beyond = newest ? '<' : '>'
  let rows = read
    .selectFrom('event_blocks')
    .select(['id', 'partition', 'first', 'last', 'min_time', 'max_time'])
    .orderBy(edge, direction)
    .orderBy('id', direction)
    .limit(size)
  if (query.from !== undefined) rows = rows.where('max_time', '>=', Math.floor(query.from))
  if (query.to !== undefined) rows = rows.where('min_time', '<=', Math.ceil(query.to))
  if (after) {
    rows = rows.where((where) =>
      where.or([
        where(edge, beyond, after.edge),
        where.and([where(edge, '=', after.edge), where('id', beyond, after.id)]),
      ]),
    )
  }
  const found = await rows.$if(query.stream !== undefined, (some) => some.select('streams')).execute()
  return found.map(({ id, partition, first, last, streams, ...row }) => ({
    id,
    partition: Number(partition),
    first: Number(first),
    last: Number(last),
    maxTime: Number(row.max_time),
    edge: Number(row[edge]),
    streams,
  }))
}
