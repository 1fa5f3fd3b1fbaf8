import type { AlertType } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, numberAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

const times = ['start_time', 'timestamp', 'created_time', 'offense_start_time', 'event_time']

/** Parses offenses of IBM QRadar, from its API or its forwarding rules. */
export const qradar: AlertFormat = {
  name: 'qradar',
  matches: (object) =>
    (object.offense_type !== undefined || object.offense_id !== undefined) &&
    object.magnitude !== undefined &&
    (object.offense_source !== undefined || object.credibility !== undefined || object.start_time !== undefined),
  read(object, record) {
    const id = text(object, 'offense_id', 'id', 'alert_id')
    const kind = text(object, 'offense_type')
    const description = text(object, 'description', 'offense_description', 'rule_description', 'message')
    if (id === undefined && kind === undefined && description === undefined) {
      return 'The offense has no id, no offense_type and no description.'
    }
    const start = times.map((name) => toStamp(at(object, name), record)).find((time) => time !== undefined)
    const title = description ?? (kind === undefined ? 'QRadar security alert' : `QRadar offense: ${kind}`)

    const fields = {}
    setSide(
      fields,
      'source',
      text(object, 'source_ip', 'src_address', 'source_address') ?? addressIn(object),
      text(object, 'source_port', 'src_port'),
    )
    setSide(
      fields,
      'destination',
      text(object, 'destination_ip', 'dest_address', 'destination_address'),
      text(object, 'destination_port', 'dest_port'),
    )
    set(fields, 'network.transport', text(object, 'protocol', 'transport_protocol', 'layer4_protocol')?.toLowerCase())
    set(fields, 'user.name', text(object, 'user_name', 'username', 'source_user'))
    set(fields, 'host.name', text(object, 'host_name', 'destination_host'))
    set(fields, 'process.name', text(object, 'process_name', 'process'))
    setHashes(fields, ...['file_hash', 'hash_value', 'md5', 'sha1', 'sha256'].map((name) => text(object, name)))
    setUrl(fields, text(object, 'url', 'uri', 'domain_name'))
    set(fields, 'event.severity', numberAt(object, 'severity'))
    for (const name of ['offense_id', 'magnitude', 'category']) set(fields, name, text(object, name))
    set(fields, 'offense_type', kind)
    return {
      provider: 'qradar',
      id: id === undefined ? undefined : `QRADAR-${id}`,
      key: id,
      ref: text(object, 'offense_id', 'id'),
      type: typeOf(object, kind, description),
      severity: severityOf(object),
      title,
      start,
      end: toStamp(object.last_updated_time, record),
      over: at(object, 'status') === undefined ? undefined : isResolvedStatus(text(object, 'status')),
      count: numberAt(object, 'event_count'),
      asset: text(object, 'asset_id', 'host_name', 'destination_host'),
      fields,
    }
  },
}

/** Returns the source address, if the offense is about an address. */
const addressIn = (object: Json): string | undefined => {
  const about = text(object, 'offense_source')
  return about !== undefined && /^[\da-f.:]+$/i.test(about) ? about : undefined
}

const types: ReadonlyMap<string, AlertType> = new Map([
  ['malware detected', 'malware'],
  ['malware', 'malware'],
  ['phishing', 'phishing'],
  ['brute force', 'brute_force'],
  ['brute-force', 'brute_force'],
  ['ddos attack', 'ddos'],
  ['denial of service', 'ddos'],
  ['data exfiltration', 'data_exfiltration'],
  ['unauthorized access', 'unauthorized_access'],
  ['anomaly detected', 'anomaly'],
  ['network anomaly', 'anomaly'],
  ['suspicious activity', 'anomaly'],
  ['policy violation', 'other'],
  ['security policy violation', 'other'],
])

/** Maps the name of the offense type. If it is a number of QRadar's, uses the description. */
const typeOf = (object: Json, kind: string | undefined, description: string | undefined): AlertType => {
  const named = [kind, text(object, 'category'), text(object, 'alert_type')].flatMap((word) =>
    word === undefined ? [] : (types.get(word.toLowerCase()) ?? []),
  )
  if (named[0] !== undefined) return named[0]
  return kind === undefined || /^\d+$/.test(kind) ? guessType(description, ...textsAt(object, 'categories')) : 'other'
}

/** Returns the severity. A magnitude in words shifts a medium severity; as a number it only repeats the severity. */
const severityOf = (object: Json): Severity => {
  const base = toSeverity(text(object, 'severity')) ?? 'medium'
  const magnitude = text(object, 'magnitude')?.toLowerCase()
  if (base !== 'medium') return base
  return magnitude === 'high' ? 'high' : magnitude === 'low' ? 'low' : base
}
