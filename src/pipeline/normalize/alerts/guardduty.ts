import { isObject } from '../../../lib/json/json-value.ts'
import type { AlertType } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, numberAt, objectAt, set, setHashes, setSide, setUrl, text } from './pick.ts'

/** Parses findings of Amazon GuardDuty, alone or inside an EventBridge event. */
export const guardduty: AlertFormat = {
  name: 'guardduty',
  matches: (object) =>
    object.source === 'aws.guardduty' ||
    (isObject(object.service) && object.service.serviceName === 'guardduty' && typeof object.type === 'string'),
  read(object, record) {
    const finding = isObject(object.detail) ? object.detail : object
    const id = text(finding, 'id')
    const kind = text(finding, 'type')
    if (id === undefined || kind === undefined) return 'The finding has no id or no type.'
    const { action, name } = actionOf(finding)

    const fields = {}
    setSides(fields, finding, action)
    set(fields, 'network.transport', text(action, 'protocol')?.toLowerCase())
    set(
      fields,
      'user.name',
      text(finding, 'resource.accessKeyDetails.userName', 'resource.kubernetesDetails.kubernetesUserDetails.username'),
    )
    set(fields, 'user.id', text(finding, 'resource.accessKeyDetails.principalId'))
    set(fields, 'host.name', text(finding, 'resource.instanceDetails.instanceId', 'resource.eksClusterDetails.name'))
    set(fields, 'cloud.provider', 'aws')
    set(fields, 'cloud.account.id', text(finding, 'accountId'))
    set(fields, 'cloud.region', text(finding, 'region'))
    set(fields, 'event.action', text(action, 'api') ?? name)
    set(fields, 'event.severity', numberAt(finding, 'severity'))
    set(fields, 'rule.name', kind)
    set(fields, 'dns.question.name', text(action, 'domain'))
    set(fields, 'url.domain', text(action, 'domainDetails.domain', 'remoteIpDetails.domain'))
    const file = objectAt(
      finding,
      'service.ebsVolumeScanDetails.scanDetections.threatDetectedByName.threatNames.0.filePaths.0',
    )
    set(fields, 'file.name', text(file, 'fileName'))
    setHashes(fields, text(file, 'hash'), text(finding, 'service.runtimeDetails.process.executableSha256'))
    setUrl(fields, text(finding, 'resource.s3BucketDetails.0.arn'))
    return {
      provider: 'guardduty',
      id,
      key: id,
      ref: text(finding, 'arn'),
      type: typeOf(kind),
      severity: severityOf(numberAt(finding, 'severity') ?? 5),
      title: text(finding, 'title') ?? kind,
      description: text(finding, 'description'),
      start: toStamp(at(finding, 'service.eventFirstSeen') ?? finding.createdAt, record),
      end: toStamp(at(finding, 'service.eventLastSeen') ?? finding.updatedAt, record),
      ...(at(finding, 'service.archived') === true && { over: true }),
      count: numberAt(finding, 'service.count'),
      asset: text(
        finding,
        'resource.instanceDetails.instanceId',
        'resource.accessKeyDetails.accessKeyId',
        'resource.s3BucketDetails.0.name',
      ),
      fields,
      part: finding,
    }
  },
}

const actionNames = [
  'networkConnectionAction',
  'awsApiCallAction',
  'dnsRequestAction',
  'portProbeAction',
  'rdsLoginAttemptAction',
  'kubernetesApiCallAction',
]

/** Returns the action with GuardDuty's name for it; for probed ports the first one. */
const actionOf = (finding: Json): { readonly action: Json; readonly name: string | undefined } => {
  const all = objectAt(finding, 'service.action')
  const key = actionNames.find((name) => isObject(all[name]))
  const action = key === undefined ? {} : objectAt(all, key)
  return { action: { ...objectAt(action, 'portProbeDetails.0'), ...action }, name: text(all, 'actionType') ?? key }
}

/** Sets source and destination: the remote side is the source, unless the instance opened the connection. */
const setSides = (fields: Record<string, never>, finding: Json, action: Json): void => {
  const local = {
    address:
      text(action, 'localIpDetails.ipAddressV4') ??
      text(finding, 'resource.instanceDetails.networkInterfaces.0.privateIpAddress'),
    port: text(action, 'localPortDetails.port'),
  }
  const remote = {
    address: text(action, 'remoteIpDetails.ipAddressV4', 'remoteIpDetails.ipAddressV6'),
    port: text(action, 'remotePortDetails.port'),
  }
  const outbound = text(action, 'connectionDirection') === 'OUTBOUND' || action.domain !== undefined
  const [source, destination] = outbound ? [local, remote] : [remote, local]
  setSide(fields, 'source', source.address, source.port)
  setSide(fields, 'destination', destination.address, destination.port)
}

/** Maps AWS's severity: 1 low, 4 medium, 7 high, 9 critical. */
const severityOf = (severity: number): Severity =>
  severity >= 9 ? 'critical' : severity >= 7 ? 'high' : severity >= 4 ? 'medium' : 'low'

/** Maps the purpose at the start of a finding's type, unless its details are more specific: `UnauthorizedAccess:EC2/SSHBruteForce`. */
const typeOf = (kind: string): AlertType => {
  const details = kind.slice(kind.indexOf(':') + 1)
  if (/BruteForce/.test(details)) return 'brute_force'
  if (/DenialOfService/.test(details)) return 'ddos'
  if (/Exfiltration/.test(kind)) return 'data_exfiltration'
  return purposes[kind.slice(0, Math.max(0, kind.indexOf(':')))] ?? guessType(details)
}

const purposes: Readonly<Record<string, AlertType>> = {
  AttackSequence: 'unauthorized_access',
  Backdoor: 'malware',
  Behavior: 'anomaly',
  CredentialAccess: 'unauthorized_access',
  CryptoCurrency: 'malware',
  DefenseEvasion: 'policy_violation',
  Discovery: 'anomaly',
  Execution: 'malware',
  Exfiltration: 'data_exfiltration',
  Impact: 'malware',
  InitialAccess: 'unauthorized_access',
  Object: 'malware',
  PenTest: 'unauthorized_access',
  Persistence: 'unauthorized_access',
  Policy: 'policy_violation',
  PrivilegeEscalation: 'unauthorized_access',
  Recon: 'anomaly',
  Stealth: 'policy_violation',
  Trojan: 'malware',
  UnauthorizedAccess: 'unauthorized_access',
}
