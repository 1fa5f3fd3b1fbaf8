import { setImmediate } from 'node:timers/promises'
import type { Event } from '../../schema/event/event.ts'
import type { Connections } from '../database.ts'
import type { BlockCache, BlockPart } from './event-block-cache.ts'
import { type ListedBlock, listBlocks } from './event-block-list.ts'
import type { FilterCache } from './event-filter-cache.ts'

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
  /** Only events after this position, in the scan's order. */
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

/** How many events are scanned between checks of the clock, and how long the scan runs before it yields, in ms. */
const sliceSize = 256
const turnMs = 8

/**
 * Finds the first matching events in order of time. Blocks are visited in order of their nearest edge, which is correct although they
 * overlap: once enough events were found, and the next block begins after the last of them, no better match can follow. Holds one block and
 * `limit` events; yields every few ms.
 */
export const scanBlocks = async (
  read: Connections['read'],
  cache: BlockCache,
  filters: FilterCache,
  scan: Scan,
): Promise<readonly FoundEvent[]> => {
  const tokens = (scan.tokens ?? []).filter((token) => token !== '')
  const newest = scan.order === 'newest'
  const compare = newest ? (a: EventPosition, b: EventPosition) => comparePlaces(b, a) : comparePlaces
  let found: readonly FoundEvent[] = []
  const worst = (): EventPosition | undefined => (found.length >= scan.limit ? found.at(-1)?.place : undefined)
  const rest = createRest(scan.signal)
  const listed = listBlocks(
    read,
    filters,
    {
      order: scan.order,
      from: newest ? scan.from : greater(scan.from, scan.after?.time),
      to: newest ? lesser(scan.to, scan.after?.time) : scan.to,
      words: [...tokens, ...(scan.values ?? [])],
      stream: scan.stream,
    },
    rest,
  )
  for await (const ref of cache.readAhead ? readAhead(listed, cache.readAhead) : listed) {
    scan.signal?.throwIfAborted()
    const last = worst()
    if (last && (newest ? ref.edge < last.time : ref.edge > last.time)) break
    for (const part of await cache.open(ref)) {
      if (!tokens.every((token) => part.block.mayContain(token))) continue
      // Making the text of each event takes several times as long as finding a rare word among the bytes.
      const [token] = tokens
      const holders = token === undefined ? undefined : part.block.find(token, sliceSize)
      for (const slice of slicesOf(part, newest)) {
        const more = search(slice, scan, tokens, holders, compare, worst())
        if (more.length > 0) {
          const seen = new Set(found.map(({ event }) => event.id))
          found = [...found, ...more.filter(({ event }) => !seen.has(event.id))]
            .sort((a, b) => compare(a.place, b.place))
            .slice(0, scan.limit)
        }
        await rest()
      }
    }
    await rest()
  }
  return found
}

/** How many blocks are read ahead at most. The first page of a search mostly needs few. */
const mostAhead = 8

/** Yields blocks while the next ones are being read, more of them in a longer search. */
async function* readAhead(
  listed: AsyncIterator<ListedBlock>,
  begin: (block: ListedBlock) => void,
): AsyncGenerator<ListedBlock> {
  const ahead: ListedBlock[] = []
  let isOver = false
  for (let most = 1; ; most = Math.min(most * 2, mostAhead)) {
    while (!isOver && ahead.length < most) {
      const { value, done } = await listed.next()
      isOver = done === true
      if (isOver) break
      begin(value)
      ahead.push(value)
    }
    const next = ahead.shift()
    if (!next) return
    yield next
  }
}

/** Creates a function that yields to other work if the last time was `turnMs` ago. */
const createRest = (signal: AbortSignal | undefined): (() => Promise<void>) => {
  let rested = performance.now()
  return async () => {
    if (performance.now() - rested < turnMs) return
    await setImmediate()
    signal?.throwIfAborted()
    rested = performance.now()
  }
}

/**
 * Cuts a part of a block into slices, in the order in which a scan usually finds its events, so that the events of later slices need not be
 * created.
 */
const slicesOf = (part: BlockPart, newest: boolean): readonly BlockPart[] => {
  const slices: BlockPart[] = []
  for (let start = part.start; start < part.end; start += sliceSize) {
    slices.push({ ...part, start, end: Math.min(part.end, start + sliceSize) })
  }
  return newest ? slices.reverse() : slices
}

const search = (
  { block, start, end }: BlockPart,
  scan: Scan,
  tokens: readonly string[],
  holders: ReadonlySet<number> | undefined,
  compare: (a: EventPosition, b: EventPosition) => number,
  worst: EventPosition | undefined,
): FoundEvent[] => {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, after, stream } = scan
  const found: FoundEvent[] = []
  for (let index = start; index < end; index += 1) {
    if (holders && !holders.has(index)) continue
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

const comparePlaces = (a: EventPosition, b: EventPosition): number =>
  a.time - b.time || a.partition - b.partition || a.number - b.number

const lesser = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

const greater = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
