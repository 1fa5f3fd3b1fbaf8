import { isObject } from '../../../lib/json/json-value.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { numberAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

/** Parses alerts in Suricata's EVE log. Other EVE lines are ordinary events. */
export const suricata: AlertFormat = {
  name: 'suricata',
  matches: (object) => object.event_type === 'alert' && isObject(object.alert) && object.alert.signature !== undefined,
  read(object, record) {
    const signature = text(object, 'alert.signature')
    if (signature === undefined) return 'The alert has no alert.signature.'
    const category = text(object, 'alert.category')
    const rule = text(object, 'alert.signature_id')
    const flow = text(object, 'flow_id')

    const fields = {}
    setSide(fields, 'source', text(object, 'src_ip'), numberAt(object, 'src_port'))
    setSide(fields, 'destination', text(object, 'dest_ip'), numberAt(object, 'dest_port'))
    set(fields, 'network.transport', text(object, 'proto')?.toLowerCase())
    set(fields, 'network.protocol', text(object, 'app_proto'))
    set(fields, 'rule.name', signature)
    set(fields, 'rule.id', rule)
    set(fields, 'rule.category', category)
    set(fields, 'event.severity', numberAt(object, 'alert.severity'))
    set(fields, 'event.action', text(object, 'alert.action'))
    set(fields, 'dns.question.name', text(object, 'dns.query.0.rrname', 'dns.rrname', 'dns.queries.0.rrname'))
    set(fields, 'file.name', text(object, 'fileinfo.filename', 'files.0.filename'))
    set(fields, 'threat.technique.id', textsAt(object, 'alert.metadata.mitre_technique_id'))
    setHashes(fields, ...['sha256', 'sha1', 'md5'].map((name) => text(object, `fileinfo.${name}`, `files.0.${name}`)))
    const host = text(object, 'http.hostname')
    const path = text(object, 'http.url')
    setUrl(fields, host !== undefined && path?.startsWith('/') ? `http://${host}${path}` : (path ?? host))
    setUrl(fields, text(object, 'tls.sni'))
    return {
      provider: 'suricata',
      id: flow === undefined || rule === undefined ? undefined : `${rule}-${flow}`,
      ref: rule,
      type: guessType(types.get(category ?? ''), signature, category),
      severity: severities[numberAt(object, 'alert.severity') ?? 2] ?? 'medium',
      title: signature,
      start: toStamp(object.timestamp, record),
      fields,
    }
  },
}

/** Suricata's severities, from 1, the most severe. */
const severities: readonly (Severity | undefined)[] = [undefined, 'high', 'medium', 'low', 'info']

/** Suricata's classes whose words alone are ambiguous. */
const types: ReadonlyMap<string, string> = new Map([
  ['A Network Trojan was detected', 'malware'],
  ['Attempted Administrator Privilege Gain', 'unauthorized_access'],
  ['Attempted User Privilege Gain', 'unauthorized_access'],
  ['Successful Administrator Privilege Gain', 'unauthorized_access'],
  ['Successful User Privilege Gain', 'unauthorized_access'],
  ['Successful Credential Theft Detected', 'unauthorized_access'],
  ['access to a potentially vulnerable web application', 'unauthorized_access'],
  ['Attempted Denial of Service', 'ddos'],
  ['Detection of a Denial of Service Attack', 'ddos'],
  ['Large Scale Information Leak', 'data_exfiltration'],
  ['Potential Corporate Privacy Violation', 'policy_violation'],
  ['Not Suspicious Traffic', 'other'],
])
