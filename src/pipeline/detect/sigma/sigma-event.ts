import type { FlatEvent } from '../../../lib/sigma/event.ts'
import type { Event } from '../../../schema/event.ts'
import { sentFields } from '../shared/sent-fields.ts'

/**
 * An event as rules see it: its fields, with those of ours that are no ECS fields, and below them those that were sent, under the
 * sender's names; keywords are looked for in the record as it came.
 */
export const toFlatEvent = (event: Event): FlatEvent => createFlattening()(event)

/** Makes what turns one event after the other into what rules see. It fills the same object again, which is good until the next event. */
export const createFlattening = (): ((event: Event) => FlatEvent) => {
  const more = { message: '', '@timestamp': Number.NaN, 'event.kind': '', 'vedette.source': '' }
  const fields: FlatEvent['fields'] = {}
  const flat = { id: '', time: Number.NaN, fields, more, text: '' }
  return (event) => {
    const sent = sentFields(event)
    flat.id = event.id
    flat.time = event.time
    // What was sent is a fresh object, and adding to it is much quicker than copying it.
    flat.fields = sent ? Object.assign(sent, event.fields) : event.fields
    more.message = event.message
    more['@timestamp'] = event.time
    more['event.kind'] = event.kind
    more['vedette.source'] = event.source
    flat.text = event.original
    return flat
  }
}
