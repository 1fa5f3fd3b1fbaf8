import { isObject } from '../../../lib/json/json-value.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { readObject } from '../formats/json/read-object.ts'
import type { Parsed, Parser } from '../parser.ts'
import { alertmanager, splitWebhook } from './alertmanager.ts'
import { cefAlertParser } from './cef-alert.ts'
import { crowdstrike } from './crowdstrike.ts'
import { defender } from './defender.ts'
import { elastic } from './elastic.ts'
import { falco } from './falco.ts'
import { type AlertFormat, readAlert, toParser } from './foreign-alert.ts'
import { genericAlert } from './generic-alert.ts'
import { grafana } from './grafana.ts'
import { guardduty } from './guardduty.ts'
import { leefAlertParser } from './leef-alert.ts'
import type { Json } from './pick.ts'
import { qradar } from './qradar.ts'
import { securityAlertFormat } from './security-alert.ts'
import { sentinel } from './sentinel.ts'
import { sentinelOne } from './sentinelone.ts'
import { splunk } from './splunk.ts'
import { suricata } from './suricata.ts'
import { theHive } from './thehive.ts'
import { wazuh } from './wazuh.ts'

const formats: readonly AlertFormat[] = [
  alertmanager,
  crowdstrike,
  defender,
  elastic,
  falco,
  grafana,
  guardduty,
  qradar,
  securityAlertFormat,
  sentinel,
  sentinelOne,
  splunk,
  suricata,
  theHive,
  wazuh,
]

/** Parses any alert. Senders of a format that we know may also declare `generic`: their own format knows their severities and names. */
const anyAlert: AlertFormat = {
  ...genericAlert,
  read(object, record) {
    const known = formats.find((format) => format.matches(object))?.read(object, record)
    return known === undefined || typeof known === 'string' ? genericAlert.read(object, record) : known
  },
}

/** The alert parsers by `source_type`. */
export const alertParsers: ReadonlyMap<string, Parser> = new Map(
  [
    ...[...formats, anyAlert].map((format) => [format.name, toParser(format)] as const),
    ['cef', cefAlertParser] as const,
    ['leef', leefAlertParser] as const,
  ].sort(([a], [b]) => (a < b ? -1 : 1)),
)

/**
 * Parses an object that can only be an alert; undefined for others. A resolved alert becomes an ordinary event, because a log line, which
 * anyone can write, must not close an alert.
 */
export const readSureAlert = (object: Json, record: RawRecord): Parsed | undefined => {
  const format = formats.find((one) => one.matches(object))
  const parsed = format && readAlert(format, object, record)
  return parsed?.fields.alert_status === 'resolved' ? { ...parsed, kind: 'event' } : parsed
}

/** Returns the alert format of a text; undefined if it is ambiguous. */
export const formatOf = (text: string): string | undefined => {
  const object = readObject(text)
  if (isObject(object)) return formats.find((one) => one.matches(object))?.name
  return text.startsWith('CEF:') ? 'cef' : text.startsWith('LEEF:') ? 'leef' : undefined
}

/** Names of lists in which senders bundle alerts. */
const bundles = ['alerts', 'findings', 'Findings', 'value', 'results', 'offenses', 'events']

/** Splits a posted body into the texts of its alerts: those of a webhook, a list or lines. Anything else is one alert. */
export const splitAlerts = (body: unknown): readonly string[] => {
  if (typeof body === 'string') return splitText(body)
  if (Array.isArray(body)) return body.flatMap((item: unknown) => splitAlerts(item))
  if (body === undefined) return []
  if (!isObject(body)) return [JSON.stringify(body)]
  if (Array.isArray(body.alerts) && body.groupKey !== undefined) return splitWebhook(body).map(toText)
  const { hits } = body
  if (isObject(hits) && isList(hits.hits) && Array.isArray(hits.hits)) return hits.hits.map(toText)
  const [only] = Object.keys(body).length <= 4 ? bundles.filter((name) => isList(body[name])) : []
  const list = only === undefined ? undefined : body[only]
  return Array.isArray(list) ? list.map(toText) : [toText(body)]
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isObject)

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Splits a text into lines, unless it is one JSON text. */
const splitText = (text: string): readonly string[] => {
  const trimmed = text.trim()
  if (/^[[{]/.test(trimmed)) {
    try {
      const value: unknown = JSON.parse(trimmed)
      return typeof value === 'string' ? [value] : splitAlerts(value)
    } catch {
      // The text may be JSON lines.
    }
  }
  return trimmed.split(/\r?\n/).filter((line) => line.trim() !== '')
}
