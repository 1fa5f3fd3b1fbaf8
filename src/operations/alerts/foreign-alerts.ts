import { z } from 'zod'
import { AppError, type ErrorDetail } from '../../errors.ts'
import { alertParsers, formatOf, splitAlerts } from '../../pipeline/normalize/alerts/alert-formats.ts'
import { toTime } from '../../pipeline/normalize/timestamp.ts'
import type { RawRecord } from '../../schema/record.ts'
import { securityAlert } from '../../schema/security-alert.ts'

/** The names by which senders say what they send. */
const sourceTypes = [...alertParsers.keys(), 'default'] as const

export const sourceTypeInput = z
  .string()
  .max(50)
  .describe(
    `What it is: ${sourceTypes.join(', ')}. Without it an alert in our words, or of a format that can be told from it.`,
  )

/** An alert that is worth taking in: its text, what it is, and what its sender calls it. */
export interface ForeignAlert {
  readonly text: string
  readonly format: string
  readonly id: string | undefined
}

interface Reading {
  readonly alert: ForeignAlert
  /** Why it is none after all. */
  readonly fault?: AppError
}

const furthestAhead = 5 * 60_000

/** Reads what a sender posts as alerts of a format. Throws INVALID_ALERT for the first one that is none. */
export const readAlerts = (body: unknown, sourceType: string | undefined, now: number): readonly ForeignAlert[] =>
  readEach(body, sourceType, now).map(({ alert, fault }) => {
    if (fault) throw fault
    return alert
  })

/** Reads each alert of what a sender posts, and says why one is none. Throws INVALID_REQUEST for a format that is not known. */
export const readEach = (body: unknown, sourceType: string | undefined, now: number): readonly Reading[] => {
  const type = sourceType?.trim().toLowerCase()
  const wanted = type === undefined || type === 'default' || type === 'native' ? undefined : formatNamed(type)
  try {
    return splitAlerts(body).map((text, index) => readOne(text, wanted, now, index))
  } catch (error) {
    // The only thing that reading an alert may run out of.
    throw error instanceof RangeError ? invalid('The alert is nested too deeply.', []) : error
  }
}

/** Checks that a format of this name is known. */
const formatNamed = (name: string): string => {
  if (alertParsers.has(name)) return name
  throw new AppError('INVALID_REQUEST', `There is no source_type "${name.slice(0, 50)}".`, {
    hint: `Use one of: ${sourceTypes.join(', ')}.`,
    errors: [{ path: 'source_type', message: 'is not known' }],
  })
}

const readOne = (text: string, wanted: string | undefined, now: number, index: number): Reading => {
  const record: RawRecord = { text, source: 'alerts', receivedAt: now }
  const format = wanted ?? formatOf(text) ?? 'native'
  const fault = format === 'native' ? faultOfNative(text, record) : undefined
  if (fault) return { alert: { text, format, id: undefined }, fault }
  const parsed = alertParsers.get(format)?.parse({ ...record, format })
  if (parsed?.kind !== 'alert') {
    const why = parsed?.fault ?? `It is no alert of ${format}.`
    return {
      alert: { text, format, id: undefined },
      fault: invalid(why, [{ path: String(index), message: 'is no alert' }]),
    }
  }
  const id = parsed.fields.alert_id
  return { alert: { text, format, id: typeof id === 'string' ? id : undefined } }
}

/** Checks an alert in our own words, fault by fault: its sender wrote it for us. */
const faultOfNative = (text: string, record: RawRecord): AppError | undefined => {
  const parsed = securityAlert.safeParse(parse(text))
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    return invalid(`${errors[0]?.path || 'The alert'}: ${errors[0]?.message}`, errors)
  }
  const stamp = toTime(parsed.data.timestamp, { receivedAt: record.receivedAt, zoneMinutes: 0 })
  const fault =
    stamp === undefined
      ? 'is no time'
      : stamp.time > record.receivedAt + furthestAhead
        ? 'lies in the future'
        : undefined
  return fault && invalid(`timestamp: ${fault}`, [{ path: 'timestamp', message: fault }])
}

const invalid = (message: string, errors: readonly ErrorDetail[]): AppError =>
  new AppError('INVALID_ALERT', message, {
    hint: 'Send a SecurityAlert (see /docs), or say what it is with "source_type".',
    errors,
  })

/** The text of one alert; what is no JSON is none of ours. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Makes alerts records of a source, to be taken in together. */
export const toRecords = (alerts: readonly ForeignAlert[], source: string | undefined, now: number): RawRecord[] =>
  alerts.map(({ text, format }) => ({
    text,
    format,
    source: source ?? (format === 'native' ? 'alerts' : format),
    receivedAt: now,
  }))
