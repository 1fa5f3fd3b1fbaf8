import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Stage } from '../stage.ts'
import { joinMessageAt } from './joined-attackers.ts'
import { isKnownTo, type PriorMessage, type Receiver, routeIncident } from './route.ts'
import type { MaintenanceEnd } from './timing.ts'

/** The delivery of one message to one sink, as stored. */
export interface PlannedMessage extends PriorMessage {
  readonly id: string
  readonly incident_id: string
  readonly attempts: number
  readonly next_attempt_at: number | null
  readonly last_error: string | null
  readonly sent_at: number | null
  /** The identifier of the message at the receiver, if the message can be changed later. */
  readonly receipt?: string | null
}

interface Notifications<Tx> {
  /** Adds new rows; keeps existing ones. */
  plan(rows: readonly PlannedMessage[], tx: Tx): Promise<void>
  /** Cancels messages that were not sent yet, except that the incident is resolved. */
  cancel(incidentId: string, tx: Tx): Promise<void>
  forIncident(incidentId: string, tx: Tx): Promise<readonly PlannedMessage[]>
}

interface NotifyOptions<Tx> {
  readonly receivers: readonly Receiver[]
  readonly now: () => number
  /** Wakes the delivery after new messages were planned. */
  readonly wake?: () => void
  /** Loads the alerts of an incident; needed if a receiver has a timing. */
  readonly alertsOf?: (incident: Incident, tx: Tx) => Promise<readonly Alert[]>
  readonly maintenance?: MaintenanceEnd
}

/** Creates the stage that plans messages. Sending happens elsewhere, so that it does not block the pipeline. */
export const createNotify =
  <Tx>(
    notifications: Notifications<Tx>,
    { receivers, now, wake, alertsOf = async () => [], maintenance }: NotifyOptions<Tx>,
  ): Stage<Incident, Incident, Tx> =>
  async (incidents, delivery) => {
    if (incidents.length === 0 || receivers.length === 0) return incidents
    const tx = await delivery.transaction()
    const created = now()
    const rows: PlannedMessage[] = []
    for (const incident of incidents) {
      if (incident.suppression_id) await notifications.cancel(incident.id, tx)
      const prior = await notifications.forIncident(incident.id, tx)
      const routes = routeIncident(incident, prior, receivers)
      if (routes.length === 0) continue
      const alerts = await alertsOf(incident, tx)
      const maintained = maintenance?.(alerts, created)
      for (const { id, sink, reason, isCancelled } of routes) {
        const { timing } = receivers.find(({ name }) => name === sink) ?? {}
        const isResolved = reason === 'resolved'
        if (!isResolved && timing?.concerns(alerts, created) === false) continue
        const isKnown = isKnownTo(sink, prior)
        // Maintenance that nobody was notified of ends without a message.
        const isEnded = isCancelled || (isResolved && !isKnown && maintained !== undefined)
        const earlier = prior.filter((one) => one.sink === sink && one.reason === reason)
        const ready = reason === 'attacker_joined' ? joinMessageAt(earlier, created) : created
        const sendAt = timing?.sendAt(incident, ready, isKnown || isResolved) ?? ready
        rows.push({
          id,
          incident_id: incident.id,
          sink,
          reason,
          severity: incident.severity,
          status: isEnded ? 'cancelled' : 'pending',
          attempts: 0,
          next_attempt_at: isEnded ? null : Math.max(sendAt, isResolved ? 0 : (maintained ?? 0)),
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
