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
  const own = { message: '', '@timestamp': Number.NaN, 'event.kind': '', 'vedette.source': '' }
  const fields: FlatEvent['fields'] = {}
  const more: FlatEvent['fields'] = own
  const flat = { id: '', time: Number.NaN, fields, more, text: '' }
  return (event) => {
    const sent = sentFields(event)
    flat.id = event.id
    flat.time = event.time
    own.message = event.message
    own['@timestamp'] = event.time
    own['event.kind'] = event.kind
    own['vedette.source'] = event.source
    flat.fields = event.fields
    if (sent) for (const name of ownNames) if (sent[name] === undefined) sent[name] = own[name]
    flat.more = sent ?? own
    flat.text = event.original
    return flat
  }
}

const ownNames = ['message', '@timestamp', 'event.kind', 'vedette.source'] as const
