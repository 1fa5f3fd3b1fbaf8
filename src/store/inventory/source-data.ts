import type { Incident } from '../../schema/incident/incident.ts'
import type { AlertIndex } from '../alerts/alert-index.ts'
import { removeAlerts, removeIncidents } from '../alerts/remove-alerts.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson } from '../json.ts'
import { batches } from '../write-rows.ts'

/** All data from given sources, in all tables. */
export interface SourceDataStore {
  /**
   * Removes events, detections, alerts, incidents and related data of sources with the given name prefix, and all saved models. Only for a
   * database without other data. `within` runs in the same transaction. Returns the number of removed items.
   */
  remove(prefix: string, within: (tx: Transaction) => Promise<unknown>): Promise<Removed>
}

interface Removed {
  readonly events: number
  readonly detections: number
  readonly alerts: number
  readonly incidents: number
}

/** Removes all data of given sources, and all models, which have learnt only from these sources. */
export const createSourceDataStore = (
  connections: StoreConnections,
  index: Pick<AlertIndex, 'remove'>,
): SourceDataStore => ({
  remove: (prefix, within) =>
    connections.transaction(async (tx) => {
      const found = await find(connections, prefix, tx)
      const detections = await tx.deleteFrom('detections').where('stream', 'like', `${prefix}%`).executeTakeFirst()
      await tx.deleteFrom('agent_anomalies').where('stream', 'like', `${prefix}%`).execute()
      await removeBlocks(found.blocks, tx)
      await removeAlerts(index, found.alerts, tx)
      await removeIncidents(found.incidents, tx)
      for (const table of ['event_counts', 'parse_health'] as const) {
        await tx.deleteFrom(table).where('source', 'like', `${prefix}%`).execute()
      }
      await tx.deleteFrom('models').execute()
      await makeWorkersRestore(connections, tx)
      await within(tx)
      const { events, alerts, incidents } = found
      const counts = { events, alerts: alerts.length, incidents: incidents.length }
      return { ...counts, detections: Number(detections.numDeletedRows) }
    }),
})

/** Ends the epoch of all leases, so that every process restores the learned state, which is now empty, before it continues. */
const makeWorkersRestore = async ({ abilities }: StoreConnections, tx: Transaction): Promise<void> => {
  if (!abilities.shared) return
  await tx
    .updateTable('leases')
    .set(({ eb }) => ({ epoch: eb('epoch', '+', 1) }))
    .where((where) => where.or([where('name', '=', 'facts'), where('name', 'like', 'records/%')]))
    .execute()
}

interface Found {
  readonly events: number
  readonly blocks: readonly string[]
  readonly alerts: readonly string[]
  readonly incidents: readonly string[]
}

const find = async ({ contains }: StoreConnections, prefix: string, tx: Transaction): Promise<Found> => {
  const blocks = await tx
    .selectFrom('event_blocks')
    .select(['id', 'count'])
    .where((where) => contains(where.ref('sources'), `"${prefix}`))
    .execute()
  const rows = await tx
    .selectFrom('alert_heads')
    .select('alert_id')
    .where((where) => contains(where.ref('head'), `"source":"${prefix}`))
    .execute()
  const alerts = new Set(rows.map(({ alert_id }) => alert_id))
  const incidents = await tx.selectFrom('incidents').select(['incident_id', 'body']).execute()
  return {
    events: blocks.reduce((sum, { count }) => sum + Number(count), 0),
    blocks: blocks.map(({ id }) => id),
    alerts: [...alerts],
    incidents: incidents
      .filter(({ body }) => fromJson<Incident>(body).members.every(({ alert_id }) => alerts.has(alert_id)))
      .map(({ incident_id }) => incident_id),
  }
}

const removeBlocks = async (blocks: readonly string[], tx: Transaction): Promise<void> => {
  for (const part of batches(blocks)) {
    await tx.deleteFrom('event_blocks').where('id', 'in', part).execute()
  }
}
