import { sql } from 'kysely'
import type { Event } from '../../schema/event/event.ts'
import { addVolume, type EventVolume, noVolume, volumeKind, volumeSlot } from '../../schema/event/event-volume.ts'
import type { Connections, Transaction } from '../database.ts'
import { upsert } from '../write-rows.ts'
import type { EventCountRow } from './event-tables.ts'

export interface VolumeRow extends EventVolume {
  /** The start of the bucket. */
  readonly time: number
}

/** Counts events by the slot of their time and by source. */
export class EventTally {
  readonly #sources = new Map<string, Map<number, EventCountRow>>()
  /** The row of the last event: mostly that of the next one, too. */
  #last: EventCountRow | undefined

  add({ time, source, fields }: Event): void {
    const slot = Math.floor(time / volumeSlot) * volumeSlot
    let row = this.#last
    if (row?.slot !== slot || row.source !== source) {
      row = this.#rowOf(slot, source)
      this.#last = row
    }
    row[volumeKind(fields['log.level'])] += 1
  }

  join(rows: readonly EventCountRow[]): void {
    for (const { slot, source, ...counted } of rows) {
      const row = this.#rowOf(slot, source)
      Object.assign(row, addVolume(row, counted))
    }
  }

  rows(): EventCountRow[] {
    return [...this.#sources.values()].flatMap((slots) => [...slots.values()])
  }

  #rowOf(slot: number, source: string): EventCountRow {
    let slots = this.#sources.get(source)
    if (!slots) {
      slots = new Map()
      this.#sources.set(source, slots)
    }
    let row = slots.get(slot)
    if (!row) {
      row = { slot, source, error: 0, warning: 0, other: 0 }
      slots.set(slot, row)
    }
    return row
  }
}

/** Adds to the counts of slots, each named once. Runs in the transaction that stores the events, so that each is counted once. */
export const addCounts = (rows: readonly EventCountRow[], tx: Transaction): Promise<void> =>
  upsert(tx, 'event_counts', rows, {
    key: ['slot', 'source'],
    set: {
      error: sql`event_counts.error + excluded.error`,
      warning: sql`event_counts.warning + excluded.warning`,
      other: sql`event_counts.other + excluded.other`,
    },
  })

/** Sums the counts in buckets of a whole number of slots, oldest first; empty buckets are omitted. */
export const readVolume = async (
  read: Connections['read'],
  { from, to, bucket }: { readonly from: number; readonly to: number; readonly bucket: number },
): Promise<readonly VolumeRow[]> => {
  const rows = await read
    .selectFrom('event_counts')
    .select(({ fn }) => [
      'slot',
      fn.sum('error').as('error'),
      fn.sum('warning').as('warning'),
      fn.sum('other').as('other'),
    ])
    .where('slot', '>=', from)
    .where('slot', '<', to)
    .groupBy('slot')
    .orderBy('slot')
    .execute()
  const buckets = new Map<number, VolumeRow>()
  for (const row of rows) {
    const time = Number(row.slot) - ((Number(row.slot) - from) % bucket)
    const volume = { error: Number(row.error), warning: Number(row.warning), other: Number(row.other) }
    buckets.set(time, { time, ...addVolume(buckets.get(time) ?? noVolume, volume) })
  }
  return [...buckets.values()]
}

/** The events of one source in a span. Times in ms. */
export interface SourceVolume {
  readonly source: string
  readonly lines: number
  /** The start of the last slot with an event. */
  readonly last: number
}

/** Counts the events of each source in a span of whole slots. */
export const readSourceVolumes = async (
  read: Connections['read'],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly SourceVolume[]> => {
  const rows = await read
    .selectFrom('event_counts')
    .select(({ fn }) => [
      'source',
      fn.sum('error').as('error'),
      fn.sum('warning').as('warning'),
      fn.sum('other').as('other'),
      fn.max('slot').as('last'),
    ])
    .where('slot', '>=', from)
    .where('slot', '<', to)
    .groupBy('source')
    .orderBy('source')
    .execute()
  return rows.map(({ source, error, warning, other, last }) => ({
    source,
    lines: Number(error) + Number(warning) + Number(other),
    last: Number(last),
  }))
}

/** The slot of the earliest event; undefined without one. */
export const firstSlot = async (read: Connections['read']): Promise<number | undefined> => {
  const row = await read
    .selectFrom('event_counts')
    .select(({ fn }) => fn.min('slot').as('slot'))
    .executeTakeFirst()
  return row?.slot == null ? undefined : Number(row.slot)
}
