import { createHash } from 'node:crypto'
import { isObject } from '../../../lib/json/json-value.ts'
import {
  type AlertType,
  alertTypes,
  type Detection,
  type Entity,
  type Observed,
} from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { type Severity, severities, severityRank } from '../../../schema/severity.ts'
import { toEvidence } from '../shared/evidence.ts'
import { quote } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'

interface ExternalOptions {
  /** How long an alert absorbs repeats since it was last seen, in ms. */
  readonly ttl: number
  readonly least: Severity
}

/** How likely an alert of each severity matters. */
const scores: Readonly<Record<Severity, number>> = { info: 0.15, low: 0.35, medium: 0.6, high: 0.85, critical: 0.95 }

/** Turns an external alert into a detection. Returns undefined below the minimum severity, unless the alert was resolved. */
export const toExternalDetection = (event: Event, { ttl, least }: ExternalOptions): Detection | undefined => {
  const alert = readAlert(event)
  const { severity, type, title, provider, over } = alert
  if (!over && severityRank(severity) < severityRank(least)) return undefined
  const about = subjectOf(event)
  const start = timeOf(event, 'event.start') ?? event.time
  const to = Math.max(start, timeOf(event, 'event.end') ?? event.time)
  const key = keyOf(event, alert)
  // The sentence around it ends with a full stop.
  const message = quote(event.message.replace(/(?<!\.)\.$/, ''), 300)
  const keyed = event.fields.alert_key !== undefined
  return toDetection({
    detector: 'external',
    kind: 'external',
    type,
    source: event.source,
    stream: event.stream,
    // A resent alert is the same detection; a changed one is new. Without an id, the whole text identifies it.
    subject: [key, severity, title, over ? 'over' : '', keyed ? '' : hash(event.original)].join('\0'),
    start: event.timeGuessed && keyed ? 0 : start,
    from: start,
    to,
    score: over ? 0 : scores[severity],
    severity: over ? 'info' : severity,
    title: about === undefined || title.includes(about) ? title : `${title}: ${about}`,
    sentence: over
      ? `${provider} reports this alert as resolved: ${message}.`
      : `${provider} raised an alert of ${severity} severity: ${message}.`,
    value: severity,
    usual: 'no alert',
    reasons: [
      { feature: `severity from ${provider}`, value: severity, usual: 'no alert', pull: 3 },
      {
        feature: `rule of ${provider}`,
        value: quote(textField(event, 'rule.name') ?? title),
        usual: 'no match',
        pull: 1,
      },
    ],
    evidence: [toEvidence(event, over ? 'resolved' : 'raised')],
    events: Math.max(1, numberField(event, 'alert_count') ?? 1),
    entities: entitiesOf(event),
    techniques: techniquesOf(event),
    key,
    learning: false,
    observed: observedOf(event),
    alertId: textField(event, 'alert_own_id'),
    ...(over && { over }),
    mergeWithin: ttl,
  })
}

interface ReportedAlert {
  readonly provider: string
  readonly type: AlertType
  readonly severity: Severity
  readonly title: string
  readonly over: boolean
}

const readAlert = (event: Event): ReportedAlert => ({
  provider: textField(event, 'event.provider') ?? event.source,
  type: alertTypes.find((type) => type === event.fields.alert_type) ?? 'other',
  severity: severities.find((severity) => severity === event.fields.alert_severity) ?? 'medium',
  title: textField(event, 'alert_title') ?? event.message,
  over: event.fields.alert_status === 'resolved',
})

const longestKey = 120

/** Identifies an alert by its sender and the sender's id; without an id, by its content. */
const keyOf = (event: Event, { provider, type, title }: ReportedAlert): string => {
  const sender = provider === event.source ? provider : `${event.source}/${provider}`
  const id = textField(event, 'alert_key')
  if (id !== undefined) return `${sender}: ${id.length > longestKey ? hash(id) : id}`
  const about = [
    textField(event, 'rule.id') ?? title,
    type,
    ...['source.ip', 'destination.ip', ...hashFields, 'url.original', 'asset_id', 'user.name'].map(
      (name) => textField(event, name) ?? '',
    ),
  ]
  return `${sender}: ${title.slice(0, longestKey)} (${hash(about.filter((text) => text !== '').join('|'))})`
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Returns the entity that a title should name. */
const subjectOf = (event: Event): string | undefined =>
  textField(event, 'host.name') ?? textField(event, 'asset_id') ?? textField(event, 'source.ip')

const hashFields = ['file.hash.sha256', 'file.hash.sha1', 'file.hash.md5'] as const

const entityFields: readonly (readonly [string, Entity['type']])[] = [
  ['source.ip', 'ip'],
  ['destination.ip', 'ip'],
  ['host.ip', 'ip'],
  ['user.name', 'user'],
  ['source.user.name', 'user'],
  ['host.name', 'host'],
  ['asset_id', 'asset'],
  ['service.name', 'service'],
  ['process.name', 'process'],
  ['file.path', 'file'],
  ['file.name', 'file'],
  ...hashFields.map((name) => [name, 'hash'] as const),
  ['url.original', 'url'],
  ['url.domain', 'domain'],
  ['dns.question.name', 'domain'],
  ['source.domain', 'domain'],
  ['destination.domain', 'domain'],
  ['device.id', 'device'],
]

const entitiesOf = (event: Event): Entity[] => {
  const host = textField(event, 'host.name')
  return entityFields.flatMap(([name, type]): Entity[] => {
    const value = textField(event, name)
    // An asset that has its host's name would be a duplicate.
    return value === undefined || (type === 'asset' && value === host) ? [] : [{ type, value }]
  })
}

const techniquesOf = (event: Event): string[] => {
  const ids = event.fields['threat.technique.id']
  const list: readonly unknown[] = Array.isArray(ids) ? ids : [ids]
  return list.flatMap((id) => (typeof id === 'string' && /^T\d{4}(?:\.\d{3})?$/.test(id) ? [id] : [])).slice(0, 50)
}

/** Returns the sender's values, for the alert columns. */
const observedOf = (event: Event): Observed => {
  const host = textField(event, 'host.name')
  const texts = {
    external_id: textField(event, 'alert_id'),
    source_ref: textField(event, 'source_ref'),
    source_ip: textField(event, 'source.ip'),
    destination_ip: textField(event, 'destination.ip'),
    protocol: textField(event, 'network.transport') ?? textField(event, 'network.protocol'),
    user_name: textField(event, 'user.name'),
    asset_id: textField(event, 'asset_id') ?? host,
    file_hash: hashFields.map((name) => textField(event, name)).find((value) => value !== undefined),
    file_name: textField(event, 'file.name'),
    url: textField(event, 'url.original'),
    dns_query: textField(event, 'dns.question.name'),
  }
  const source_port = numberField(event, 'source.port')
  const destination_port = numberField(event, 'destination.port')
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
    ...(source_port !== undefined && { source_port }),
    ...(destination_port !== undefined && { destination_port }),
    raw_data: rawDataOf(event),
  }
}

const longestRaw = 65_536

/** Returns the record as an object. A very long one is cut, because the event contains all of it. */
const rawDataOf = ({ id, original }: Event): Record<string, unknown> => {
  if (original.length > longestRaw) return { truncated: true, event_id: id, text: original.slice(0, 4_000) }
  try {
    const value: unknown = JSON.parse(original)
    if (isObject(value)) return { ...value }
  } catch {
    // a line that is no JSON
  }
  return { text: original }
}

const timeOf = (event: Event, name: string): number | undefined => {
  const time = Date.parse(textField(event, name) ?? '')
  return Number.isNaN(time) ? undefined : time
}

const numberField = (event: Event, name: string): number | undefined => {
  const value = event.fields[name]
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}
