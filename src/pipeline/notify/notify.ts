import type { Incident } from '../../schema/incident.ts'
import type { Stage } from '../stage.ts'
import { type PriorMessage, type Receiver, routeIncident } from './route.ts'

/** The delivery of one message to one sink, as stored. */
export interface PlannedMessage extends PriorMessage {
  readonly id: string
  readonly incident_id: string
  readonly status: 'pending' | 'sent' | 'failed' | 'dead' | 'cancelled'
  readonly attempts: number
  readonly next_attempt_at: number | null
  readonly last_error: string | null
  readonly created_at: number
  readonly sent_at: number | null
}

interface Notifications<Tx> {
  /** Adds new rows; keeps existing ones. */
  plan(rows: readonly PlannedMessage[], tx: Tx): Promise<void>
  /** Cancels messages that were not sent yet. */
  cancel(incidentId: string, tx: Tx): Promise<void>
  forIncident(incidentId: string, tx: Tx): Promise<readonly PriorMessage[]>
}

interface NotifyOptions {
  readonly receivers: readonly Receiver[]
  readonly now: () => number
  /** Wakes the delivery after new messages were planned. */
  readonly wake?: () => void
}

/** Creates the stage that plans messages. Sending happens elsewhere, so that it does not block the pipeline. */
export const createNotify =
  <Tx>(notifications: Notifications<Tx>, { receivers, now, wake }: NotifyOptions): Stage<Incident, Incident, Tx> =>
  async (incidents, delivery) => {
    if (incidents.length === 0 || receivers.length === 0) return incidents
    const tx = await delivery.transaction()
    const created = now()
    const rows: PlannedMessage[] = []
    for (const incident of incidents) {
      // Record cancelled messages too, so that receivers are notified when the incident reopens.
      const isQuiet = Boolean(incident.suppression_id)
      if (isQuiet) await notifications.cancel(incident.id, tx)
      const prior = await notifications.forIncident(incident.id, tx)
      for (const { id, sink, reason } of routeIncident(incident, prior, receivers)) {
        rows.push({
          id,
          incident_id: incident.id,
          sink,
          reason,
          severity: incident.severity,
          status: isQuiet ? 'cancelled' : 'pending',
          attempts: 0,
          next_attempt_at: isQuiet ? null : created,
          last_error: null,
          created_at: created,
          sent_at: null,
        })
      }
    }
    if (rows.length > 0) {
      await notifications.plan(rows, tx)
      wake?.()
    }
    return incidents
  }
