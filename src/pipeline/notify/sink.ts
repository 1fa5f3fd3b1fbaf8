import type { Incident } from '../../schema/incident.ts'

/** Why a receiver hears of an incident. */
export type NotifyReason = 'opened' | 'severity_raised' | 'reopened' | 'resolved'

export interface Notification {
  readonly incident: Incident
  readonly reason: NotifyReason
  /** The same on every attempt, so that the receiver can drop repeats. */
  readonly idempotencyKey: string
  /** Incidents told in the same message, because too many came at once for one message each; the gravest is `incident`. */
  readonly others?: readonly Incident[]
}

/** One notification an incident, for receivers that keep each on its own. */
export const apart = (notification: Notification): readonly Notification[] => {
  const { others = [], ...first } = notification
  return [
    first,
    ...others.map((incident) => ({ ...first, incident, idempotencyKey: `${first.idempotencyKey}/${incident.id}` })),
  ]
}

/** Delivers to one receiver. Resolves when the receiver has it; throws an AppError that says whether trying again can help. */
export interface Sink {
  send(notification: Notification, signal: AbortSignal): Promise<void>
}
