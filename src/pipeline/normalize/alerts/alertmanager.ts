import { createHash } from 'node:crypto'
import { isObject } from '../../../lib/json/json-value.ts'
import type { Draft } from '../draft.ts'
import { toAddress } from '../fields/address.ts'
import type { TimeReference } from '../time/calendar.ts'
import { type Stamp, toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toAlertType, toSeverity } from './classify.ts'
import type { AlertFormat, ForeignAlert } from './foreign-alert.ts'
import { type Json, numberAt, objectAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

/** Parses one alert of Alertmanager's webhook (version 4), or one that Prometheus posts to Alertmanager. */
export const alertmanager: AlertFormat = {
  name: 'alertmanager',
  matches: (object) => isWebhook(object) && object.version === '4',
  read: (object, record) => readWebhookAlert(object, 'alertmanager', record),
}

/** Whether an object is a group of alerts from Alertmanager or Grafana. */
export const isWebhook = (object: Json): boolean =>
  Array.isArray(object.alerts) && typeof object.receiver === 'string' && typeof object.groupKey === 'string'

/** Splits a webhook into webhooks of one alert each. Returns anything else unchanged. */
export const splitWebhook = (object: Json): readonly Json[] =>
  Array.isArray(object.alerts) && object.alerts.every(isObject)
    ? object.alerts.map((alert) => ({ ...object, alerts: [alert] }))
    : [object]

/** Parses the one alert of a webhook, including the common labels of its group. */
export const readWebhookAlert = (object: Json, provider: string, place: TimeReference): ForeignAlert | string => {
  const list = Array.isArray(object.alerts) ? object.alerts : [object]
  if (list.length !== 1) return `The body contains ${list.length} alerts. Post it as a webhook to split them.`
  const [alert] = list
  if (!isObject(alert) || !isObject(alert.labels)) return 'The alert has no labels.'
  const labels = { ...objectAt(object, 'commonLabels'), ...alert.labels }
  const notes = { ...objectAt(object, 'commonAnnotations'), ...objectAt(alert, 'annotations') }

  const title = text(labels, 'alertname') ?? text(notes, 'summary', 'title') ?? 'alert without a name'
  const over = isResolvedStatus(text(alert, 'status') ?? text(object, 'status'))
  const fields: Draft = {}
  setSide(fields, 'source', text(labels, 'source_ip', 'src_ip', 'client_ip'))
  setSide(fields, 'destination', text(labels, 'destination_ip', 'dest_ip', 'dst_ip'))
  setHost(fields, labels)
  set(fields, 'user.name', text(labels, 'user', 'username'))
  set(fields, 'service.name', text(labels, 'service', 'job', 'app'))
  set(fields, 'rule.name', text(labels, 'alertname'))
  set(fields, 'rule.reference', text(alert, 'generatorURL'))
  set(fields, 'threat.technique.id', textsAt(labels, 'technique'))
  setHashes(fields, text(labels, 'file_hash', 'sha256', 'md5'))
  setUrl(fields, text(labels, 'url', 'target'))
  return {
    provider,
    id: fingerprintOf(alert, labels),
    key: fingerprintOf(alert, labels),
    ref: text(alert, 'generatorURL'),
    type: toAlertType(text(labels, 'alert_type', 'category', 'type')) ?? guessType(title),
    severity: toSeverity(text(labels, 'severity', 'priority', 'level')) ?? 'medium',
    title,
    description: text(notes, 'description', 'summary', 'message'),
    start: realTime(alert.startsAt, place),
    end: realTime(alert.endsAt, place),
    over,
    count: numberAt(alert, 'count'),
    asset: text(labels, 'asset_id', 'asset'),
    fields,
    part: { ...alert, receiver: object.receiver, groupKey: object.groupKey, externalURL: object.externalURL },
  }
}

/** Parses a time. Go writes the year 1 for no time. */
const realTime = (value: unknown, place: TimeReference): Stamp | undefined => {
  const stamp = typeof value === 'string' && value.startsWith('0001-') ? undefined : toStamp(value, place)
  return stamp && stamp.time > 0 ? stamp : undefined
}

const hostNames = ['host', 'hostname', 'nodename', 'node', 'device', 'instance', 'pod']

/** Sets the host without the port of its exporter. */
const setHost = (fields: Draft, labels: Json): void => {
  const name = text(labels, ...hostNames)
  if (name === undefined) return
  const known = toAddress(name)
  if (known?.ip !== undefined) set(fields, 'host.ip', known.ip)
  else if (known?.domain !== undefined) set(fields, 'host.name', known.domain)
  else setUrl(fields, name)
}

/** Returns the fingerprint. Old versions send none, so it is made from the labels. */
const fingerprintOf = (alert: Json, labels: Json): string => {
  const given = text(alert, 'fingerprint')
  if (given !== undefined) return given
  const sorted = Object.keys(labels).sort()
  return createHash('sha256')
    .update(JSON.stringify(sorted.map((name) => [name, labels[name]])))
    .digest('hex')
    .slice(0, 16)
}
