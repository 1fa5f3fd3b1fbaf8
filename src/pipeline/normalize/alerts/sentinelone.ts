import { isObject } from '../../../lib/json/json-value.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { set, setHashes, text } from './pick.ts'

/** Parses threats of SentinelOne, from its API or its webhooks. */
export const sentinelOne: AlertFormat = {
  name: 'sentinelone',
  matches: ({ threatInfo, agentRealtimeInfo, agentDetectionInfo }) =>
    isObject(threatInfo) && (isObject(agentRealtimeInfo) || isObject(agentDetectionInfo)),
  read(object, record) {
    const { threatInfo: threat } = object
    const title = text(threat, 'threatName', 'classification')
    if (title === undefined || !isObject(threat)) return 'The threat has no threatInfo.threatName.'
    const host = text(object, 'agentRealtimeInfo.agentComputerName')
    const fields = {}
    set(fields, 'host.name', host)
    set(fields, 'host.ip', text(object, 'agentDetectionInfo.agentIpV4'))
    set(
      fields,
      'user.name',
      text(threat, 'processUser') ?? text(object, 'agentDetectionInfo.agentLastLoggedInUserName'),
    )
    set(fields, 'file.path', text(threat, 'filePath'))
    set(fields, 'file.name', text(threat, 'threatName'))
    set(fields, 'process.command_line', text(threat, 'maliciousProcessArguments'))
    set(fields, 'rule.name', title)
    setHashes(fields, ...['sha256', 'sha1', 'md5'].map((name) => text(threat, name)))
    const status = text(threat, 'incidentStatus')
    const id = text(threat, 'threatId') ?? text(object, 'id')
    return {
      provider: 'sentinelone',
      id,
      key: id,
      type: guessType(text(threat, 'classification'), title),
      severity: text(threat, 'confidenceLevel') === 'suspicious' ? 'medium' : 'high',
      title: `${text(threat, 'classification') ?? 'Threat'}: ${title}`,
      description: text(threat, 'mitigationStatusDescription'),
      start: toStamp(threat.identifiedAt ?? threat.createdAt, record),
      ...(status !== undefined && { over: isResolvedStatus(status) }),
      asset: host,
      fields,
    }
  },
}
