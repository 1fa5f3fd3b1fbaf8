import { toStamp } from '../time/timestamp.ts'
import { toAlertType, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, numberAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

const mostId = 200

/** Parses the SecurityAlert of the triage contract. Also searches the sender's own data for more fields. */
export const securityAlertFormat: AlertFormat = {
  name: 'native',
  matches: (object) =>
    typeof object.alert_id === 'string' &&
    typeof object.alert_type === 'string' &&
    typeof object.severity === 'string' &&
    typeof object.description === 'string' &&
    object.timestamp !== undefined &&
    toAlertType(object.alert_type) !== undefined &&
    toSeverity(object.severity) !== undefined,
  read(object, record) {
    const id = text(object, 'alert_id')
    const type = toAlertType(text(object, 'alert_type'))
    const severity = toSeverity(text(object, 'severity'))
    const description = text(object, 'description')
    if (id === undefined || type === undefined || severity === undefined || description === undefined) {
      return 'An alert needs an alert_id, an alert_type, a severity and a description.'
    }
    const fields = {}
    setSide(fields, 'source', text(object, 'source_ip'), more(object, 'source_port'))
    setSide(fields, 'destination', text(object, 'target_ip', 'destination_ip'), more(object, 'destination_port'))
    set(fields, 'network.transport', more(object, 'protocol')?.toLowerCase())
    set(fields, 'user.name', text(object, 'user_id'))
    set(fields, 'host.name', more(object, 'hostname') ?? more(object, 'host'))
    set(fields, 'file.name', more(object, 'file_name'))
    set(fields, 'dns.question.name', more(object, 'dns_query'))
    set(fields, 'rule.name', more(object, 'rule_name'))
    set(fields, 'threat.technique.id', textsAt(object, 'techniques'))
    setHashes(fields, text(object, 'file_hash'))
    setUrl(fields, text(object, 'url'))
    return {
      provider: text(object, 'source') ?? 'native',
      id: id.slice(0, mostId),
      ownId: id,
      key: id.slice(0, mostId),
      ref: text(object, 'source_ref'),
      type,
      severity,
      title: text(object, 'title') ?? description,
      description,
      start: toStamp(object.timestamp, record),
      count: numberAt(object, 'count'),
      asset: text(object, 'asset_id'),
      fields,
    }
  },
}

/** Returns a field beyond the contract: at the top level, in the normalized data, or in the raw data. */
const more = (object: Json, name: string): string | undefined =>
  text(object, name) ?? text(at(object, 'normalized_data'), name) ?? text(at(object, 'raw_data'), name)
