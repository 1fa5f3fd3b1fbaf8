import { isObject } from '../../../lib/json/json-value.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { set, setHashes, text } from './pick.ts'

const detection = /^(?:Epp|Mobile|Idp|Idp\w{1,20}|Xdr)?Detection(?:Summary)?Event$/

/** Parses detections of CrowdStrike Falcon, as its event stream and the SIEM connector write them. */
export const crowdstrike: AlertFormat = {
  name: 'crowdstrike',
  matches: ({ metadata, event }) =>
    isObject(metadata) &&
    isObject(event) &&
    typeof metadata.eventType === 'string' &&
    detection.test(metadata.eventType),
  read({ metadata, event }, record) {
    const title = text(event, 'DetectName', 'Name', 'DetectDescription', 'Description')
    if (title === undefined) return 'The detection has no event.DetectName, event.Name or event.DetectDescription.'
    const fields = {}
    const host = text(event, 'ComputerName', 'Hostname', 'SourceEndpointHostName')
    set(fields, 'host.name', host)
    set(fields, 'host.ip', text(event, 'LocalIP', 'LocalIPv6', 'SourceEndpointIpAddress'))
    set(fields, 'user.name', text(event, 'UserName', 'SourceAccountName'))
    set(fields, 'user.domain', text(event, 'MachineDomain', 'LogonDomain', 'SourceAccountDomain'))
    set(fields, 'file.name', text(event, 'FileName'))
    set(fields, 'file.path', text(event, 'FilePath'))
    set(fields, 'process.command_line', text(event, 'CommandLine'))
    set(fields, 'rule.name', title)
    set(fields, 'threat.tactic.name', text(event, 'Tactic'))
    set(fields, 'threat.technique.name', text(event, 'Technique'))
    setHashes(fields, ...['SHA256String', 'SHA1String', 'MD5String'].map((name) => text(event, name)))
    const id = text(event, 'CompositeId', 'DetectId', 'DetectionId')
    return {
      provider: 'crowdstrike',
      id,
      key: id,
      ref: text(event, 'FalconHostLink'),
      type: guessType(text(event, 'Tactic'), title, text(event, 'DetectDescription', 'Description')),
      severity: toSeverity(text(event, 'SeverityName')) ?? 'medium',
      title,
      description: text(event, 'DetectDescription', 'Description'),
      start: toStamp(isObject(metadata) ? metadata.eventCreationTime : undefined, record),
      asset: host,
      fields,
    }
  },
}
