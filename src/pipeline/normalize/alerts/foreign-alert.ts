import type { AlertType } from '../../../schema/detection.ts'
import type { RawRecord } from '../../../schema/record.ts'
import type { Severity } from '../../../schema/severity.ts'
import { addFields } from '../aliases.ts'
import { type Draft, longestValue, refuse } from '../draft.ts'
import { flatten } from '../flatten.ts'
import type { Parsed, Parser } from '../parser.ts'
import { readObject } from '../read-object.ts'
import type { Stamp } from '../timestamp.ts'
import { type Json, set } from './pick.ts'

/** What another system says in an alert, in the words of the triage contract. */
export interface ForeignAlert {
  /** Who says it: `splunk`, `alertmanager`, the `source` of a SecurityAlert. */
  readonly provider: string
  /** What its sender and its readers call it by. */
  readonly id?: string | undefined
  /** Its id, where no other alert of its sender's ever has it. */
  readonly ownId?: string | undefined
  /** What stays the same when its sender tells of the same trouble again; absent where no id of its sender's means that. */
  readonly key?: string | undefined
  /** Where at its sender more is to be found. */
  readonly ref?: string | undefined
  readonly type: AlertType
  readonly severity: Severity
  readonly title: string
  readonly description?: string | undefined
  /** When the trouble began, and when it was last seen or ended. */
  readonly start?: Stamp | undefined
  readonly end?: Stamp | undefined
  /** Whether its sender says that it is over. */
  readonly over?: boolean | undefined
  /** How many events of its sender's it stands for. */
  readonly count?: number | undefined
  readonly asset?: string | undefined
  /** What it is about, under ECS names. */
  readonly fields: Draft
  /** The part of the object that is about it, when that is not the whole. */
  readonly part?: Json | undefined
}

/** A format of alerts that are objects of JSON. */
export interface AlertFormat {
  /** The `source_type` that stands for it. */
  readonly name: string
  /** Whether an object can only be of this format, whoever sends it. Cheap: it is asked of every object. */
  knows(object: Json): boolean
  /** Reads an object that is known, or said, to be of this format; a text tells why it is none. */
  read(object: Json, record: RawRecord): ForeignAlert | string
}

/** Makes the parser of a format: for records that are said to be of it, and for those that can be nothing else. */
export const toParser = (format: AlertFormat): Parser => ({
  name: `alert-${format.name}`,
  parse(record) {
    const object = readObject(record.text)
    if (typeof object !== 'object') return undefined
    return record.format === format.name || format.knows(object) ? readAlert(format, object, record) : undefined
  },
})

/** Reads an object as an alert of a format. */
export const readAlert = (format: AlertFormat, object: Json, record: RawRecord): Parsed => {
  const alert = format.read(object, record)
  return typeof alert === 'string'
    ? refuse(`alert/${format.name}`, alert, record.text)
    : toAlertEvent(format.name, alert, record, object)
}

/**
 * Lays an alert out as an event of kind `alert`: everything of the object under the names that any JSON record gets, and over it what
 * the alert is about, under ECS names and those of the triage contract.
 */
export const toAlertEvent = (name: string, alert: ForeignAlert, record: RawRecord, object: Json): Parsed => {
  const base: Draft = {}
  const found = addFields(base, flatten(alert.part ?? object), record)
  const said: Draft = {}
  set(said, 'event.provider', alert.provider)
  set(said, 'alert_id', alert.id?.slice(0, 1_024))
  set(said, 'alert_key', alert.key?.slice(0, 1_024))
  set(said, 'alert_own_id', alert.ownId)
  set(said, 'alert_type', alert.type)
  set(said, 'alert_severity', alert.severity)
  set(said, 'alert_title', oneLine(alert.title))
  set(said, 'alert_status', alert.over === undefined ? undefined : alert.over ? 'resolved' : 'firing')
  set(said, 'alert_count', alert.count)
  set(said, 'asset_id', alert.asset)
  set(said, 'source_ref', alert.ref)
  set(said, 'event.start', isoOf(alert.start))
  set(said, 'event.end', isoOf(alert.end))
  const stamp = (alert.over ? alert.end : alert.start) ?? alert.start ?? found.stamp
  return {
    format: `alert/${name}`,
    kind: 'alert',
    time: stamp?.time,
    timeGuessed: stamp?.guessed ?? true,
    message: (alert.description ?? alert.title).slice(0, longestValue),
    fields: { ...base, ...alert.fields, ...said },
  }
}

const isoOf = (stamp: Stamp | undefined): string | undefined =>
  stamp && Math.abs(stamp.time) < 8.64e15 ? new Date(stamp.time).toISOString() : undefined

const oneLine = (text: string): string => text.slice(0, 500).replace(/\s+/g, ' ').trim()
