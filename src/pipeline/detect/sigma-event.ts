import type { FlatEvent } from '../../lib/sigma/event.ts'
import type { Event } from '../../schema/event.ts'
import { sentFields } from './sent-fields.ts'

/**
 * An event as rules see it: its fields, with those of ours that are no ECS fields, and below them those that were sent, under the
 * sender's names; keywords are looked for in the record as it came.
 */
export const toFlatEvent = (event: Event): FlatEvent => {
  const sent = sentFields(event)
  return {
    id: event.id,
    time: event.time,
    // What was sent is a fresh object, and adding to it is much quicker than copying it.
    fields: sent ? Object.assign(sent, event.fields) : event.fields,
    more: {
      message: event.message,
      '@timestamp': event.time,
      'event.kind': event.kind,
      'vedette.source': event.source,
    },
    text: event.original,
  }
}
