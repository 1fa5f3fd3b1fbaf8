import { setImmediate } from 'node:timers/promises'
import { matchSource } from '../../lib/match-source.ts'
import type { Connections } from '../database.ts'
import { createPace } from '../pace.ts'
import { batches } from '../write-rows.ts'
import type { EventBlockRow } from './event-tables.ts'

/** The limits of some sources. Times in ms; undefined: the general limit applies. */
export interface SourceLimit {
  /** The name of the source; `*` stands for any characters. */
  readonly source: string
  /** Blocks that ended before are removed; `Number.NEGATIVE_INFINITY` keeps them all. */
  readonly before?: number | undefined
  readonly maxBytes?: number | undefined
}

export interface EventLimits {
  readonly before?: number | undefined
  readonly maxBytes?: number | undefined
  /** The first that has a source decides about it. */
  readonly sources?: readonly SourceLimit[]
}

type StoredBlock = Pick<EventBlockRow, 'id' | 'last'>
type RemoveObjects = (rows: readonly Pick<EventBlockRow, 'object_name'>[]) => Promise<void>

/** How many blocks are read at once to be dropped, and how many go in one transaction. */
const dropSize = 256
const firstStep = 8
/** After this many runs, all blocks are read again, because events with earlier times may have arrived: once a day. */
const runsOfRound = 144

/**
 * Creates the retention of events, which removes whole blocks. A block with events of several sources is stored until the limits of all of
 * them have passed. Blocks that a shorter limit has kept are not checked again before a longer one.
 */
export const createEventRetention = (connections: Connections, removeObjects: RemoveObjects) => {
  const { read } = connections
  /** Up to which time the blocks were looked at, by the rank of the limit. */
  const examined: number[] = []
  let runs = 0

  const dropEnded = async ({ before, sources = [] }: DecidedLimits): Promise<number> => {
    const general = before ?? Number.NEGATIVE_INFINITY
    const limitOf = (source: string) => sources.find(({ has }) => has(source))?.before ?? general
    const limits = [...new Set([general, ...sources.flatMap((limit) => limit.before ?? [])])].toSorted((a, b) => b - a)
    let dropped = 0
    if (runs % runsOfRound === 0) examined.length = 0
    runs += 1
    for (const [rank, limit] of limits.entries()) {
      if (limit === Number.NEGATIVE_INFINITY) continue
      const longer = limits[rank + 1]
      // The longest limit removes every block that it finds, so there is nothing to skip.
      let from = Math.max(
        longer ?? Number.NEGATIVE_INFINITY,
        (longer === undefined ? undefined : examined[rank]) ?? Number.NEGATIVE_INFINITY,
      )
      for (;;) {
        const rows = await read
          .selectFrom('event_blocks')
          .select(['id', 'last', 'max_time', 'sources'])
          .where('max_time', '<', limit)
          .$if(Number.isFinite(from), (some) => some.where('max_time', '>=', from))
          .orderBy('max_time')
          .limit(dropSize)
          .execute()
        const over = rows.filter(({ max_time, sources: names }) =>
          namesOf(names).every((source) => Number(max_time) < limitOf(source)),
        )
        dropped += await drop(over)
        const last = Number(rows.at(-1)?.max_time ?? from)
        if (rows.length < dropSize) break
        // Many blocks may end at the same time: the rest of them waits for the next longer limit.
        from = over.length === 0 && last === from ? last + 1 : last
      }
      examined[rank] = limit
    }
    return dropped
  }

  /** Removes the oldest of some blocks until the rest has at most `most` bytes. */
  const dropOldest = async (total: number, most: number, lists?: readonly string[]): Promise<number> => {
    let excess = total - most
    let dropped = 0
    while (excess > 0) {
      const rows = await read
        .selectFrom('event_blocks')
        .select(['id', 'last', 'bytes'])
        .$if(lists !== undefined, (some) => some.where('sources', 'in', lists ?? []))
        .orderBy('max_time')
        .orderBy('id')
        .limit(dropSize)
        .execute()
      const going: typeof rows = []
      for (const row of rows) {
        if (excess <= 0) break
        going.push(row)
        excess -= Number(row.bytes)
      }
      if (going.length === 0) return dropped
      dropped += await drop(going)
    }
    return dropped
  }

  /** Leaves a block that was joined with others meanwhile: its events may be younger. The next run decides about it. */
  const drop = async (rows: readonly StoredBlock[]): Promise<number> => {
    const pace = createPace({ least: firstStep, most: dropSize })
    let dropped = 0
    for (let at = 0; at < rows.length; ) {
      const step = rows.slice(at, at + pace.size)
      at += step.length
      const began = performance.now()
      const gone = await connections.transaction((tx) =>
        tx
          .deleteFrom('event_blocks')
          .where((where) => where.or(step.map(({ id, last }) => where.and({ id, last }))))
          .returning(['count', 'object_name'])
          .execute(),
      )
      pace.took(performance.now() - began)
      dropped += gone.reduce((total, row) => total + Number(row.count), 0)
      await removeObjects(gone)
      await setImmediate()
    }
    return dropped
  }

  const dropExcess = async ({ maxBytes, sources = [] }: DecidedLimits): Promise<number> => {
    if (maxBytes === undefined && !sources.some((limit) => limit.maxBytes !== undefined)) return 0
    const sizes = async () =>
      (
        await read
          .selectFrom('event_blocks')
          .select(({ fn }) => ['sources', fn.sum('bytes').as('bytes')])
          .groupBy('sources')
          .execute()
      ).map((row) => ({ sources: row.sources, bytes: Number(row.bytes) }))
    const sum = (some: readonly { readonly bytes: number }[]) => some.reduce((total, { bytes }) => total + bytes, 0)
    const found = await sizes()
    let dropped = 0
    for (const limit of sources) {
      if (limit.maxBytes === undefined) continue
      const decides = (source: string) => sources.find(({ has }) => has(source)) === limit
      const own = found.filter((one) => namesOf(one.sources).every(decides))
      const lists = own.map((one) => one.sources)
      // So many sources share no block; the limit of each statement is far above.
      for (const part of batches(lists)) {
        const share = own.filter((one) => part.includes(one.sources))
        dropped += await dropOldest(sum(share), (limit.maxBytes * sum(share)) / Math.max(1, sum(own)), part)
      }
    }
    if (maxBytes !== undefined) dropped += await dropOldest(sum(dropped > 0 ? await sizes() : found), maxBytes)
    return dropped
  }

  return async ({ sources = [], ...general }: EventLimits): Promise<number> => {
    const limits = { ...general, sources: sources.map((limit) => ({ ...limit, has: matchSource(limit.source) })) }
    return (await dropEnded(limits)) + (await dropExcess(limits))
  }
}

interface DecidedLimits extends Omit<EventLimits, 'sources'> {
  readonly sources?: readonly (SourceLimit & { readonly has: (source: string) => boolean })[]
}

const namesOf = (list: string): readonly string[] => JSON.parse(list)
