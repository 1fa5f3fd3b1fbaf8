import type { Resolution } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Severity } from '../../schema/severity.ts'
import type { Verdict } from '../../schema/triage/triage-result.ts'
import type { DigestPage } from './digest/digest-page.ts'

/** Why a receiver is notified. */
export type NotifyReason = 'opened' | 'severity_raised' | 'attacker_joined' | 'reopened' | 'resolved'

/** The content of a message beside the incident itself. */
export interface NotificationContext {
  /** The URL under which people reach the dashboard, for links. */
  readonly publicUrl?: string
  /** The verdict on the incident. */
  readonly verdict?: Verdict
  /** The actions that triage recommends for the riskiest alert, most urgent first. */
  readonly actions?: readonly string[]
  /** The last message about the incident that this receiver got: when it was planned and sent, in ms. */
  readonly previous?: { readonly planned: number; readonly time: number; readonly severity: Severity }
  /** The identifier that `keep` got for the message about the incident to this receiver. */
  readonly receipt?: string
}

export interface Notification extends NotificationContext {
  readonly incident: Incident
  readonly reason: NotifyReason
  /** The same on every attempt, so that the receiver can drop repeats. */
  readonly idempotencyKey: string
  /** Remembers what the receiver calls the message, for later messages about the incident. */
  readonly keep?: (receipt: string) => void
  /** Further incidents in the same message during a storm. `incident` is the most severe. */
  readonly others?: readonly Incident[]
  /** Whether somebody only tries the receiver. */
  readonly isTest?: boolean
  /** A digest, which the message contains in place of the incident. */
  readonly digest?: DigestPage
}

/** Splits a notification by incident, for receivers that store each alone. */
export const splitNotification = (notification: Notification): readonly Notification[] => {
  const { others = [], ...first } = notification
  const { reason, idempotencyKey, publicUrl } = first
  return [
    first,
    ...others.map((incident) => ({
      ...(publicUrl !== undefined && { publicUrl }),
      incident,
      reason,
      idempotencyKey: `${idempotencyKey}/${incident.id}`,
    })),
  ]
}

/** Delivers to one receiver. Resolves on success. Throws an AppError that says whether to retry. */
export interface Sink {
  send(notification: Notification, signal: AbortSignal): Promise<void>
  /** Renders the message as it would be sent, readable and without secrets. */
  preview(notification: Notification): string
  /** Whether the receiver holds an incident open until it hears that it is resolved. */
  readonly closes?: true
  /** The buttons of its messages, if it has any. */
  readonly buttons?: SinkButtons
}

/** A request that a receiver sends when somebody presses a button. */
export interface ButtonRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body as it was sent, which the signature is about. */
  readonly body: string
}

/** A press of a button in a message. */
export interface ButtonPress {
  /** The ID of the incident. */
  readonly incident: string
  readonly change: { readonly action: 'acknowledge' } | { readonly action: 'close'; readonly resolution: Resolution }
  /** The person at the receiver, and the name of their account, if the receiver's options have one. */
  readonly presser: string
  readonly account: string | undefined
  /** Where the receiver expects an answer. */
  readonly answerTo: string
}

export interface SinkButtons {
  /** Checks that the receiver sent a request, and reads it. Throws UNAUTHENTICATED or INVALID_REQUEST. */
  read(request: ButtonRequest): ButtonPress
  /** Shows the changed incident in the message. */
  show(press: ButtonPress, notification: Notification, signal: AbortSignal): Promise<void>
  /** Says something to the one who pressed, and to nobody else. */
  say(press: ButtonPress, text: string, signal: AbortSignal): Promise<void>
}
