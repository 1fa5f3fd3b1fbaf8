import { isObject } from '../../../lib/json/json-value.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, toAlertType, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, pickText, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

const hashes = ['file_hash', 'hash', 'md5', 'sha1', 'sha256', 'file_hash_value']
const times = ['_time', 'timestamp', 'time', 'event_time', 'start_time']

/** Parses Splunk's alert actions: a webhook with its first result, or the fields of a result alone. */
export const splunk: AlertFormat = {
  name: 'splunk',
  matches: (object) =>
    typeof object.sid === 'string' && typeof object.search_name === 'string' && isObject(object.result),
  read(object, record) {
    const { result, ...around } = object
    const alert: Json = isObject(result) ? { ...result, ...around } : object
    // Splunk's app is not the service of the alert.
    const { app, ...part } = alert
    const signature = text(alert, 'signature', 'rule_name', 'signature_id')
    const id = text(alert, 'alert_id', 'result_id', 'sid', 'id')
    const title = text(alert, 'rule_name', 'signature', 'title', 'search_name')
    const description = text(alert, 'message', 'description', 'title', 'rule_name', 'signature', 'search_name')
    if (description === undefined && id === undefined) return 'The alert has neither an id nor a message.'
    const kind = text(alert, 'category', 'alert_type', 'type', 'threat_type', 'attack_type', 'rule_type')
    const start = times.map((name) => toStamp(at(alert, name), record)).find((time) => time !== undefined)

    const fields = {}
    setSide(
      fields,
      'source',
      text(alert, 'src_ip', 'source_ip', 'src', 'src_address'),
      text(alert, 'src_port', 'source_port'),
    )
    setSide(
      fields,
      'destination',
      text(alert, 'dest_ip', 'destination_ip', 'dest', 'dst_ip', 'dest_address'),
      text(alert, 'dest_port', 'destination_port', 'dst_port'),
    )
    set(fields, 'network.transport', text(alert, 'transport', 'protocol')?.toLowerCase())
    set(fields, 'user.name', text(alert, 'user_id', 'user', 'username', 'account', 'dest_user'))
    set(fields, 'host.name', text(alert, 'host', 'hostname', 'dest_host'))
    set(fields, 'process.name', text(alert, 'process_name', 'process', 'proc_name'))
    set(fields, 'file.name', text(alert, 'file_name'))
    set(fields, 'dns.question.name', text(alert, 'dns_query', 'query_name'))
    setHashes(fields, ...hashes.map((name) => text(alert, name)))
    setUrl(fields, text(alert, 'url', 'uri', 'domain', 'dest_url'))
    set(fields, 'rule.name', text(alert, 'rule_name', 'signature', 'search_name'))
    set(fields, 'rule.id', text(alert, 'signature_id', 'rule_id'))
    set(fields, 'threat.technique.id', textsAt(alert, 'mitre_technique_id'))
    set(fields, 'splunk_search', text(alert, 'search_name'))
    set(fields, 'splunk_app', pickText(app))
    set(fields, 'splunk_owner', text(alert, 'owner'))
    return {
      provider: 'splunk',
      id: id ?? (signature === undefined ? undefined : `SPLUNK-${signature}`),
      key: id,
      ref: text(alert, 'search_id', 'result_id', 'sid'),
      type: kind === undefined ? guessType(title, description) : (toAlertType(kind) ?? 'other'),
      severity: toSeverity(text(alert, 'severity', 'priority', 'level', 'risk_level', 'urgency')) ?? 'medium',
      title: title ?? description ?? 'Splunk security alert',
      description: description ?? 'Splunk security alert',
      start,
      asset: text(alert, 'asset_id', 'asset', 'host', 'hostname', 'dest_host'),
      fields,
      part,
    }
  },
}
