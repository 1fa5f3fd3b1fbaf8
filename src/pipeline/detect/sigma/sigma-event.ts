import type { FlatEvent } from '../../../lib/sigma/event.ts'
import type { Event } from '../../../schema/event.ts'
import { sentFields } from './sent-fields.ts'

/**
 * Converts an event for rules. It contains our fields, ECS or not, and below them the sent fields under their sender's names. Keywords
 * search the original record.
 */
export const toFlatEvent = (event: Event): FlatEvent => createFlattening()(event)
/** Creates a converter that reuses one object: each result is valid until the next call. */
export const createFlattening = (): ((event: Event) => FlatEvent) => {
  const more = { message: '', '@timestamp': Number.NaN, 'event.kind': '', 'vedette.source': '' }
  const fields: FlatEvent['fields'] = {}
  const flat = { id: '', time: Number.NaN, fields, more, text: '' }
  return (event) => {
    const sent = sentFields(event)
    flat.id = event.id
    flat.time = event.time
    // The sent fields are a fresh object, and adding to it is much faster than copying it.
    flat.fields = sent ? Object.assign(sent, event.fields) : event.fields
    more.message = event.message
    more['@timestamp'] = event.time
    more['event.kind'] = event.kind
    more['vedette.source'] = event.source
    flat.text = event.original
    return flat
  }
}
