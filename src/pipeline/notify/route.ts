import { type Incident, openIncidentStatuses } from '../../schema/incident.ts'
import { type Severity, severities, severityRank } from '../../schema/severity.ts'
import type { NotifyReason } from './sink.ts'

/** Who is told, and from which severity on. */
export interface Receiver {
  readonly name: string
  readonly minSeverity: Severity
}

/** What is known of a message that was planned before. */
export interface Told {
  readonly sink: string
  readonly reason: string
  readonly severity: string
}

/** A message that somebody is due. */
export interface Route {
  /** Incident, sink, reason and which time: the same decision gives the same id. */
  readonly id: string
  readonly sink: string
  readonly reason: NotifyReason
}

/**
 * Decides who must be told of an incident as it is now, given what was planned before: once when it opens (or becomes grave enough for
 * the receiver), once for each severity it rises to, once when it is over, once when it is open again. Nobody is told twice, whatever
 * happens in between.
 */
export const routeIncident = (incident: Incident, told: readonly Told[], receivers: readonly Receiver[]): Route[] =>
  receivers.flatMap(({ name, minSeverity }) => {
    const before = told.filter(({ sink }) => sink === name)
    const reason = reasonToTell(incident, before, minSeverity)
    if (!reason) return []
    const times = before.filter((one) => one.reason === reason).length
    const which = reason === 'severity_raised' ? incident.severity : String(times + 1)
    return [{ id: [incident.id, name, reason, which].join('/'), sink: name, reason }]
  })

const reasonToTell = (incident: Incident, before: readonly Told[], minSeverity: Severity): NotifyReason | undefined => {
  const count = (...reasons: readonly NotifyReason[]) =>
    before.filter(({ reason }) => reasons.some((one) => one === reason)).length
  const begun = count('opened', 'reopened')
  const over = begun === count('resolved')
  if (!openIncidentStatuses.some((open) => open === incident.status)) return over ? undefined : 'resolved'
  if (severityRank(incident.severity) < severityRank(minSeverity)) return undefined
  if (over) return begun === 0 ? 'opened' : 'reopened'
  const raised = before.every((one) => rankOf(one.severity) < severityRank(incident.severity))
  return raised ? 'severity_raised' : undefined
}

const ladder: readonly string[] = severities
const rankOf = (severity: string): number => ladder.indexOf(severity)
