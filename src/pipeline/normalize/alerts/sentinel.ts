import { isObject } from '../../../lib/json/json-value.ts'
import type { Draft } from '../draft.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, isResolvedStatus, toSeverity } from './classify.ts'
import type { AlertFormat } from './foreign-alert.ts'
import { at, type Json, numberAt, objectsAt, set, setHashes, setSide, setUrl, text, textsAt } from './pick.ts'

/** Parses Microsoft Sentinel: incidents from its automation, and rows of its table SecurityAlert. */
export const sentinel: AlertFormat = {
  name: 'sentinel',
  matches: (object) =>
    (object.objectSchemaType === 'Incident' && isObject(object.object)) ||
    (object.SystemAlertId !== undefined && object.AlertName !== undefined),
  read(object, record) {
    const incident = isObject(object.object) ? object.object : object
    return isObject(incident.properties) ? readIncident(incident, record) : readRow(object, record)
  },
}

const readIncident: AlertFormat['read'] = (incident, record) => {
  const { properties } = incident
  const title = text(properties, 'title')
  const id = text(properties, 'incidentNumber') ?? text(incident, 'name')
  if (title === undefined || id === undefined) return 'The incident has no title or no incidentNumber.'
  const fields: Draft = {}
  for (const entity of objectsAt(properties, 'relatedEntities')) {
    const facts = isObject(entity.properties) ? entity.properties : {}
    addEntity(fields, text(entity, 'kind'), facts)
  }
  set(fields, 'threat.tactic.name', textsAt(properties, 'additionalData.tactics'))
  set(fields, 'threat.technique.id', textsAt(properties, 'additionalData.techniques'))
  set(fields, 'rule.name', title)
  return {
    provider: 'sentinel',
    id,
    key: id,
    ref: text(properties, 'incidentUrl') ?? text(incident, 'id'),
    type: guessType(title, ...textsAt(properties, 'additionalData.tactics')),
    severity: toSeverity(text(properties, 'severity')) ?? 'medium',
    title,
    description: text(properties, 'description'),
    start: toStamp(at(properties, 'firstActivityTimeUtc') ?? at(properties, 'createdTimeUtc'), record),
    end: toStamp(at(properties, 'lastActivityTimeUtc'), record),
    over: isResolvedStatus(text(properties, 'status')),
    count: numberAt(properties, 'additionalData.alertsCount'),
    asset: text(fields, 'host.name'),
    fields,
    part: isObject(properties) ? properties : undefined,
  }
}

const readRow: AlertFormat['read'] = (row, record) => {
  const title = text(row, 'DisplayName', 'AlertDisplayName', 'AlertName')
  const id = text(row, 'SystemAlertId', 'VendorOriginalId')
  if (title === undefined || id === undefined) return 'The object is neither an incident nor a row of SecurityAlert.'
  const fields: Draft = {}
  for (const entity of objectsAt(listIn(row.Entities), 'list'))
    addEntity(fields, text(entity, 'Type', 'type'), uncapitalised(entity))
  const victim = text(row, 'CompromisedEntity')
  set(fields, victim?.includes('@') ? 'user.name' : 'host.name', victim)
  set(fields, 'rule.name', text(row, 'AlertName'))
  set(fields, 'threat.technique.id', textsAt(listIn(row.Techniques), 'list'))
  return {
    provider: 'sentinel',
    id,
    key: id,
    ref: text(row, 'AlertLink', 'VendorOriginalId'),
    type: guessType(title, text(row, 'AlertType'), text(row, 'Tactics')),
    severity: toSeverity(text(row, 'AlertSeverity', 'Severity')) ?? 'medium',
    title,
    description: text(row, 'Description'),
    start: toStamp(row.StartTime ?? row.StartTimeUtc ?? row.TimeGenerated, record),
    end: toStamp(row.EndTime ?? row.EndTimeUtc, record),
    ...(row.Status !== undefined && { over: isResolvedStatus(text(row, 'Status')) }),
    asset: text(fields, 'host.name'),
    fields,
  }
}

/** Adds one entity of an alert. The first of a kind wins. */
const addEntity = (fields: Draft, kind: string | undefined, facts: Json): void => {
  switch (kind?.toLowerCase()) {
    case 'account':
      set(fields, 'user.name', text(facts, 'accountName', 'name', 'userPrincipalName'))
      set(fields, 'user.domain', text(facts, 'ntDomain', 'upnSuffix'))
      break
    case 'ip':
      setSide(fields, 'source', text(facts, 'address'))
      break
    case 'host':
      set(fields, 'host.name', text(facts, 'hostName', 'netBiosName'))
      break
    case 'url':
      setUrl(fields, text(facts, 'url'))
      break
    case 'dns':
    case 'dnsresolution':
      set(fields, 'dns.question.name', text(facts, 'domainName'))
      break
    case 'file':
      set(fields, 'file.name', text(facts, 'fileName', 'name'))
      break
    case 'filehash':
      setHashes(fields, text(facts, 'hashValue', 'value'))
      break
    case 'process':
      set(fields, 'process.command_line', text(facts, 'commandLine'))
      break
  }
}

/** Returns a list, which the table stores as text. */
const listIn = (value: unknown): Json => ({ list: typeof value === 'string' ? parse(value) : value })

const parse = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

const uncapitalised = (object: Json): Json =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  )
