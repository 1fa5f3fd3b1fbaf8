import { z } from 'zod'
import { AppError, type ErrorDetail } from '../../errors.ts'
import { minute } from '../../lib/units/time.ts'
import { alertParsers, formatOf, splitAlerts } from '../../pipeline/normalize/alerts/alert-formats.ts'
import { toStamp } from '../../pipeline/normalize/time/timestamp.ts'
import { securityAlert } from '../../schema/alert/security-alert.ts'
import type { RawRecord } from '../../schema/record/record.ts'

/** The values of source_type. */
const sourceTypes = [...alertParsers.keys(), 'default'] as const

export const sourceTypeInput = z
  .string()
  .max(50)
  .describe(
    `The format of the alert: ${sourceTypes.join(', ')}. Without a value, a SecurityAlert or a detected format.`,
  )

/** A valid alert of another system: its text, format and sender’s ID. */
export interface ReceivedAlert {
  readonly text: string
  readonly format: string
  readonly id: string | undefined
}

interface Reading {
  readonly alert: ReceivedAlert
  /** The reason that the item is not an alert. */
  readonly fault?: AppError
}

const furthestAhead = 5 * minute

/** Parses a posted body as alerts of a format. Throws INVALID_ALERT for the first invalid one. */
export const readAlerts = (body: unknown, sourceType: string | undefined, now: number): readonly ReceivedAlert[] =>
  readEach(body, sourceType, now).map(({ alert, fault }) => {
    if (fault) throw fault
    return alert
  })

/** Parses each alert of a posted body and reports invalid ones. Throws INVALID_REQUEST for an unknown format. */
export const readEach = (body: unknown, sourceType: string | undefined, now: number): readonly Reading[] => {
  const type = sourceType?.trim().toLowerCase()
  const wanted = type === undefined || type === 'default' || type === 'native' ? undefined : formatNamed(type)
  try {
    return splitAlerts(body).map((text, index) => readOne(text, wanted, now, index))
  } catch (error) {
    // Parsing recurses: deep nesting overflows the stack.
    throw error instanceof RangeError ? invalid('The alert is nested too deeply.', []) : error
  }
}

/** Checks that the format exists. */
const formatNamed = (name: string): string => {
  if (alertParsers.has(name)) return name
  throw new AppError('INVALID_REQUEST', `Unknown source_type "${name.slice(0, 50)}".`, {
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
    const why = parsed?.fault ?? `The body is not an alert of ${format}.`
    return {
      alert: { text, format, id: undefined },
      fault: invalid(why, [{ path: String(index), message: 'is not an alert' }]),
    }
  }
  const id = parsed.fields.alert_id
  return { alert: { text, format, id: typeof id === 'string' ? id : undefined } }
}

/** Validates an alert in our own format field by field, because its sender wrote it for us. */
const faultOfNative = (text: string, record: RawRecord): AppError | undefined => {
  const parsed = securityAlert.safeParse(parse(text))
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    return invalid(`${errors[0]?.path || 'The alert'}: ${errors[0]?.message}`, errors)
  }
  const stamp = toStamp(parsed.data.timestamp, { receivedAt: record.receivedAt, zoneMinutes: 0 })
  const fault =
    stamp === undefined
      ? 'is not a time'
      : stamp.time > record.receivedAt + furthestAhead
        ? 'is in the future'
        : undefined
  return fault && invalid(`timestamp: ${fault}`, [{ path: 'timestamp', message: fault }])
}

const invalid = (message: string, errors: readonly ErrorDetail[]): AppError =>
  new AppError('INVALID_ALERT', message, {
    hint: 'Send a SecurityAlert (see /docs), or set "source_type" to its format.',
    errors,
  })

/** Parses one alert; undefined if it is not JSON. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Converts alerts to records of one source. */
export const alertsToRecords = (
  alerts: readonly ReceivedAlert[],
  source: string | undefined,
  now: number,
): RawRecord[] =>
  alerts.map(({ text, format }) => ({
    text,
    format,
    source: source ?? (format === 'native' ? 'alerts' : format),
    receivedAt: now,
  }))
