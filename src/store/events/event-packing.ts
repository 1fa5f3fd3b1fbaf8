import type { Event } from '../../schema/event/event.ts'
import { parseEventId } from '../../schema/record/record.ts'
import type { BlockObjects } from './block-objects.ts'
import { BlockWriter } from './event-block-writer.ts'
import { EventTally } from './event-counts.ts'
import type { EventBlockRow, EventCountRow } from './event-tables.ts'

/** A block that is ready to be stored, and the additional counts of its events. */
export interface PackedBlock {
  /** The row; without the payload if an object contains it. */
  readonly row: EventBlockRow
  readonly payload: Uint8Array
  readonly counts: readonly EventCountRow[]
}

/** Events on their way into blocks. */
export interface EventPacking {
  /** Adds events in order, once; those of earlier calls come first. */
  add(events: readonly Event[]): void
  /** Ends the last block. Compresses on another core, so the caller need not wait for it. */
  finish(): Promise<readonly PackedBlock[]>
}

/**
 * Cuts events into runs without gaps that each fit a block, and packs them as they arrive; with object storage, it stores their payloads
 * there.
 */
export const createPacking = (objects?: BlockObjects): EventPacking => {
  const packed: Promise<PackedBlock>[] = []
  let writer: BlockWriter | undefined
  let tally = new EventTally()

  const close = (): void => {
    if (!writer) return
    const block = finishBlock(writer, tally, objects)
    // Prevents an unhandled rejection; `finish` reports the failure.
    block.catch(() => {})
    packed.push(block)
  }

  return {
    add(events) {
      for (const { event, partition, number } of inOrder(events.map(placed))) {
        if (!writer?.takes(partition, number, event)) {
          close()
          writer = new BlockWriter(partition, number)
          tally = new EventTally()
        }
        writer.add(event)
        tally.add(event)
      }
    },
    finish() {
      close()
      writer = undefined
      return Promise.all(packed)
    },
  }
}

/** Packs events in one go. */
export const packEvents = async (events: readonly Event[], objects?: BlockObjects): Promise<readonly PackedBlock[]> => {
  const packing = createPacking(objects)
  packing.add(events)
  return packing.finish()
}

const nothing = new Uint8Array()

/** The object is stored before the transaction that refers to it. If that fails, the sweep removes the object. */
const finishBlock = async (
  writer: BlockWriter,
  tally: EventTally,
  objects: BlockObjects | undefined,
): Promise<PackedBlock> => {
  const counts = tally.rows()
  const row = await writer.finish()
  const { payload } = row
  if (!objects) return { row, payload, counts }
  return { row: { ...row, payload: nothing, object_name: await objects.put(row, payload) }, payload, counts }
}

interface PlacedEvent {
  readonly event: Event
  readonly partition: number
  readonly number: number
}

const placed = (event: Event): PlacedEvent => {
  const place = parseEventId(event.id)
  if (!place) throw new Error(`"${event.id}" is not the id of an event.`)
  return { event, partition: place.partition, number: place.number }
}

/** Sorts events by their place, each once. Mostly they are in order. */
const inOrder = (events: readonly PlacedEvent[]): readonly PlacedEvent[] => {
  let [lastPartition, lastNumber] = [-1, -1]
  for (const { partition, number } of events) {
    if (partition < lastPartition || (partition === lastPartition && number <= lastNumber)) return sortByPlace(events)
    lastPartition = partition
    lastNumber = number
  }
  return events
}

const sortByPlace = (events: readonly PlacedEvent[]): readonly PlacedEvent[] =>
  events
    .toSorted((a, b) => a.partition - b.partition || a.number - b.number)
    .filter(({ event }, index, all) => event.id !== all[index - 1]?.event.id)
