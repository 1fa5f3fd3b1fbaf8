import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { RawRecord } from '../../../schema/record/record.ts'
import { toKeyedRecords } from '../queues/keyed-records.ts'

/** Reads one or several alerts of a format. Throws if one of them is invalid. */
export type ReadAlerts = (
  body: unknown,
  sourceType: string | undefined,
  now: number,
) => readonly { readonly text: string; readonly format: string }[]

/** A message from the broker's client. */
export interface AlertMessage {
  /** Parsed if the sender declares it as JSON, else text or bytes. */
  readonly body: unknown
  readonly messageId?: string | undefined
}

/** A record with a key that is the same on every redelivery. */
export interface KeyedRecord {
  readonly record: RawRecord
  readonly key: string
}

const longest = 8 * 1_048_576

/** The triage services wrap a message twice. Each envelope is optional. */
const envelope = z.looseObject({ data: z.looseObject({}) })
const wrapped = z.looseObject({ payload: z.unknown(), message_type: z.string().optional() })
const descriptionSchema = z.looseObject({
  message_id: z.string().max(200).optional(),
  source_type: z.string().max(50).nullish(),
})
const enriched = z.looseObject({ alert: z.looseObject({}) })

/** Reads the alerts of a message. Throws if it is not JSON or contains anything but alerts. */
export const readMessage = (
  { body, messageId }: AlertMessage,
  { source, now, readAlerts }: { readonly source: string; readonly now: number; readonly readAlerts: ReadAlerts },
): readonly KeyedRecord[] => {
  const { value, text } = parseBody(body)
  const outer = envelope.safeParse(value)
  const inner: unknown = outer.success ? outer.data.data : value
  const description = descriptionSchema.safeParse(inner)
  const { source_type, message_id } = description.success ? description.data : {}
  const alerts = readAlerts(payloadOf(inner), source_type ?? undefined, now)
  if (alerts.length === 0) throw new Error('The message contains no alert.')
  // Senders may reuse an id or repeat a text, so use both.
  const id = hash(JSON.stringify([source, messageId ?? message_id ?? '', text]))
  return alerts.map((alert, index) => ({
    record: { ...alert, source, receivedAt: now },
    key: `amqp:${id}:${index}`,
  }))
}

/**
 * Reads the records of a message with logs. Without a message id, a redelivered message is stored again, because equal lines are frequent
 * in logs.
 */
export const readLogMessage = (
  { body, messageId }: AlertMessage,
  options: { readonly source: string; readonly now: number; readonly zoneMinutes: number | undefined },
): readonly KeyedRecord[] => {
  const text = textOf(body)
  const id = messageId === undefined ? randomUUID() : hash(JSON.stringify([messageId, text]))
  const { records, keys } = toKeyedRecords([{ id, body: text }], options)
  return records.map((record, i) => ({ record, key: `amqp:${keys[i]}` }))
}

const payloadOf = (inner: unknown): unknown => {
  const parsed = wrapped.safeParse(inner)
  // An alert may have a field called payload, but only an envelope has a message type.
  const payload =
    parsed.success && parsed.data.message_type !== undefined && parsed.data.payload !== undefined
      ? parsed.data.payload
      : inner
  const whole = enriched.safeParse(payload)
  return whole.success ? whole.data.alert : payload
}

const parseBody = (body: unknown): { readonly value: unknown; readonly text: string } => {
  const text = textOf(body)
  if (text.length > longest) throw new Error(`The message has ${text.length} characters, more than ${longest}.`)
  if (typeof body === 'object' && body !== null && !Buffer.isBuffer(body)) return { value: body, text }
  try {
    return { value: JSON.parse(text), text }
  } catch (error) {
    throw new Error('The message is not JSON.', { cause: error })
  }
}

const textOf = (body: unknown): string =>
  Buffer.isBuffer(body) ? body.toString('utf8') : typeof body === 'string' ? body : JSON.stringify(body)

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
