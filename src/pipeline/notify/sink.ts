import type { Incident } from '../../schema/incident.ts'

/** Why a receiver is notified. */
export type NotifyReason = 'opened' | 'severity_raised' | 'reopened' | 'resolved'

export interface Notification {
  readonly incident: Incident
  readonly reason: NotifyReason
  /** The same on every attempt, so that the receiver can drop repeats. */
  readonly idempotencyKey: string
  /** Further incidents in the same message during a storm. `incident` is the most severe. */
  readonly others?: readonly Incident[]
}

/** Splits a notification by incident, for receivers that store each alone. */
export const splitNotification = (notification: Notification): readonly Notification[] => {
  const { others = [], ...first } = notification
  return [
    first,
    ...others.map((incident) => ({ ...first, incident, idempotencyKey: `${first.idempotencyKey}/${incident.id}` })),
  ]
}

/** Delivers to one receiver. Resolves on success. Throws an AppError that says whether to retry. */
export interface Sink {
  send(notification: Notification, signal: AbortSignal): Promise<void>
}
