import { type Alert, isDismissed, openAlertStatuses } from './alert.ts'
import { attackStage } from './attack-stage.ts'
import type { AlertType, Entity } from './detection.ts'
import { type Incident, isOpenIncident, withStatus } from './incident.ts'

/**
 * Closes an open incident of which no alert is open any more and at least one is suppressed; otherwise undefined. `suppression_id`
 * keeps receivers quiet about it until one of its alerts is open again.
 */
export const quietIncident = (incident: Incident, members: readonly Alert[], now: string): Incident | undefined => {
  const hidden = members.find(({ status }) => status === 'suppressed')
  if (!hidden || !isOpenIncident(incident) || members.some(isOpen)) return undefined
  return {
    ...withStatus(incident, 'closed', now),
    resolution: 'expected',
    suppression_id: hidden.suppression_id,
    timeline: [
      ...incident.timeline,
      { time: now, kind: 'change', text: 'Closed: all of its open alerts are suppressed', actor: 'vedette' },
    ],
  }
}

const isOpen = ({ status }: Alert): boolean => openAlertStatuses.some((one) => one === status)

/** The alerts that an incident is described by: suppressed and dismissed ones count only while there are no others. */
export const ratedAlerts = (members: readonly Alert[]): readonly Alert[] => {
  const rated = members.filter((alert) => alert.status !== 'suppressed' && !isDismissed(alert))
  return rated.length > 0 ? rated : members
}

/**
 * Whether an alert shows something that an incident which people dismissed did not: a stage or a kind of attack, or somebody. An anomaly
 * says nothing of its cause, so that it is news.
 */
export const isNewsTo = (incident: Incident, alert: Alert): boolean => {
  const stage = attackStage(alert)
  const known = new Set(incident.entities.map(nameOf))
  return (
    incident.types?.includes(alert.type) !== true ||
    vagueTypes.has(alert.type) ||
    (stage !== undefined && !incident.timeline.some((step) => step.stage === stage)) ||
    alert.entities.some((entity) => parties.has(entity.type) && !known.has(nameOf(entity)))
  )
}

const nameOf = ({ type, value }: Entity): string => `${type} ${value}`
const vagueTypes: ReadonlySet<AlertType> = new Set(['anomaly', 'other'])
const parties: ReadonlySet<Entity['type']> = new Set(['ip', 'user', 'host', 'asset', 'device', 'domain', 'hash'])
