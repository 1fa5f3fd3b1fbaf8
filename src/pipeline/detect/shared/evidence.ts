import type { Evidence } from '../../../schema/detection/detection.ts'
import { type Event, eventView } from '../../../schema/event/event.ts'
import { isStructured, summarizeEvent } from '../../../schema/event/event-summary.ts'
import { connectionFields, connectionOf } from './connection.ts'
import { flatText } from './flat-text.ts'

/** Longer lines are cut. */
export const longestLine = 1000

/**
 * The part of an event that evidence needs. Every event is a sample. A sample of a structured record has its message, from which the summary is
 * made when it is shown or saved, or else the summary among its fields.
 */
export type EventSample = Pick<Event, 'id' | 'time' | 'original'> & {
  readonly fields?: Event['fields'] | undefined
  readonly message?: string | undefined
}

/** The fields of a saved sample. Earlier releases did not save them. */
export const savedFields = eventView.shape.fields.transform((fields): Event['fields'] => fields).optional()

const places = 1000
/** The latest events that have samples, each in the place that the last digits of its id give. */
const latestEvents = new Array<EventSample | undefined>(places).fill(undefined)
const latestSamples = new Array<EventSample | undefined>(places).fill(undefined)

const placeOfId = (id: string): number => {
  let place = 0
  for (let at = Math.max(0, id.length - 3); at < id.length; at++) place = (10 * place + id.charCodeAt(at)) % places
  return place
}

/** Reduces an event to what is worth remembering for long. All detectors that keep an event get the same sample. */
export const keepSample = (event: EventSample): EventSample => {
  const place = placeOfId(event.id)
  const known = latestEvents[place] === event ? latestSamples[place] : undefined
  if (known?.id === event.id) return known
  const sample = ownSample(event)
  latestEvents[place] = event
  latestSamples[place] = sample
  return sample
}

/** Lets go of the events of a batch, which no detector will keep any more. */
export const forgetLatest = (): void => {
  latestEvents.fill(undefined)
  latestSamples.fill(undefined)
}

/** Like `keepSample`, for a sample that is renewed later, so nobody else may have it. `held` are fields that are held anyway. */
export const ownSample = (event: EventSample, held?: Event['fields']): EventSample => {
  const { id, time, original, fields, message } = event
  if (original.length > longestLine)
    return { id, time, original: flatText(original, longestLine), fields: keptFields(event), message: undefined }
  if (isStructured(original)) return { id, time, original, fields, message }
  return { id, time, original, fields: held ?? keptFields(event), message: undefined }
}

const keptNames = [...connectionFields, 'log.file.path', 'log.file.line'] as const

/** Picks the fields that evidence shows, with the summary of a structured record; undefined if there are none. */
export const keptFields = (sample: EventSample): Event['fields'] | undefined => {
  const { fields = {} } = sample
  let found: Record<string, Event['fields'][string]> | undefined
  for (const name of keptNames) {
    const value = fields[name]
    if (value === undefined) continue
    found ??= {}
    found[name] = value
  }
  const summary = summaryOfSample(sample)
  if (summary === undefined) return found
  found ??= {}
  found[summaryField] = summary
  return found
}

const summaryField = 'summary'

/** Returns the summary of a structured record. A field of an event with this name is the sender's. */
const summaryOfSample = ({ original, message, fields = {} }: EventSample): string | undefined => {
  if (!isStructured(original)) return undefined
  if (message !== undefined) return summarizeEvent({ original, message, fields })
  const kept = fields[summaryField]
  return typeof kept === 'string' ? kept : undefined
}

/** Overwrites an unshared sample with another event, without allocating a new one. Returns false if the event does not fit. */
export const renewSample = (
  sample: { -readonly [Key in keyof EventSample]: EventSample[Key] },
  event: EventSample,
): boolean => {
  if (event.original.length > longestLine || event.fields?.['log.file.path'] !== undefined) return false
  sample.id = event.id
  sample.time = event.time
  sample.original = event.original
  const isSummarized = isStructured(event.original)
  sample.fields = isSummarized ? event.fields : keptFields(event)
  sample.message = isSummarized ? event.message : undefined
  return true
}

/** Turns a sample into evidence with a role. Cuts the line to 1,000 characters. */
export const toEvidence = (sample: EventSample, role?: string): Evidence => {
  const time = isoTime(sample.time)
  const summary = summaryOfSample(sample)
  return {
    event_id: sample.id,
    time,
    line: sample.original.length > longestLine ? sample.original.slice(0, longestLine) : sample.original,
    ...(summary !== undefined && { summary: `${time.replace(/\.\d+Z$/, 'Z')} ${summary}` }),
    ...placeOf(sample),
    ...(sample.fields && connectionOf(sample.fields)),
    ...(role !== undefined && { role }),
  }
}

/** Returns the position of a line that was read from a file: `/var/log/auth.log:1502`. */
const placeOf = ({ fields }: EventSample): { origin?: string } => {
  const path = fields?.['log.file.path']
  const line = fields?.['log.file.line']
  if (typeof path !== 'string') return {}
  return { origin: line === undefined ? path : `${path}:${line}` }
}

export const isoTime = (ms: number): string => new Date(ms).toISOString()
