import { z } from 'zod'

export const eventKinds = ['event', 'alert', 'pipeline_error'] as const
export type EventKind = (typeof eventKinds)[number]

/** The value of an event's field. Lists contain plain values only. */
export type FieldValue = string | number | boolean | readonly (string | number | boolean)[]

/** Fields by their dotted ECS name: `source.ip`, `user.name`, `event.outcome`, `log.level` … */
export type Fields = Readonly<Record<string, FieldValue>>

/** A log template with a stable id, as the miner knows it: constant words and `<*>` where values stand. */
export interface EventTemplate {
  readonly id: string
  readonly text: string
}

/**
 * One thing that happened, normalised. Made once per record; enrichers add to its fields, and after them nothing changes.
 * The pipeline builds millions of these, so the shape is fixed and nothing on it is validated again.
 */
export interface Event {
  /** `<partition>-<number>`, given when the record was accepted. */
  readonly id: string
  readonly kind: EventKind
  /** When it happened, in ms since the epoch, UTC. */
  readonly time: number
  /** Whether `time` was guessed in part: no year, no zone, or no time at all (then it is `receivedAt`). */
  readonly timeGuessed: boolean
  readonly receivedAt: number
  readonly source: string
  /** The events that share one baseline: source, host and service, joined by `/`. Missing parts are left out. */
  readonly stream: string
  /** The record without its header. */
  readonly message: string
  /** The record as received. */
  readonly original: string
  readonly fields: Fields
  /** Set by the miner; absent for pipeline errors. */
  readonly template?: EventTemplate
}

const fieldValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
])

/** An event as it leaves the server: snake_case, times as ISO 8601. */
export const eventView = z
  .object({
    id: z.string(),
    kind: z.enum(eventKinds),
    time: z.iso.datetime(),
    time_guessed: z.boolean(),
    received_at: z.iso.datetime(),
    source: z.string(),
    stream: z.string(),
    message: z.string(),
    original: z.string(),
    template: z.object({ id: z.string(), text: z.string() }).optional(),
    fields: z.record(z.string(), fieldValue),
  })
  .meta({ id: 'Event' })
export type EventView = z.infer<typeof eventView>

/** Presents an event for the API. */
export const toEventView = (event: Event): EventView => ({
  id: event.id,
  kind: event.kind,
  time: new Date(event.time).toISOString(),
  time_guessed: event.timeGuessed,
  received_at: new Date(event.receivedAt).toISOString(),
  source: event.source,
  stream: event.stream,
  message: event.message,
  original: event.original,
  ...(event.template && { template: { id: event.template.id, text: event.template.text } }),
  fields: Object.fromEntries(
    Object.entries(event.fields).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
  ) as EventView['fields'],
})

/** Reads a text field of an event; undefined when it is absent or not text. */
export const textField = (event: Event, name: string): string | undefined => {
  const value = event.fields[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether one of the categories of an event is authentication. */
export const isAuthentication = ({ fields: { 'event.category': category } }: Pick<Event, 'fields'>): boolean =>
  category === 'authentication' || (Array.isArray(category) && category.includes('authentication'))
