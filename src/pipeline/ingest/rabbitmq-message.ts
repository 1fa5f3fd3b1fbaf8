import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { RawRecord } from '../../schema/record.ts'

/** Reads what somebody sends as alerts of a format, one or several; throws when one of them is none. */
export type ReadAlerts = (
  body: unknown,
  sourceType: string | undefined,
  now: number,
) => readonly { readonly text: string; readonly format: string }[]

/** A message as a client of the broker hands it over. */
export interface AlertMessage {
  /** Parsed when its sender calls it JSON, else text or bytes. */
  readonly body: unknown
  readonly messageId?: string | undefined
}

/** A record with a key that is the same whenever the message comes again. */
export interface KeyedRecord {
  readonly record: RawRecord
  readonly key: string
}

const longest = 8 * 1_048_576

/** What the triage services wrap a message in, twice; each of the wrappings may be left out. */
const envelope = z.looseObject({ data: z.looseObject({}) })
const wrapped = z.looseObject({ payload: z.unknown(), message_type: z.string().optional() })
const described = z.looseObject({
  message_id: z.string().max(200).optional(),
  source_type: z.string().max(50).nullish(),
})
const enriched = z.looseObject({ alert: z.looseObject({}) })

/** Reads the alerts of a message. Throws when it is not JSON, or holds anything but alerts. */
export const readMessage = (
  { body, messageId }: AlertMessage,
  { source, now, readAlerts }: { readonly source: string; readonly now: number; readonly readAlerts: ReadAlerts },
): readonly KeyedRecord[] => {
  const { value, text } = parseBody(body)
  const outer = envelope.safeParse(value)
  const inner: unknown = outer.success ? outer.data.data : value
  const told = described.safeParse(inner)
  const { source_type, message_id } = told.success ? told.data : {}
  const alerts = readAlerts(payloadOf(inner), source_type ?? undefined, now)
  if (alerts.length === 0) throw new Error('The message holds no alert.')
  // The id alone may be given twice; the words alone may be said twice.
  const id = hash(JSON.stringify([source, messageId ?? message_id ?? '', text]))
  return alerts.map((alert, index) => ({
    record: { ...alert, source, receivedAt: now },
    key: `amqp:${id}:${index}`,
  }))
}

const payloadOf = (inner: unknown): unknown => {
  const parsed = wrapped.safeParse(inner)
  // An alert may have a member called payload; a wrapping says what it is.
  const payload =
    parsed.success && parsed.data.message_type !== undefined && parsed.data.payload !== undefined
      ? parsed.data.payload
      : inner
  const whole = enriched.safeParse(payload)
  return whole.success ? whole.data.alert : payload
}

const parseBody = (body: unknown): { readonly value: unknown; readonly text: string } => {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : typeof body === 'string' ? body : JSON.stringify(body)
  if (text.length > longest) throw new Error(`The message has ${text.length} characters, more than ${longest}.`)
  if (typeof body === 'object' && body !== null && !Buffer.isBuffer(body)) return { value: body, text }
  try {
    return { value: JSON.parse(text), text }
  } catch (error) {
    throw new Error('The message is not JSON.', { cause: error })
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
