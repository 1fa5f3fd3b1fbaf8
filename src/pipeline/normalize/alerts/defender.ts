import { isObject } from '../../../lib/json/json-value.ts'
import type { Draft } from '../draft.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { type Json, objectsAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

/** Parses alerts of Microsoft Defender, from Microsoft Graph or from the API of Defender for Endpoint. */
export const defender: AlertFormat = {
  name: 'defender',
  matches: (object) =>
    typeof object.title === 'string' &&
    object.severity !== undefined &&
    ((typeof object.detectionSource === 'string' && object.createdDateTime !== undefined) ||
      (object.alertCreationTime !== undefined && object.machineId !== undefined) ||
      (typeof object.providerAlertId === 'string' && Array.isArray(object.evidence))),
  read(object, record) {
    const id = text(object, 'id', 'alertId')
    const title = text(object, 'title')
    if (id === undefined || title === undefined) return 'The alert has no id or no title.'
    const fields: Draft = {}
    for (const item of objectsAt(object, 'evidence')) addEvidence(fields, item)
    const host = text(object, 'computerDnsName', 'deviceDnsName')
    if (host !== undefined) fields['host.name'] = host
    set(fields, 'user.name', text(object, 'relatedUser.userName'))
    set(fields, 'threat.technique.id', textsAt(object, 'mitreTechniques'))
    set(fields, 'rule.name', title)
    set(fields, 'event.action', text(object, 'detectionSource'))
    const status = text(object, 'status')
    return {
      provider: 'defender',
      id,
      key: id,
      ref: text(object, 'alertWebUrl', 'incidentWebUrl', 'incidentId'),
      type: guessType(text(object, 'threatFamilyName') && 'malware', text(object, 'category'), title),
      severity: toSeverity(text(object, 'severity')) ?? 'medium',
      title,
      description: text(object, 'description'),
      start: toStamp(
        object.firstActivityDateTime ?? object.createdDateTime ?? object.firstEventTime ?? object.alertCreationTime,
        record,
      ),
      end: toStamp(object.lastActivityDateTime ?? object.lastEventTime, record),
      ...(status !== undefined && { over: isResolvedStatus(status) }),
      asset: text(object, 'machineId') ?? host ?? text(fields, 'host.name'),
      fields,
    }
  },
}

/** Adds one item of evidence, in the format of Graph (`deviceDnsName`) or of the endpoint API (`entityType`). The first of a kind wins. */
const addEvidence = (fields: Draft, item: Json): void => {
  set(fields, 'host.name', text(item, 'deviceDnsName', 'hostName'))
  set(fields, 'user.name', text(item, 'userAccount.accountName', 'userAccount.userPrincipalName', 'accountName'))
  set(fields, 'user.domain', text(item, 'userAccount.domainName', 'domainName'))
  setSide(fields, 'source', text(item, 'ipAddress'))
  set(fields, 'file.name', text(item, 'fileDetails.fileName', 'imageFile.fileName', 'fileName'))
  set(fields, 'file.path', text(item, 'fileDetails.filePath', 'imageFile.filePath', 'filePath'))
  set(fields, 'process.command_line', text(item, 'processCommandLine'))
  const file = [item.fileDetails, item.imageFile].find(isObject) ?? item
  setHashes(fields, text(file, 'sha256'), text(file, 'sha1'), text(file, 'md5'))
  setUrl(fields, text(item, 'url'))
}
