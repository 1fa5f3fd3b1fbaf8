import type { AlertType } from '../../../schema/detection/detection.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import type { Severity } from '../../../schema/severity.ts'
import { type Draft, longestValue, refuseRecord } from '../draft.ts'
import { addFields } from '../fields/aliases.ts'
import { flatten } from '../fields/flatten.ts'
import { readObject } from '../formats/json/read-object.ts'
import type { Parsed, Parser } from '../parser.ts'
import type { Stamp } from '../time/timestamp.ts'
import { type Json, set } from './pick.ts'

/** An alert of another system, in terms of the triage contract. */
export interface ForeignAlert {
  /** The sender: `splunk`, `alertmanager`, the `source` of a SecurityAlert. */
  readonly provider: string
  /** The id that its sender shows. */
  readonly id?: string | undefined
  /** An id that no other alert of the sender ever has. */
  readonly ownId?: string | undefined
  /** A key that repeats with the same problem; undefined if the sender has none. */
  readonly key?: string | undefined
  /** A link to more details at the sender. */
  readonly ref?: string | undefined
  readonly type: AlertType
  readonly severity: Severity
  readonly title: string
  readonly description?: string | undefined
  /** When the problem began, and when it was last seen or ended. */
  readonly start?: Stamp | undefined
  readonly end?: Stamp | undefined
  /** Whether the sender reports it as resolved. */
  readonly over?: boolean | undefined
  /** How many events of the sender it represents. */
  readonly count?: number | undefined
  readonly asset?: string | undefined
  /** ECS fields. */
  readonly fields: Draft
  /** The part of the object with the alert, if that is not the whole. */
  readonly part?: Json | undefined
}

/** A format of JSON alerts. */
export interface AlertFormat {
  /** The `source_type` of the format. */
  readonly name: string
  /** Whether an object can only be of this format. Must be cheap, because every object is tested. */
  matches(object: Json): boolean
  /** Parses an object of this format. Returns a text with the reason if it is invalid. */
  read(object: Json, record: RawRecord): ForeignAlert | string
}

/** Creates the parser of a format, for records declared as such and for unambiguous ones. */
export const toParser = (format: AlertFormat): Parser => ({
  name: `alert-${format.name}`,
  parse(record) {
    const object = readObject(record.text)
    if (typeof object !== 'object') return undefined
    return record.format === format.name || format.matches(object) ? readAlert(format, object, record) : undefined
  },
})

/** Parses an object as an alert of a format. */
export const readAlert = (format: AlertFormat, object: Json, record: RawRecord): Parsed => {
  const alert = format.read(object, record)
  return typeof alert === 'string'
    ? refuseRecord(`alert/${format.name}`, alert, record.text)
    : toAlertEvent(format.name, alert, record, object)
}

/**
 * Converts an alert to an event of kind `alert`: all fields of the object under the names of any JSON record, overridden by ECS fields and
 * those of the triage contract.
 */
export const toAlertEvent = (name: string, alert: ForeignAlert, record: RawRecord, object: Json): Parsed => {
  const base: Draft = {}
  const found = addFields(base, flatten(alert.part ?? object), record)
  const alertFields: Draft = {}
  set(alertFields, 'event.provider', alert.provider)
  set(alertFields, 'alert_id', alert.id?.slice(0, 1_024))
  set(alertFields, 'alert_key', alert.key?.slice(0, 1_024))
  set(alertFields, 'alert_own_id', alert.ownId)
  set(alertFields, 'alert_type', alert.type)
  set(alertFields, 'alert_severity', alert.severity)
  set(alertFields, 'alert_title', oneLine(alert.title))
  set(alertFields, 'alert_status', alert.over === undefined ? undefined : alert.over ? 'resolved' : 'firing')
  set(alertFields, 'alert_count', alert.count)
  set(alertFields, 'asset_id', alert.asset)
  set(alertFields, 'source_ref', alert.ref)
  set(alertFields, 'event.start', isoOf(alert.start))
  set(alertFields, 'event.end', isoOf(alert.end))
  const stamp = (alert.over ? alert.end : alert.start) ?? alert.start ?? found.stamp
  return {
    format: `alert/${name}`,
    kind: 'alert',
    time: stamp?.time,
    timeGuessed: stamp?.guessed ?? true,
    message: (alert.description ?? alert.title).slice(0, longestValue),
    fields: { ...base, ...alert.fields, ...alertFields },
  }
}

const isoOf = (stamp: Stamp | undefined): string | undefined =>
  stamp && Math.abs(stamp.time) < 8.64e15 ? new Date(stamp.time).toISOString() : undefined

const oneLine = (text: string): string => text.slice(0, 500).replace(/\s+/g, ' ').trim()
