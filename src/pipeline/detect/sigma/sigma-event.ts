import type { FlatEvent } from '../../../lib/sigma/event.ts'
import type { Event } from '../../../schema/event/event.ts'
import { sentFields } from './sent-fields.ts'
import { createSiteAnswers, type SiteAnswers } from './site-answers.ts'

/**
 * Converts an event for rules. It contains our fields, ECS or not, and below them the sent fields under their sender's names. Keywords
 * search the original record. With `answers`, rules can compare the answer of a web server with its others.
 */
export const toFlatEvent = (event: Event, answers?: SiteAnswers): FlatEvent => createFlattening(answers)(event)

/** Creates a converter that reuses one object: each result is valid until the next call. */
export const createFlattening = (answers: SiteAnswers = createSiteAnswers()): ((event: Event) => FlatEvent) => {
  const own = { message: '', '@timestamp': Number.NaN, 'event.kind': '', 'vedette.source': '', 'vedette.answer': '' }
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
    own['vedette.answer'] = answers.compare(event)
    flat.fields = event.fields
    if (sent) for (const name of ownNames) if (sent[name] === undefined) sent[name] = own[name]
    flat.more = sent ?? own
    flat.text = event.original
    return flat
  }
}

const ownNames = ['message', '@timestamp', 'event.kind', 'vedette.source', 'vedette.answer'] as const
