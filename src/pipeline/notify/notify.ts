import type { Incident } from '../../schema/incident.ts'
import type { Stage } from '../stage.ts'
import { type Receiver, routeIncident, type Told } from './route.ts'

/** One delivery of one incident to one sink, as it is remembered. */
export interface Planned extends Told {
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
  /** Adds what is not there yet; what is stays as it is. */
  plan(rows: readonly Planned[], tx: Tx): Promise<void>
  /** Cancels what is not sent yet. */
  cancel(incidentId: string, tx: Tx): Promise<void>
  forIncident(incidentId: string, tx: Tx): Promise<readonly Told[]>
}

interface NotifyOptions {
  readonly receivers: readonly Receiver[]
  readonly now: () => number
  /** Called when something was planned, so that delivery need not wait for its next look. */
  readonly wake?: () => void
}

/** Makes the stage that writes down who must be told of what. Sending is another's work: it must not hold up the road. */
export const createNotify =
  <Tx>(notifications: Notifications<Tx>, { receivers, now, wake }: NotifyOptions): Stage<Incident, Incident, Tx> =>
  async (incidents, delivery) => {
    if (incidents.length === 0 || receivers.length === 0) return incidents
    const tx = await delivery.transaction()
    const created = now()
    const rows: Planned[] = []
    for (const incident of incidents) {
      // What is cancelled is remembered, so that receivers hear of the incident once it is open again.
      const isQuiet = Boolean(incident.suppression_id)
      if (isQuiet) await notifications.cancel(incident.id, tx)
      const told = await notifications.forIncident(incident.id, tx)
      for (const { id, sink, reason } of routeIncident(incident, told, receivers)) {
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
