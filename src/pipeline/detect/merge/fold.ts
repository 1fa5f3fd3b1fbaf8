import { createHash } from 'node:crypto'
import { type Alert, alertRulesOf } from '../../../schema/alert/alert.ts'
import { mergeAddressRoles, scaleAddressRoles } from '../../../schema/detection/address-roles.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import { tellingEvidence } from '../../../schema/detection/telling-evidence.ts'
import { moreSevere, severityRank } from '../../../schema/severity.ts'

const maxEvidence = 20
const maxEntities = 100
const maxFolded = 500

type Folded = NonNullable<Alert['folded']>[number]

/**
 * Returns the id of the alert that a detection opens. Uses the sender's id if it is safe in a URL and cannot collide with our ids. `after`
 * is the earlier alert that already has this id.
 */
export const alertIdOf = (detection: Detection, after: string | undefined): string => {
  const given = detection.alert_id
  if (after === undefined && given !== undefined && given.length <= longestName && name.test(given)) return given
  return createHash('sha256')
    .update([detection.dedup_key, detection.id, ...(after === undefined ? [] : [after])].join('\0'))
    .digest('hex')
    .slice(0, 32)
}

/** Excludes lower-case words, because URLs beside an alert's use them (`/alerts/stats`). */
const name = /^(?![a-z]*$)(?![\da-f]{32}$)[A-Za-z\d][\w.:-]*$/
const longestName = 100

/** Opens an alert from its first detection. */
export const openAlert = (detection: Detection, id: string, now: number): Alert => {
  const time = new Date(now).toISOString()
  return {
    id,
    dedup_key: detection.dedup_key,
    status: 'new',
    ...textsOf(detection),
    severity: detection.severity,
    score: detection.score,
    detectors: [detection.detector],
    entities: unite(detection.entities, []),
    ...(detection.address_roles && { address_roles: detection.address_roles }),
    techniques: [...new Set(detection.techniques)].sort(),
    ...(detection.rule && { rules: alertRulesOf([detection]) }),
    evidence: tellingEvidence(detection.evidence, maxEvidence),
    count: 1,
    event_count: detection.event_count,
    detection_ids: [detection.id],
    folded: [toFolded(detection)],
    first_seen: detection.first_seen,
    last_seen: detection.last_seen,
    created_at: time,
    updated_at: time,
    learning: detection.learning,
    ...(detection.observed && { observed: detection.observed }),
    incident_id: null,
    assignee: null,
    resolution: null,
    suppression_id: null,
    triage: null,
    version: 1,
  }
}

/**
 * Adds a detection to an alert. Returns the same alert if it already contains the detection. A newer version of a detection replaces the
 * older one. The most severe detection provides the title and texts.
 */
export const foldDetection = (alert: Alert, detection: Detection, now: number): Alert => {
  const folded = alert.folded ?? []
  const known = folded.find(({ id }) => id === detection.id)
  if (known ? !isNewer(detection, known) : alert.detection_ids.includes(detection.id)) return alert

  const next = [...folded.filter((item) => item !== known), toFolded(detection)].sort(byAge).slice(-maxFolded)
  const listed = new Set(next.map(({ id }) => id))
  const lead = next.reduce((best, item) => (compareSeverity(item, best) > 0 ? item : best))
  return {
    ...alert,
    ...(lead.id === detection.id ? textsOf(detection) : {}),
    ...observedTogether(alert, detection, lead.id === detection.id),
    severity: moreSevere(alert.severity, detection.severity),
    score: Math.max(alert.score, detection.score),
    detectors: [...new Set([...alert.detectors, detection.detector])].sort(),
    entities: unite(alert.entities, detection.entities),
    ...rolesTogether(alert, detection, known),
    techniques: [...new Set([...alert.techniques, ...detection.techniques])].sort(),
    ...(detection.rule && { rules: alertRulesOf([detection], alert.rules) }),
    evidence: tellingEvidence([...alert.evidence, ...detection.evidence], maxEvidence),
    count: alert.count + (known ? 0 : 1),
    event_count: alert.event_count + detection.event_count - (known?.event_count ?? 0),
    detection_ids: [...alert.detection_ids.filter((id) => !listed.has(id)), ...listed].slice(-maxFolded),
    folded: next,
    first_seen: earlier(alert.first_seen, detection.first_seen),
    last_seen: later(alert.last_seen, detection.last_seen),
    learning: alert.learning && detection.learning,
    updated_at: new Date(now).toISOString(),
  }
}

/** Copies title and texts of one detection. */
const textsOf = ({ type, title, sentence, value, usual, contributions, source, stream }: Detection) => ({
  type,
  title,
  sentence,
  value,
  usual,
  contributions: [...contributions],
  source,
  stream,
})

/** Adds the address roles of a detection. For a known detection, adds only the share of its new events. */
const rolesTogether = (
  alert: Alert,
  { address_roles: roles, event_count }: Detection,
  known: Folded | undefined,
): Pick<Alert, 'address_roles'> => {
  const share = known ? Math.max(0, event_count - known.event_count) / event_count : 1
  if (!roles || share === 0) return {}
  const added = scaleAddressRoles(roles, share)
  return { address_roles: mergeAddressRoles(alert.address_roles ? [alert.address_roles, added] : [added]) }
}

/** Merges the senders' values. On conflict, the detection that provides the title wins. */
const observedTogether = (a: Alert, b: Detection, leads: boolean): Pick<Alert, 'observed'> => {
  if (!a.observed && !b.observed) return {}
  return { observed: leads ? { ...a.observed, ...b.observed } : { ...b.observed, ...a.observed } }
}

const toFolded = ({ id, event_count, severity, score, last_seen }: Detection): Folded => ({
  id,
  event_count,
  severity,
  score,
  last_seen,
})

const isNewer = (detection: Detection, known: Folded): boolean => {
  const gain =
    Date.parse(detection.last_seen) - Date.parse(known.last_seen) || detection.event_count - known.event_count
  return gain > 0
}

/** Orders by severity. Breaks ties so that the order of detections does not matter. */
const compareSeverity = (a: Folded, b: Folded): number =>
  severityRank(a.severity) - severityRank(b.severity) ||
  a.score - b.score ||
  a.event_count - b.event_count ||
  (a.id < b.id ? 1 : -1)

const byAge = (a: Folded, b: Folded): number =>
  Date.parse(a.last_seen) - Date.parse(b.last_seen) || (a.id < b.id ? -1 : 1)

const entityOrder: readonly string[] = [
  'ip',
  'user',
  'host',
  'service',
  'hash',
  'domain',
  'url',
  'file',
  'process',
  'asset',
  'device',
  'template',
]

const unite = (a: readonly Entity[], b: readonly Entity[]): Entity[] =>
  [...new Map([...a, ...b].map((item) => [`${item.type}\0${item.value}`, item])).values()]
    .sort(
      (x, y) =>
        entityOrder.indexOf(x.type) - entityOrder.indexOf(y.type) ||
        (x.value < y.value ? -1 : x.value > y.value ? 1 : 0),
    )
    .slice(0, maxEntities)

const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b)
const later = (a: string, b: string): string => (Date.parse(a) >= Date.parse(b) ? a : b)
