import { setImmediate } from 'node:timers/promises'
import type { Event } from '../../schema/event.ts'
import type { Connections } from '../database.ts'
import type { BlockCache, BlockPart, BlockRef } from './event-block-cache.ts'
import { mayContain } from './token-filter.ts'

/** The place of an event in the order of all: by time, then by partition and number. */
export interface EventPosition {
  readonly time: number
  readonly partition: number
  readonly number: number
}

export interface Scan {
  readonly order: 'newest' | 'oldest'
  readonly limit: number
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only what comes after this place, in the scan's order. */
  readonly after?: EventPosition | undefined
  readonly matches: (event: Event) => boolean
  /** Lower-case fragments that every match contains in its text, and in one of its fields. */
  readonly tokens?: readonly string[] | undefined
  readonly values?: readonly string[] | undefined
  readonly stream?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface FoundEvent {
  readonly place: EventPosition
  readonly event: Event
}

interface ListedBlock extends BlockRef {
  /** The time of its first event in the scan's order: nothing in it comes earlier. */
  readonly edge: number
}

/** How many blocks are looked up at once. */
const pageSize = 64
/** How many events are looked at between looks at the clock, and how long others wait for their turn, in ms. */
const sliceSize = 256
const turnMs = 8

/**
 * Finds the first events in order of time that match. Blocks are visited in order of their nearest edge, which is right although
 * they overlap: once enough was found, and the next block begins behind the last of it, nothing better can come.
 * Holds one block and `limit` events; lets others run every few ms.
 */
export const scanBlocks = async (
  read: Connections['read'],
  cache: BlockCache,
  scan: Scan,
): Promise<readonly FoundEvent[]> => {
  const tokens = (scan.tokens ?? []).filter((token) => token !== '')
  const compare = scan.order === 'newest' ? (a: EventPosition, b: EventPosition) => comparePlaces(b, a) : comparePlaces
  let found: readonly FoundEvent[] = []
  let rested = performance.now()
  const isFull = (): boolean => found.length >= scan.limit
  const worst = (): EventPosition | undefined => (isFull() ? found.at(-1)?.place : undefined)

  for await (const listed of listBlocks(read, scan, [...tokens, ...(scan.values ?? [])])) {
    scan.signal?.throwIfAborted()
    const last = worst()
    if (last && (scan.order === 'newest' ? listed.edge < last.time : listed.edge > last.time)) break
    const parts = await cache.open(listed)
    const seen = new Set(found.map(({ event }) => event.id))
    const more: FoundEvent[] = []
    for (const part of parts) {
      for (let start = part.start; start < part.end; start += sliceSize) {
        const slice = { ...part, start, end: Math.min(part.end, start + sliceSize) }
        more.push(...search(slice, scan, tokens, compare, last).filter(({ event }) => !seen.has(event.id)))
        if (performance.now() - rested < turnMs) continue
        await setImmediate()
        scan.signal?.throwIfAborted()
        rested = performance.now()
      }
    }
    if (more.length > 0) {
      found = [...found, ...more].sort((a, b) => compare(a.place, b.place)).slice(0, scan.limit)
    }
    await setImmediate()
    rested = performance.now()
  }
  return found
}

const search = (
  { block, start, end }: BlockPart,
  scan: Scan,
  tokens: readonly string[],
  compare: (a: EventPosition, b: EventPosition) => number,
  worst: EventPosition | undefined,
): FoundEvent[] => {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, after, stream } = scan
  const found: FoundEvent[] = []
  for (let index = start; index < end; index += 1) {
    const time = block.times[index] ?? 0
    if (time < from || time > to) continue
    const place = { time, partition: block.partition, number: block.first + index }
    if ((after && compare(place, after) <= 0) || (worst && compare(place, worst) >= 0)) continue
    if (stream !== undefined && block.stream(index) !== stream) continue
    if (tokens.length > 0) {
      const text = block.text(index).toLowerCase()
      if (!tokens.every((token) => text.includes(token))) continue
    }
    const event = block.event(index)
    if (scan.matches(event)) found.push({ place, event })
  }
  return found
}

/** Lists the blocks that may hold something, nearest edge first. */
async function* listBlocks(
  read: Connections['read'],
  scan: Scan,
  fragments: readonly string[],
): AsyncGenerator<ListedBlock> {
  const newest = scan.order === 'newest'
  const edge = newest ? 'max_time' : 'min_time'
  const direction = newest ? 'desc' : 'asc'
  const beyond = newest ? '<' : '>'
  const [low, high] = newest
    ? [scan.from, lesser(scan.to, scan.after?.time)]
    : [greater(scan.from, scan.after?.time), scan.to]
  let cursor: { readonly edge: number; readonly id: string } | undefined
  for (;;) {
    let query = read
      .selectFrom('event_blocks')
      .select(['id', 'partition', 'first', 'last', 'min_time', 'max_time'])
      .orderBy(edge, direction)
      .orderBy('id', direction)
      .limit(pageSize)
    if (low !== undefined) query = query.where('max_time', '>=', Math.floor(low))
    if (high !== undefined) query = query.where('min_time', '<=', Math.ceil(high))
    const after = cursor
    if (after) {
      query = query.where((where) =>
        where.or([
          where(edge, beyond, after.edge),
          where.and([where(edge, '=', after.edge), where('id', beyond, after.id)]),
        ]),
      )
    }
    const rows = await query
      .$if(fragments.length > 0, (some) => some.select('filter'))
      .$if(scan.stream !== undefined, (some) => some.select('streams'))
      .execute()
    for (const row of rows) {
      cursor = { edge: Number(row[edge]), id: row.id }
      if (row.filter && !mayContain(row.filter, fragments)) continue
      if (scan.stream !== undefined && row.streams && !row.streams.includes(JSON.stringify(scan.stream))) continue
      yield {
        id: row.id,
        partition: Number(row.partition),
        first: Number(row.first),
        last: Number(row.last),
        edge: cursor.edge,
      }
    }
    if (rows.length < pageSize) return
  }
}

const comparePlaces = (a: EventPosition, b: EventPosition): number =>
  a.time - b.time || a.partition - b.partition || a.number - b.number

const lesser = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

const greater = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
