import { type Incident, openIncidentStatuses } from '../../schema/incident.ts'
import { type Severity, severities, severityRank } from '../../schema/severity.ts'
import type { NotifyReason } from './sink.ts'

/** A receiver with its minimum severity. */
export interface Receiver {
  readonly name: string
  readonly minSeverity: Severity
}

/** A message that was planned before. */
export interface PriorMessage {
  readonly sink: string
  readonly reason: string
  readonly severity: string
}

/** A message to plan. */
export interface PlannedNotification {
  /** Incident, sink, reason and occurrence: the same decision gives the same id. */
  readonly id: string
  readonly sink: string
  readonly reason: NotifyReason
}

/**
 * Decides which messages to send about an incident, given those planned before: one when it opens or reaches the receiver's minimum
 * severity, one per higher severity, one when it is resolved, and one when it reopens. No message is sent twice.
 */
export const routeIncident = (
  incident: Incident,
  prior: readonly PriorMessage[],
  receivers: readonly Receiver[],
): PlannedNotification[] =>
  receivers.flatMap(({ name, minSeverity }) => {
    const before = prior.filter(({ sink }) => sink === name)
    const reason = reasonToNotify(incident, before, minSeverity)
    if (!reason) return []
    const times = before.filter((one) => one.reason === reason).length
    const which = reason === 'severity_raised' ? incident.severity : String(times + 1)
    return [{ id: [incident.id, name, reason, which].join('/'), sink: name, reason }]
  })

const reasonToNotify = (
  incident: Incident,
  before: readonly PriorMessage[],
  minSeverity: Severity,
): NotifyReason | undefined => {
  const count = (...reasons: readonly NotifyReason[]) =>
    before.filter(({ reason }) => reasons.some((one) => one === reason)).length
  const opened = count('opened', 'reopened')
  const isResolved = opened === count('resolved')
  if (!openIncidentStatuses.some((open) => open === incident.status)) return isResolved ? undefined : 'resolved'
  if (severityRank(incident.severity) < severityRank(minSeverity)) return undefined
  if (isResolved) return opened === 0 ? 'opened' : 'reopened'
  const raised = before.every((one) => rankOf(one.severity) < severityRank(incident.severity))
  return raised ? 'severity_raised' : undefined
}

const ladder: readonly string[] = severities
const rankOf = (severity: string): number => ladder.indexOf(severity)
