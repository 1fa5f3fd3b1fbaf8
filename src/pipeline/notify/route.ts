import { type Incident, openIncidentStatuses } from '../../schema/incident/incident.ts'
import { type Severity, severities, severityRank } from '../../schema/severity.ts'
import { joinedSince } from './joined-attackers.ts'
import type { NotifyReason } from './sink.ts'
import type { Timing } from './timing.ts'

/** A receiver with its minimum severity. */
export interface Receiver {
  readonly name: string
  readonly minSeverity: Severity
  /** Whether it holds an incident open until it hears that it is resolved. */
  readonly closes?: boolean
  readonly timing?: Timing
}

/** A message that was planned before. */
export interface PriorMessage {
  readonly sink: string
  readonly reason: string
  readonly severity: string
  readonly status: 'pending' | 'sent' | 'failed' | 'dead' | 'cancelled'
  /** When it was planned, in ms. */
  readonly created_at: number
}

/** A message to plan. */
export interface PlannedNotification {
  /** Incident, sink, reason and occurrence: the same decision gives the same id. */
  readonly id: string
  readonly sink: string
  readonly reason: NotifyReason
  /** Whether the receiver should not get it; it is recorded so that the receiver is notified when the incident reopens. */
  readonly isCancelled: boolean
}

/**
 * Decides which messages to send about an incident, given those planned before: one when it opens or reaches the receiver's minimum
 * severity, one per higher severity, one when another attacker joins, one when it is resolved, and one when it reopens. No message is sent twice. About a suppressed incident
 * nothing is sent, except that a receiver that holds it open must close it.
 */
export const routeIncident = (
  incident: Incident,
  prior: readonly PriorMessage[],
  receivers: readonly Receiver[],
): PlannedNotification[] =>
  receivers.flatMap(({ name, minSeverity, closes = false }) => {
    const before = prior.filter(({ sink }) => sink === name)
    const reason = reasonToNotify(incident, before, minSeverity)
    if (!reason) return []
    const times = before.filter((one) => one.reason === reason).length
    const which = reason === 'severity_raised' ? incident.severity : String(times + 1)
    const mustClose = closes && reason === 'resolved' && isHeldOpen(before)
    const isCancelled = Boolean(incident.suppression_id) && !mustClose
    return [{ id: [incident.id, name, reason, which].join('/'), sink: name, reason, isCancelled }]
  })

/** Whether the receiver got any message about the incident. */
export const isKnownTo = (sink: string, prior: readonly PriorMessage[]): boolean =>
  prior.some((one) => one.sink === sink && one.status === 'sent')

/** Whether the receiver got a message, and will not hear anyway that the incident is resolved. Oldest first. */
const isHeldOpen = (before: readonly PriorMessage[]): boolean => {
  const last = before.findLast(({ status }) => status !== 'cancelled' && status !== 'dead')
  return last?.status === 'sent' && last.reason !== 'resolved'
}

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
  if (raised) return 'severity_raised'
  const last = Math.max(...before.map(({ created_at }) => created_at))
  return joinedSince(incident, last).length > 0 ? 'attacker_joined' : undefined
}

const ladder: readonly string[] = severities
const rankOf = (severity: string): number => ladder.indexOf(severity)
