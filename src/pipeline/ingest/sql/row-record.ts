import { AppError } from '../../../errors.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import type { ForeignRow } from './foreign-database.ts'

/** The column names of a row. Missing columns are ignored. */
export interface RowColumns {
  readonly id: string
  readonly time: string
  readonly level: string
  readonly program: string
  readonly message: string
  readonly raw: string
  readonly host: string
  readonly address: string
  readonly device: string
  readonly details: string
}

/** A row with its id, converted to one line of JSON with common field names. */
export interface ReadRow {
  readonly id: number
  /** The time of the row, in ms; undefined if it has none. */
  readonly time: number | undefined
  readonly text: string
}

/** Reads a row. Throws CONFIG_INVALID if its id is no integer, because then no position can be stored. */
export const readRow = (row: ForeignRow, columns: RowColumns): ReadRow => {
  const id = Number(row[columns.id] ?? Number.NaN)
  if (!Number.isSafeInteger(id)) {
    throw new AppError('CONFIG_INVALID', `The column "${columns.id}" contains a value that is no integer.`, {
      hint: 'Set columns.id to an integer column that grows from row to row.',
    })
  }
  const of = (column: keyof RowColumns) => row[columns[column]] ?? undefined
  const time = zoned(of('time'))
  const message = of('message') ?? of('raw')
  const named = new Set(Object.values(columns))
  const record = {
    '@timestamp': time,
    'log.level': of('level'),
    'process.name': of('program'),
    'host.name': of('host') ?? of('address'),
    'host.ip': of('address'),
    'device.id': numeric(of('device')),
    'event.id': String(id),
    message,
    ...(of('raw') !== message && { 'event.original': of('raw') }),
    ...Object.fromEntries(Object.entries(row).filter(([name, value]) => !named.has(name) && value !== null)),
    details: detailsOf(of('details')),
  }
  return { id, time: millis(time), text: JSON.stringify(record, plainly) }
}

/** Converts rows to records. */
export const rowsToRecords = (
  rows: readonly ReadRow[],
  {
    source,
    now,
    zoneMinutes,
  }: { readonly source: string; readonly now: number; readonly zoneMinutes?: number | undefined },
): readonly RawRecord[] => rows.map(({ text }) => ({ text, source, receivedAt: now, zoneMinutes }))

/** Completes PostgreSQL's short zones, such as `+00`. */
const zoned = (time: unknown): unknown =>
  typeof time === 'string' ? time.replace(/([+-]\d\d)$/, (zone, hours) => (zone === '+00' ? 'Z' : `${hours}:00`)) : time

/** Converts a time to ms. Used only for comparison, so the zone of a zoneless time does not matter. */
const millis = (time: unknown): number | undefined => {
  const ms = typeof time === 'number' ? time : Date.parse(String(time).replace(/^(\S+) (?=\d)/, '$1T'))
  return Number.isFinite(ms) ? ms : undefined
}

const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value

/** Parses JSON in a text column. */
const detailsOf = (value: unknown): unknown => {
  if (typeof value !== 'string' || !value.startsWith('{')) return value === '' ? undefined : value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const plainly = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : Buffer.isBuffer(value) ? value.toString('utf8') : value
