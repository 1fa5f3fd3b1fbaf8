import { AppError } from '../../errors.ts'
import type { Event } from '../../schema/event/event.ts'
import { eventId, parseEventId } from '../../schema/record/record.ts'
import type { Connections, Transaction } from '../database.ts'
import type { Page, PageRequest, TimeRange } from '../page.ts'
import type { BlockObjects } from './block-objects.ts'
import { blockSize, decodeBlock } from './event-block.ts'
import { type BlockCache, createBlockCache, type ReportBroken } from './event-block-cache.ts'
import { compactBlocks } from './event-block-compaction.ts'
import { type EventPosition, type Scan, scanBlocks } from './event-block-scan.ts'
import {
  addCounts,
  EventTally,
  firstSlot,
  readSourceVolumes,
  readVolume,
  type SourceVolume,
  type VolumeRow,
} from './event-counts.ts'
import { createFilterCache } from './event-filter-cache.ts'
import { createPacking, type EventPacking, type PackedBlock, packEvents } from './event-packing.ts'
import { createEventRetention, type EventLimits, type SourceLimit } from './event-retention.ts'
import type { EventBlockRow } from './event-tables.ts'
import { sweepObjects } from './sweep-objects.ts'

export interface EventQuery extends TimeRange, PageRequest {
  /** The default is `newest`. A cursor is valid only for the order that it was created with. */
  readonly order?: 'newest' | 'oldest'
  readonly matches: (event: Event) => boolean
  /** Lower-case words that every match contains; blocks whose filter lacks one are skipped. */
  readonly tokens?: readonly string[]
  /** The same for field values: fragments that every match contains in one of its fields. */
  readonly values?: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Compressed blocks of events (architecture, decision 9). */
export interface EventStore {
  /** Prepares events to be saved, in part on another core. */
  packing(): EventPacking
  save(events: readonly Event[] | readonly PackedBlock[], tx: Transaction): Promise<void>
  get(id: string): Promise<Event | undefined>
  /** The events around one, of the same stream, in order of time. */
  around(id: string, before: number, after: number): Promise<readonly Event[]>
  search(query: EventQuery): Promise<Page<Event>>
  /** The numbers of the first and the last event of each partition. */
  spans(): Promise<readonly { readonly partition: number; readonly first: number; readonly last: number }[]>
  /** All events of a partition after a number, in order of acceptance, for training and recovery. */
  replay(partition: number, afterNumber: number): AsyncIterable<readonly Event[]>
  /** Joins small neighbouring blocks; returns how many were joined. */
  compact(): Promise<number>
  /** Removes blocks that ended before their limit, then the oldest until at most `maxBytes` remain. Returns the number of removed events. */
  retain(limits: EventLimits): Promise<number>
  /** Removes the objects that no block names and that are older than `grace`, in ms. Returns how many there were. */
  sweep(grace: number, signal?: AbortSignal): Promise<number>
  count(): Promise<{ readonly events: number; readonly blocks: number; readonly bytes: number }>
  /**
   * How many events there were in each bucket from `from` up to, not including, `to`; oldest first, buckets without events left out.
   * All three are multiples of `volumeSlot`.
   */
  volume(span: { readonly from: number; readonly to: number; readonly bucket: number }): Promise<readonly VolumeRow[]>
  /** Counts the events of each source. The ends are multiples of `volumeSlot`. */
  volumeBySource(span: { readonly from: number; readonly to: number }): Promise<readonly SourceVolume[]>
  /** Since when events are counted: the start of the slot of the earliest; undefined without one. */
  countedSince(): Promise<number | undefined>
}

/**
 * Stores events in compressed blocks, one row each; their payloads in `objects`, if object storage is configured. A block that cannot be
 * read is reported once and skipped.
 */
export const createEventStore = (
  connections: Connections,
  reportBroken: ReportBroken = () => {},
  objects?: BlockObjects,
): EventStore => {
  const { read } = connections
  const cache = createBlockCache(read, reportBroken, objects)
  const filters = createFilterCache(read)
  const scan = (request: Scan) => scanBlocks(read, cache, filters, request)
  /** A failure leaves objects without a row, which the sweep removes. */
  const removeObjects = async (rows: readonly Pick<EventBlockRow, 'object_name'>[]): Promise<void> => {
    for (const { object_name } of rows) {
      if (!objects || object_name === null) continue
      try {
        await objects.remove(object_name)
      } catch (error) {
        if (error instanceof AppError && error.retryable) return
        throw error
      }
    }
  }
  const retainEvents = createEventRetention(connections, removeObjects)
  return {
    packing: () => createPacking(objects),
    async save(events, tx) {
      const tally = new EventTally()
      const packed = arePacked(events) ? events : await packEvents(events, objects)
      for (const { row, counts } of await withoutKept(packed, tx, objects)) {
        await tx.insertInto('event_blocks').values(row).execute()
        tally.join(counts)
      }
      await addCounts(tally.rows(), tx)
    },

    get: (id) => findEvent(read, cache, id),

    async around(id, before, after) {
      const event = await findEvent(read, cache, id)
      if (!event) return []
      const base = { after: placeOf(event), stream: event.stream, matches: () => true }
      const earlier = before > 0 ? await scan({ ...base, order: 'newest', limit: before }) : []
      const later = after > 0 ? await scan({ ...base, order: 'oldest', limit: after }) : []
      return [...earlier.map((found) => found.event).reverse(), event, ...later.map((found) => found.event)]
    },

    async search({ after, limit, order = 'newest', ...query }) {
      const place = after === undefined ? undefined : readCursor(after)
      const found = await scan({ ...query, order, limit: limit + 1, after: place })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map(({ event }) => event),
        next: found.length > limit && last ? writeCursor(last.place) : undefined,
      }
    },

    async spans() {
      const rows = await read
        .selectFrom('event_blocks')
        .select(({ fn }) => ['partition', fn.min('first').as('first'), fn.max('last').as('last')])
        .groupBy('partition')
        .orderBy('partition')
        .execute()
      return rows.map(({ partition, first, last }) => ({ partition, first: Number(first), last: Number(last) }))
    },

    async *replay(partition, afterNumber) {
      let position = afterNumber
      for (;;) {
        const row = await read
          .selectFrom('event_blocks')
          .select(['id', 'partition', 'first', 'last'])
          .where('partition', '=', partition)
          .where('first', '>', position - blockSize)
          .where('last', '>', position)
          .orderBy('first')
          .limit(1)
          .executeTakeFirst()
        if (!row) return
        const ref = { id: row.id, partition, first: Math.max(position + 1, Number(row.first)), last: Number(row.last) }
        for (const { block, start, end } of await cache.open(ref)) {
          if (end > start) yield Array.from({ length: end - start }, (_, index) => block.event(start + index))
        }
        position = ref.last
      }
    },

    compact: () => compactBlocks(connections, cache, objects),

    async retain(limits) {
      const dropped = await retainEvents(limits)
      const longest = Math.min(limits.before ?? Number.NEGATIVE_INFINITY, ...(limits.sources ?? []).flatMap(beforeOf))
      if (Number.isFinite(longest)) {
        await connections.transaction((tx) => tx.deleteFrom('event_counts').where('slot', '<', longest).execute())
      }
      return dropped
    },

    sweep: async (grace, signal) => (objects ? sweepObjects(read, objects, grace, signal) : 0),

    async count() {
      const row = await read
        .selectFrom('event_blocks')
        .select(({ fn }) => [fn.sum('count').as('events'), fn.countAll().as('blocks'), fn.sum('bytes').as('bytes')])
        .executeTakeFirst()
      return { events: Number(row?.events ?? 0), blocks: Number(row?.blocks ?? 0), bytes: Number(row?.bytes ?? 0) }
    },

    volume: (span) => readVolume(read, span),
    volumeBySource: (span) => readSourceVolumes(read, span),
    countedSince: () => firstSlot(read),
  }
}

const beforeOf = ({ before }: SourceLimit): readonly number[] => (before === undefined ? [] : [before])

const arePacked = (events: readonly Event[] | readonly PackedBlock[]): events is readonly PackedBlock[] =>
  events[0] !== undefined && 'row' in events[0]

/** Skips stored events: a repeated delivery changes nothing, even after its block was merged with others. */
const withoutKept = async (
  packed: readonly PackedBlock[],
  tx: Transaction,
  objects: BlockObjects | undefined,
): Promise<readonly PackedBlock[]> => {
  const rest: PackedBlock[] = []
  for (const block of packed) {
    const { payload } = block
    const { partition, first, last } = block.row
    const kept = await tx
      .selectFrom('event_blocks')
      .select(['first', 'last'])
      .where('partition', '=', partition)
      .where('first', '>', first - blockSize)
      .where('first', '<=', last)
      .where('last', '>=', first)
      .execute()
    if (kept.length === 0) rest.push(block)
    else {
      const isKept = (number: number) =>
        kept.some((other) => number >= Number(other.first) && number <= Number(other.last))
      const fresh = decodeBlock(payload).filter((_, index) => !isKept(first + index))
      rest.push(...(await packEvents(fresh, objects)))
    }
  }
  return rest
}

const findEvent = async (read: Connections['read'], cache: BlockCache, id: string): Promise<Event | undefined> => {
  const place = parseEventId(id)
  if (!place || eventId(place.partition, place.number) !== id) return undefined
  const row = await read
    .selectFrom('event_blocks')
    .select(['id', 'last'])
    .where('partition', '=', place.partition)
    .where('first', '>', place.number - blockSize)
    .where('first', '<=', place.number)
    .where('last', '>=', place.number)
    .executeTakeFirst()
  if (!row) return undefined
  const first = parseEventId(row.id)?.number ?? place.number
  const parts = await cache.open({ id: row.id, partition: place.partition, first, last: Number(row.last) })
  for (const { block } of parts) {
    const index = place.number - block.first
    if (index >= 0 && index < block.count) return block.event(index)
  }
  return undefined
}

const placeOf = (event: Event): EventPosition => ({
  time: event.time,
  ...(parseEventId(event.id) ?? { partition: 0, number: 0 }),
})

const writeCursor = ({ time, partition, number }: EventPosition): string =>
  Buffer.from(`${time}/${partition}-${number}`).toString('base64url')

const readCursor = (cursor: string): EventPosition => {
  const match = /^(-?\d+(?:\.\d+)?)\/(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  const id = match?.[2] === undefined ? undefined : parseEventId(match[2])
  if (match && id) return { time: Number(match[1]), ...id }
  throw new AppError('INVALID_REQUEST', 'The cursor is not one of ours.', {
    errors: [{ path: 'cursor', message: 'is not valid', hint: 'Use next_cursor of the previous page, or omit it.' }],
  })
}
