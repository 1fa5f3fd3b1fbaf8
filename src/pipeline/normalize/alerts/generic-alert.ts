import { isObject } from '../../../lib/json/json-value.ts'
import type { Draft } from '../draft.ts'
import { addFields } from '../fields/aliases.ts'
import { flatten } from '../fields/flatten.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toAlertType, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, numberAt, set, setHashes, setUrl, text, textsAt } from './pick.ts'

const ids = ['alert_id', 'alertId', 'external_id', 'incident_id', 'id', 'fingerprint', 'uuid', 'event_id', 'key']
const titles = [
  ...['title', 'alert_name', 'alertname', 'alert_title', 'rule_name', 'rule.name', 'ruleName', 'rule', 'signature'],
  ...['name', 'subject', 'summary', 'event.title', 'policy_name', 'check', 'message', 'description', 'text'],
]
const descriptions = ['description', 'message', 'details', 'summary', 'text', 'body', 'output', 'reason']
const severityNames = ['severity', 'priority', 'level', 'risk_level', 'urgency', 'criticality', 'severity_name']
const statuses = ['status', 'state', 'alert_status', 'event_state', 'current_state', 'transition']
const types = ['alert_type', 'category', 'type', 'threat_type', 'attack_type', 'classification']
const starts = ['started_at', 'startsAt', 'start_time', 'created_at', 'createdAt', 'first_seen', 'date_happened']
const ends = ['ended_at', 'endsAt', 'end_time', 'resolved_at', 'last_seen']
/** Objects in which webhooks wrap their subject. */
const wrappers = ['alert', 'incident', 'data', 'event', 'payload', 'finding', 'issue', 'monitor']

/** Parses alerts of unknown senders by common field names. Applies only if the sender declares an alert. */
export const genericAlert: AlertFormat = {
  name: 'generic',
  matches: () => false,
  read(object, record) {
    const layers = layersOf(object)
    const first = (paths: readonly string[]) => textIn(layers, paths)
    const title = first(titles)
    if (title === undefined) return 'The alert has no field such as title, message or description.'
    const id = first(ids)
    const kind = first(types)
    const status = first(statuses)
    const fields: Draft = {}
    const plain: Draft = {}
    // Other fields get the names that any record's fields get.
    for (const layer of layers) addFields(plain, flatten(layer), record)
    for (const name of subjects) set(fields, name, plain[name])
    setHashes(fields, ...['file_hash', 'hash', 'sha256', 'sha1', 'md5'].map((name) => first([name])))
    setUrl(fields, first(['url', 'uri', 'link', 'domain']))
    set(fields, 'rule.name', first(['rule_name', 'ruleName', 'rule.name', 'rule', 'signature', 'alertname']))
    set(
      fields,
      'threat.technique.id',
      layers.flatMap((layer) => textsAt(layer, 'techniques')),
    )
    const start = layers.flatMap((layer) => starts.map((name) => toStamp(at(layer, name), record)))
    const end = layers.flatMap((layer) => ends.map((name) => toStamp(at(layer, name), record)))
    return {
      provider: first(['source', 'provider', 'product', 'vendor']) ?? 'generic',
      id,
      key: id,
      ref: first(['source_ref', 'url', 'link', 'permalink']),
      type: toAlertType(kind) ?? guessType(title, kind),
      severity: toSeverity(first(severityNames)) ?? 'medium',
      title,
      description: first(descriptions),
      start: start.find((time) => time !== undefined),
      end: end.find((time) => time !== undefined),
      ...(status !== undefined && { over: isResolvedStatus(status) }),
      count: numberAt(object, 'count'),
      asset: first(['asset_id', 'asset', 'host', 'hostname', 'device', 'resource_name']),
      fields,
    }
  },
}

const subjects = [
  ...['source.ip', 'source.domain', 'source.port', 'destination.ip', 'destination.domain', 'destination.port'],
  ...['user.name', 'host.name', 'process.name', 'file.path', 'network.transport', 'dns.question.name'],
]

/** Returns the object and those it wraps. */
const layersOf = (object: Json): readonly Json[] => [
  object,
  ...wrappers.flatMap((name) => {
    const inner = at(object, name)
    return isObject(inner) ? [inner] : []
  }),
]

const textIn = (layers: readonly Json[], paths: readonly string[]): string | undefined => {
  for (const layer of layers) {
    const found = text(layer, ...paths)
    if (found !== undefined) return found
  }
  return undefined
}
