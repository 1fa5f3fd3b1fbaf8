import { type Alert, isDismissed, openAlertStatuses } from '../alert/alert.ts'
import { attackStage } from '../alert/attack-stage.ts'
import type { AlertType, Entity } from '../detection/detection.ts'
import { type Incident, isOpenIncident, withStatus } from './incident.ts'

/**
 * Ends an open incident without open alerts; otherwise returns undefined. It is closed if its alerts were suppressed or dismissed, and
 * resolved if one was a true positive or its sender resolved it. With `suppression_id`, receivers get no message until one of its alerts is
 * open again.
 */
export const settleIncident = (incident: Incident, members: readonly Alert[], now: string): Incident | undefined => {
  if (members.length === 0 || !isOpenIncident(incident) || members.some(isOpen)) return undefined
  const { text, status, ...end } = endOf(members)
  return {
    ...withStatus(incident, status, now),
    ...end,
    timeline: [...incident.timeline, { time: now, kind: 'change', text, actor: 'vedette' }],
  }
}

interface IncidentEnd extends Pick<Incident, 'status' | 'resolution' | 'suppression_id'> {
  readonly text: string
}

const endOf = (members: readonly Alert[]): IncidentEnd => {
  const hidden = members.find(({ status }) => status === 'suppressed')
  if (hidden) {
    return {
      status: 'closed',
      resolution: 'expected',
      suppression_id: hidden.suppression_id,
      text: 'Closed: all of its open alerts are suppressed',
    }
  }
  const resolutions = new Set(members.flatMap(({ resolution }) => resolution ?? []))
  if (members.every(isDismissed)) {
    const [first = 'other', ...more] = resolutions
    const resolution = more.length === 0 ? first : 'other'
    const as = more.length === 0 ? ` as ${resolution.replaceAll('_', ' ')}` : ''
    return { status: 'closed', resolution, text: `Closed: all of its alerts were closed${as}` }
  }
  const resolution = resolutions.has('true_positive') ? 'true_positive' : null
  return { status: 'resolved', resolution, text: 'Resolved: all of its alerts are resolved' }
}

const isOpen = ({ status }: Alert): boolean => openAlertStatuses.some((one) => one === status)

/** The alerts that describe an incident: suppressed and dismissed ones count only if there are no others. */
export const ratedAlerts = (members: readonly Alert[]): readonly Alert[] => {
  const rated = members.filter((alert) => alert.status !== 'suppressed' && !isDismissed(alert))
  return rated.length > 0 ? rated : members
}

/**
 * Whether an alert shows something new compared with a dismissed incident: a stage, a type of attack, or an entity. An anomaly does not
 * show its cause, so it is always new.
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
