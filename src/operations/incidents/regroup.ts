import type { Alert } from '../../schema/alert/alert.ts'
import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'

/** Moves alerts into an incident. */
export const moveIntoIncident = async (
  store: Store,
  tx: Transaction,
  members: Incident['members'],
  incidentId: string,
  moment: string,
): Promise<readonly Alert[]> => {
  const alerts = await store.alerts.load(
    members.map(({ alert_id }) => alert_id),
    tx,
  )
  const moved = alerts.map((alert) =>
    alert.incident_id === incidentId
      ? alert
      : { ...alert, incident_id: incidentId, updated_at: moment, version: alert.version + 1 },
  )
  await store.alerts.save(
    moved.filter((alert, i) => alert !== alerts[i]),
    tx,
  )
  return moved
}

/** Builds the audit entry for alerts that moved between incidents. */
export const regroupEntry = (
  entry: Pick<AuditEntry, 'time' | 'actor' | 'action'>,
  before: Incident | undefined,
  after: Incident,
): AuditEntry => ({
  ...entry,
  target_type: 'incident',
  target_id: after.id,
  old_values: before ? membership(before) : null,
  new_values: membership(after),
})

const membership = ({ status, merged_into, members }: Incident) => ({
  status,
  merged_into,
  alerts: members.map(({ alert_id }) => alert_id),
})
