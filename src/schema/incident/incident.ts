import { z } from 'zod'
import { resolution } from '../alert/alert.ts'
import { addressRoles } from '../detection/address-roles.ts'
import { alertType, entity, evidence } from '../detection/detection.ts'
import { severity } from '../severity.ts'
import { verdict } from '../triage/triage-result.ts'

export const incidentStatuses = ['open', 'investigating', 'contained', 'eradicated', 'resolved', 'closed'] as const
export const openIncidentStatuses = ['open', 'investigating', 'contained', 'eradicated'] as const

/** One entry of an incident's timeline. */
export const timelineEntry = z
  .object({
    time: z.iso.datetime(),
    /** `alert` for an observation, `change` for an action of a user. */
    kind: z.enum(['alert', 'change']),
    text: z.string(),
    /** The attack stage that it indicates, in the words of MITRE ATT&CK: `initial access`. */
    stage: z.string().optional(),
    alert_id: z.string().optional(),
    /** The further attackers that joined the incident. */
    attackers: z.array(z.string()).optional(),
    actor: z.string().optional(),
  })
  .meta({ id: 'TimelineEntry' })

/** An alert of an incident, with the reason that it belongs there. */
export const incidentMember = z
  .object({ alert_id: z.string(), reason: z.string(), added_at: z.iso.datetime() })
  .meta({ id: 'IncidentMember' })

/** Alerts that belong together. Receivers are notified of incidents only. */
export const incident = z
  .object({
    id: z.string(),
    /** For people: `INC-3`. */
    display_id: z.string(),
    status: z.enum(incidentStatuses),
    severity,
    /** 0–100, in the range of the severity: 90 and more is critical, 70 high, 40 medium, 20 low. */
    risk_score: z.int(),
    /** The verdict on all of its alerts together, by how far the attack got. Absent from incidents of older versions. */
    verdict: verdict.optional(),
    /** The confidence in the verdict, 0–1. */
    confidence: z.number().min(0).max(1).optional(),
    /** The reasons of the verdict and of the confidence. */
    verdict_reasons: z.array(z.string()).optional(),
    title: z.string(),
    /** The cause in a sentence or two. */
    reason: z.string(),
    /** A description in a few sentences: time, place, stages in order, entities. Absent from incidents of older versions. */
    summary: z.string().optional(),
    /** The types of its alerts. */
    types: z.array(alertType).optional(),
    entities: z.array(entity),
    address_roles: addressRoles.optional(),
    techniques: z.array(z.string()),
    evidence: z.array(evidence),
    members: z.array(incidentMember),
    timeline: z.array(timelineEntry),
    alert_count: z.int(),
    event_count: z.int(),
    first_seen: z.iso.datetime(),
    last_seen: z.iso.datetime(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    assignee: z.string().nullable(),
    resolution: resolution.nullable(),
    /** The suppression that closed the incident by hiding all of its alerts. */
    suppression_id: z.string().nullable().optional(),
    /** The time of this phase; absent if the phase was not reached. */
    contained_at: z.iso.datetime().optional(),
    eradicated_at: z.iso.datetime().optional(),
    resolved_at: z.iso.datetime().optional(),
    /** Notes of users. */
    root_cause: z.string().optional(),
    impact_assessment: z.string().optional(),
    lessons_learned: z.string().optional(),
    /** The incident that this one was merged into. */
    merged_into: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'Incident' })
export type Incident = z.infer<typeof incident>

export const isOpenIncident = ({ status }: Pick<Incident, 'status'>): boolean =>
  openIncidentStatuses.some((open) => open === status)

const phases = [
  ['contained', 'contained_at'],
  ['eradicated', 'eradicated_at'],
  ['resolved', 'resolved_at'],
] as const

/** Moves an incident to a status: sets the date of the new phase, and clears the dates of later phases. */
export const withStatus = (incident: Incident, status: Incident['status'], now: string): Incident => {
  const { contained_at, eradicated_at, resolved_at, ...rest } = incident
  const known = { contained_at, eradicated_at, resolved_at }
  const rank = incidentStatuses.indexOf(status)
  const dates = phases.flatMap(([phase, name]) => {
    const reached = incidentStatuses.indexOf(phase)
    const isNow = phase === status || (phase === 'resolved' && status === 'closed')
    const date = rank < reached ? undefined : (known[name] ?? (isNow ? now : undefined))
    return date === undefined ? [] : [[name, date] as const]
  })
  return { ...rest, status, ...Object.fromEntries(dates) }
}
