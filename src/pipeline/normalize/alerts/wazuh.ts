import { isObject } from '../../../lib/json/json-value.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { numberAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

/** Parses Wazuh's alerts, from `alerts.json` or its integrations. */
export const wazuh: AlertFormat = {
  name: 'wazuh',
  matches: (object) =>
    isObject(object.rule) &&
    typeof object.rule.level === 'number' &&
    object.rule.id !== undefined &&
    (isObject(object.manager) || isObject(object.agent) || isObject(object.decoder)),
  read(object, record) {
    const rule = text(object, 'rule.id')
    const title = text(object, 'rule.description', 'title') ?? (rule === undefined ? undefined : `Wazuh rule ${rule}`)
    if (title === undefined) return 'The alert has no rule.description and no rule.id.'
    const windows = 'data.win.eventdata.'
    const host = text(object, 'agent.name', 'predecoder.hostname')

    const fields = {}
    setSide(
      fields,
      'source',
      text(object, 'data.srcip', 'data.src_ip', `${windows}ipAddress`, `${windows}sourceIp`),
      text(object, 'data.srcport', 'data.src_port', `${windows}ipPort`),
    )
    setSide(
      fields,
      'destination',
      text(object, 'data.dstip', 'data.dest_ip', `${windows}destinationIp`),
      text(object, 'data.dstport', 'data.dest_port', `${windows}destinationPort`),
    )
    set(fields, 'network.transport', text(object, 'data.protocol', 'data.proto')?.toLowerCase())
    set(
      fields,
      'user.name',
      text(object, 'data.dstuser', 'data.srcuser', 'data.user', `${windows}targetUserName`, 'syscheck.uname_after'),
    )
    set(fields, 'host.name', host)
    set(fields, 'host.ip', text(object, 'agent.ip'))
    set(fields, 'process.name', text(object, 'predecoder.program_name'))
    set(fields, 'file.path', text(object, 'syscheck.path'))
    set(fields, 'file.name', text(object, 'data.virustotal.source.file') ?? baseName(text(object, 'syscheck.path')))
    set(fields, 'rule.name', title)
    set(fields, 'rule.id', rule)
    set(fields, 'rule.category', text(object, 'rule.groups.0'))
    set(fields, 'event.severity', numberAt(object, 'rule.level'))
    set(fields, 'event.code', text(object, 'data.win.system.eventID'))
    set(fields, 'threat.technique.id', textsAt(object, 'rule.mitre.id'))
    setHashes(
      fields,
      ...['sha256_after', 'sha1_after', 'md5_after'].map((name) => text(object, `syscheck.${name}`)),
      ...['sha1', 'md5'].map((name) => text(object, `data.virustotal.source.${name}`)),
    )
    setUrl(fields, text(object, 'data.url'))
    return {
      provider: 'wazuh',
      id: text(object, 'id'),
      ref: rule,
      type: guessType(...textsAt(object, 'rule.groups').map((group) => groupTypes.get(group)), title),
      severity: severityOf(numberAt(object, 'rule.level') ?? 7),
      title,
      description: title,
      start: toStamp(object.timestamp ?? object['@timestamp'], record),
      asset: host,
      fields,
    }
  },
}

/** Maps Wazuh's levels: up to 3 info, up to 6 low, up to 11 medium, up to 14 high. */
const severityOf = (level: number): Severity =>
  level >= 15 ? 'critical' : level >= 12 ? 'high' : level >= 7 ? 'medium' : level >= 4 ? 'low' : 'info'

const groupTypes: ReadonlyMap<string, string> = new Map([
  ['authentication_failures', 'brute_force'],
  ['virus', 'malware'],
  ['malware', 'malware'],
  ['rootcheck', 'anomaly'],
  ['web_scan', 'unauthorized_access'],
  ['attack', 'unauthorized_access'],
  ['exploit_attempt', 'unauthorized_access'],
  ['sql_injection', 'unauthorized_access'],
  ['invalid_login', 'unauthorized_access'],
  ['authentication_failed', 'unauthorized_access'],
  ['dos', 'ddos'],
  ['policy_violation', 'policy_violation'],
  ['policy_changed', 'policy_violation'],
])

const baseName = (path: string | undefined): string | undefined => path?.split(/[/\\]/).at(-1)
