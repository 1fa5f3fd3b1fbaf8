import type { Alert } from '../../schema/alert/alert.ts'
import { attackStage } from '../../schema/alert/attack-stage.ts'
import { type AddressRoles, addressRoleNames, mergeAddressRoles } from '../../schema/detection/address-roles.ts'
import type { Entity, Evidence } from '../../schema/detection/detection.ts'
import { showsSuccess, tellingEvidence } from '../../schema/detection/telling-evidence.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { ratedAlerts } from '../../schema/incident/settle-incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { byImportance, byName, byStart, entitiesOf, eventsOf } from './alert-facts.ts'
import { rateIncident } from './rate-incident.ts'
import { summarizeIncident } from './summary.ts'
import { incidentReason, incidentTitle, leadOf, momentOf } from './title.ts'

const maxEvidence = 20
const maxEntities = 50

type IncidentDescription = Pick<
  Incident,
  | 'severity'
  | 'risk_score'
  | 'verdict'
  | 'confidence'
  | 'verdict_reasons'
  | 'title'
  | 'reason'
  | 'summary'
  | 'types'
  | 'entities'
  | 'address_roles'
  | 'techniques'
  | 'evidence'
  | 'timeline'
  | 'alert_count'
  | 'event_count'
  | 'first_seen'
  | 'last_seen'
>

/**
 * Derives an incident from its alerts, except for people's decisions. People's actions stay in the timeline. Evidence of alerts that no
 * longer exist stays too.
 */
export const deriveIncident = (
  members: readonly Alert[],
  before:
    | Pick<Incident, 'members' | 'timeline' | 'evidence' | 'event_count' | 'entities' | 'address_roles'>
    | undefined,
): IncidentDescription => {
  const alerts = [...members].sort(byStart)
  const rated = ratedAlerts(alerts)
  const known = new Set(alerts.map(({ id }) => id))
  const gone = (before?.members ?? []).filter(({ alert_id }) => !known.has(alert_id)).length
  const events = eventsOf(alerts)
  const former = gone > 0 && before ? before : { evidence: [], event_count: 0, entities: [], address_roles: undefined }
  const alertSteps = (before?.timeline ?? []).filter((step) => step.alert_id !== undefined && !known.has(step.alert_id))
  const changes = (before?.timeline ?? []).filter(({ kind }) => kind === 'change')
  const alert_count = alerts.length + gone
  const event_count = Math.max(events, former.event_count)
  return {
    ...rateIncident(rated),
    title: incidentTitle(rated),
    reason: incidentReason(rated),
    summary: summarizeIncident(rated, { alerts: alert_count, events: event_count }),
    types: [...new Set(rated.map(({ type }) => type))].sort(),
    entities: rankEntities(rated, [...former.entities, ...alerts.flatMap(({ entities }) => entities)]),
    ...rolesOf(rated, former.address_roles),
    techniques: [...new Set(rated.flatMap(({ techniques }) => techniques))].sort(),
    evidence: chooseEvidence(rated, former.evidence),
    timeline: [
      ...(gone > 0 ? alertSteps : []),
      ...alerts.map((alert) => {
        const stage = attackStage(alert)
        return {
          time: new Date(momentOf(alert)).toISOString(),
          kind: 'alert' as const,
          text: alert.title,
          ...(stage === undefined ? {} : { stage }),
          alert_id: alert.id,
        }
      }),
      ...changes,
    ].sort((a, b) => Date.parse(a.time) - Date.parse(b.time)),
    alert_count,
    event_count,
    first_seen: extreme(alerts, ({ first_seen }) => first_seen, -1),
    last_seen: extreme(alerts, ({ last_seen }) => last_seen, 1),
  }
}

/**
 * Chooses the evidence: successes, then the first and last line, lines of the lead alert with a role, then the best line of each other
 * alert in turn.
 */
const chooseEvidence = (alerts: readonly Alert[], former: readonly Evidence[]): Evidence[] => {
  const lead = leadOf(alerts)
  const inOrder = [...alerts].sort((a, b) => Number(b === lead) - Number(a === lead) || byImportance(a, b))
  const all = [...inOrder.flatMap(({ evidence }) => evidence), ...former]
  const chosen = new Map<string, Evidence>()
  const take = (items: readonly Evidence[], most: number) => {
    let taken = 0
    for (const item of items) {
      if (chosen.size >= maxEvidence || taken >= most) return
      if (chosen.has(item.event_id)) continue
      chosen.set(item.event_id, item)
      taken += 1
    }
  }
  take(tellingEvidence(successes(inOrder, former), maxEvidence), 6)
  const ends = tellingEvidence(all, 2)
  take(ends, 2)
  take(
    (lead?.evidence ?? []).filter(({ role }) => role !== undefined),
    6,
  )
  for (const { evidence } of inOrder) {
    if (chosen.size >= maxEvidence) break
    take(tellingEvidence(evidence, 3), 1)
  }
  for (const { evidence } of inOrder) take(evidence, maxEvidence)
  take(former, maxEvidence)
  return [...chosen.values()].sort(
    (a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.event_id < b.event_id ? -1 : 1),
  )
}

/** Returns evidence of success, with the role from the alert about it, not from one that merely mentions it. */
const successes = (alerts: readonly Alert[], former: readonly Evidence[]): Evidence[] => {
  const about = ({ type }: Alert) => type === 'unauthorized_access'
  const ordered = [...alerts.filter(about), ...alerts.filter((alert) => !about(alert))]
  const shown = [...ordered.flatMap(({ evidence }) => evidence), ...former].filter(showsSuccess)
  return [...new Map(shown.reverse().map((item) => [item.event_id, item])).values()]
}

/** Ranks entities: those of the lead alert first, then by severity and number of their alerts. */
const rankEntities = (alerts: readonly Alert[], former: readonly Entity[]): Entity[] => {
  const ranked = new Map<string, { readonly entity: Entity; weight: number; readonly order: number }>()
  const lead = leadOf(alerts)
  const named = [...(lead ? [lead] : []), ...alerts].map((alert) => ({
    entities: entitiesOf(alert),
    weight: severityRank(alert.severity) + 1,
  }))
  for (const { entities, weight } of [...named, { entities: byName(former), weight: 0 }]) {
    for (const [key, entity] of entities) {
      const known = ranked.get(key)
      if (known) known.weight += weight
      else ranked.set(key, { entity, weight, order: ranked.size })
    }
  }
  // Without any entity, the log itself becomes the entity.
  if (ranked.size === 0)
    return [...new Set(alerts.map(({ source }) => source))].map((value) => ({ type: 'service', value }))
  const own = new Set(lead?.entities)
  return [...ranked.values()]
    .sort((a, b) => {
      const ofLead = Number(own.has(b.entity)) - Number(own.has(a.entity))
      return ofLead || (own.has(a.entity) ? 0 : b.weight - a.weight) || a.order - b.order
    })
    .slice(0, maxEntities)
    .map(({ entity }) => entity)
}

/** Merges the address roles of all alerts. Addresses of deleted alerts stay, after the others. */
const rolesOf = (alerts: readonly Alert[], former: AddressRoles | undefined): Pick<Incident, 'address_roles'> => {
  // Several detectors often see the same events, so take the maximum per detector.
  const byDetector = Map.groupBy(alerts, ({ detectors }) => detectors.join(' '))
  const seen = [...byDetector.values()].map((same) =>
    mergeAddressRoles(same.flatMap(({ address_roles }) => address_roles ?? [])),
  )
  const now = mergeAddressRoles(seen, Math.max)
  const past = Object.fromEntries(
    addressRoleNames.map((role) => {
      const known = new Set(now[role]?.map(({ ip }) => ip))
      return [role, (former?.[role] ?? []).filter(({ ip }) => !known.has(ip))]
    }),
  )
  const address_roles = mergeAddressRoles([now, past])
  return addressRoleNames.some((role) => address_roles[role]) ? { address_roles } : {}
}

const extreme = (alerts: readonly Alert[], read: (alert: Alert) => string, sign: 1 | -1): string =>
  alerts.map(read).sort((a, b) => sign * (Date.parse(b) - Date.parse(a)))[0] ?? new Date(0).toISOString()
