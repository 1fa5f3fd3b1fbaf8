import type { Event } from '../schema/event.ts'
import { parseEventId } from '../schema/record.ts'
import { blockSize, encodeBlock, type Run } from './event-block.ts'
import type { EventBlockRow } from './event-tables.ts'

/** Very long events make a block full before its number is reached, so that no block is too large to open. */
const mostCharacters = 8_000_000

/** Packs a run into the row of a block. */
export const toBlockRow = async (run: Run): Promise<EventBlockRow> => {
  const { payload, filter, meta } = await encodeBlock(run)
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

/** Puts each event in its place, once, and cuts them into runs without gaps that each fit a block. */
export const cutRuns = (events: readonly Event[]): readonly Run[] => {
  const runs: { readonly partition: number; readonly first: number; readonly events: Event[] }[] = []
  let run: (typeof runs)[number] | undefined
  let characters = 0
  for (const event of events) {
    const { partition, number } = placeOf(event)
    const next = run ? run.first + run.events.length : 0
    if (run && (partition < run.partition || (partition === run.partition && number < next))) {
      return cutRuns(inOrder(events))
    }
    characters += sizeOf(event)
    const joins = run?.partition === partition && number === next
    if (run && joins && run.events.length < blockSize && characters <= mostCharacters) run.events.push(event)
    else {
      run = { partition, first: number, events: [event] }
      runs.push(run)
      characters = sizeOf(event)
    }
  }
  return runs
}

const inOrder = (events: readonly Event[]): readonly Event[] =>
  events
    .map((event) => ({ event, ...placeOf(event) }))
    .sort((a, b) => a.partition - b.partition || a.number - b.number)
    .filter(({ event }, index, all) => event.id !== all[index - 1]?.event.id)
    .map(({ event }) => event)

const placeOf = ({ id }: Event): { readonly partition: number; readonly number: number } => {
  const place = parseEventId(id)
  if (!place) throw new Error(`"${id}" is not the id of an event.`)
  return place
}

const sizeOf = (event: Event): number => event.original.length + event.message.length
