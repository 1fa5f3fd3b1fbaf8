import type { Event } from '../schema/event.ts'
import { parseEventId } from '../schema/record.ts'
import { blockSize, encodeBlock } from './event-block.ts'
import type { EventBlockRow } from './event-tables.ts'

/** Very long events make a block full before its number is reached, so that no block is too large to open. */
const mostCharacters = 8_000_000

/** Packs events that follow one another into the row of a block. */
export const toBlockRow = (events: readonly Event[]): EventBlockRow => {
  const { payload, filter, meta } = encodeBlock(events)
  return {
    id: `${meta.partition}-${meta.first}`,
    partition: meta.partition,
    first: meta.first,
    last: meta.last,
    count: meta.count,
    min_time: meta.minTime,
    max_time: meta.maxTime,
    sources: JSON.stringify(meta.sources),
    streams: JSON.stringify(meta.streams),
    template_ids: JSON.stringify(meta.templateIds),
    filter,
    bytes: payload.length,
    payload,
  }
}

export interface NumberedEvent {
  readonly event: Event
  readonly partition: number
  readonly number: number
}

/** Reads the numbers of events and puts each event in its place, once. */
export const inOrder = (events: readonly Event[]): readonly NumberedEvent[] => {
  let before: NumberedEvent | undefined
  let ordered = true
  const numbered = events.map((event): NumberedEvent => {
    const id = parseEventId(event.id)
    if (!id) throw new Error(`"${event.id}" is not the id of an event.`)
    const item = { event, partition: id.partition, number: id.number }
    if (before && (before.partition !== item.partition || before.number >= item.number)) ordered = false
    before = item
    return item
  })
  if (ordered) return numbered
  numbered.sort((a, b) => a.partition - b.partition || a.number - b.number)
  return numbered.filter((item, index) => item.event.id !== numbered[index - 1]?.event.id)
}

/** Cuts ordered events into runs without gaps that each fit a block. */
export const cutRuns = (events: readonly NumberedEvent[]): readonly (readonly Event[])[] => {
  const runs: Event[][] = []
  let characters = 0
  let before: NumberedEvent | undefined
  for (const item of events) {
    const run = runs.at(-1)
    characters += sizeOf(item.event)
    const joins = before && before.partition === item.partition && before.number + 1 === item.number
    if (run && joins && run.length < blockSize && characters <= mostCharacters) {
      run.push(item.event)
    } else {
      runs.push([item.event])
      characters = sizeOf(item.event)
    }
    before = item
  }
  return runs
}

const sizeOf = (event: Event): number => event.original.length + event.message.length
