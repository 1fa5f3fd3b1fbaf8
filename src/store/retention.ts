import { setImmediate } from 'node:timers/promises'
import { day } from '../lib/units/time.ts'
import { type Alert, openAlertStatuses } from '../schema/alert/alert.ts'
import { openIncidentStatuses } from '../schema/incident/incident.ts'
import type { AlertIndex } from './alerts/alert-index.ts'
import { removeAlerts, removeIncidents } from './alerts/remove-alerts.ts'
import { trimAudit } from './audit/audit-trim.ts'
import type { StoreConnections } from './connect.ts'
import type { Transaction } from './database.ts'
import { fromJson, unpackDocument } from './json.ts'
import { batches } from './write-rows.ts'

/** Moments in ms: rows that last changed before are removed. Undefined keeps them all. */
export interface RetentionLimits {
  readonly alerts?: number | undefined
  readonly incidents?: number | undefined
  readonly detections?: number | undefined
  readonly audit?: number | undefined
}

export interface RetentionStore {
  /**
   * Removes closed alerts and incidents, detections and audit entries that are older than their limits, a small batch in each
   * transaction. An incident and its alerts are removed together, when the limits of all of them have passed. Open alerts and incidents
   * stay, and so do the detections of open alerts. Returns how many rows of each kind it removed.
   */
  retain(limits: RetentionLimits, signal?: AbortSignal): Promise<Removals>
}

export type Removals = Readonly<Record<'alerts' | 'incidents' | 'detections' | 'audit', number>>

const batch = 100
/** How long the index keeps the mark of a removed alert, so that other processes drop it from memory. */
const noticeMs = day

interface Place {
  readonly time: number
  readonly id: string
}

export const createRetentionStore = (
  connections: StoreConnections,
  index: Pick<AlertIndex, 'remove'>,
): RetentionStore => {
  const { read, transaction, abilities, now } = connections

  const dropAlerts = async (alerts: readonly OldAlert[], tx: Transaction): Promise<void> => {
    const ids = alerts.map(({ alert_id }) => alert_id)
    await removeAlerts(index, ids, tx)
    const detections = alerts.flatMap(({ body }) => unpackDocument<Alert>(body).detection_ids)
    for (const part of batches(detections)) {
      await tx.deleteFrom('detections').where('id', 'in', part).execute()
    }
  }

  /** Locks the alerts that it removes, so that nobody reopens them. */
  const oldAlerts = (tx: Transaction, ids: readonly string[]) => {
    const rows = tx.selectFrom('alerts').select(['alert_id', 'body', 'status', 'changed_at', 'incident_id'])
    return (abilities.lockRows ? rows.forUpdate() : rows).where('alert_id', 'in', ids)
  }

  const retainIncidents = async (before: number, alertsBefore: number, place: Place): Promise<Step> => {
    const found = await read
      .selectFrom('incidents')
      .select(['incident_id as id', 'changed_at as time'])
      .where('status', 'not in', openIncidentStatuses)
      .where('changed_at', '<', before)
      .where((where) => where(where.refTuple('changed_at', 'incident_id'), '>', where.tuple(place.time, place.id)))
      .orderBy('changed_at')
      .orderBy('incident_id')
      .limit(1)
      .execute()
    const [next] = found
    if (!next) return { next, removed: {} }
    const removed = await transaction(async (tx) => {
      const rows = tx.selectFrom('incidents').select('body').where('incident_id', '=', next.id)
      const row = await (abilities.lockRows ? rows.forUpdate() : rows)
        .where('status', 'not in', openIncidentStatuses)
        .where('changed_at', '<', before)
        .executeTakeFirst()
      if (!row) return {}
      const { members } = fromJson<{ readonly members: readonly { readonly alert_id: string }[] }>(row.body)
      const alerts: OldAlert[] = []
      for (const part of batches(members.map(({ alert_id }) => alert_id))) {
        alerts.push(...(await oldAlerts(tx, part).where('incident_id', '=', next.id).execute()))
      }
      if (!alerts.every(isOlderThan(alertsBefore))) return {}
      await dropAlerts(alerts, tx)
      await removeIncidents([next.id], tx)
      return { incidents: 1, alerts: alerts.length }
    })
    return { next, removed }
  }

  const retainAlerts = async (before: number, place: Place): Promise<Step> => {
    const found = await read
      .selectFrom('alert_heads')
      .select(['alert_id as id', 'changed_at as time'])
      .where('state', '=', 'settled')
      .where('changed_at', '<', before)
      .where((where) => where(where.refTuple('changed_at', 'alert_id'), '>', where.tuple(place.time, place.id)))
      .orderBy('changed_at')
      .orderBy('alert_id')
      .limit(batch)
      .execute()
    const next = found.at(-1)
    if (!next) return { next, removed: {} }
    const removed = await transaction(async (tx) => {
      const rows = await oldAlerts(
        tx,
        found.map(({ id }) => id),
      ).execute()
      const homes = rows.flatMap(({ incident_id }) => incident_id ?? [])
      const kept = new Set(
        homes.length === 0
          ? []
          : (await tx.selectFrom('incidents').select('incident_id').where('incident_id', 'in', homes).execute()).map(
              ({ incident_id }) => incident_id,
            ),
      )
      const old = rows.filter((row) => isOlderThan(before)(row) && !kept.has(row.incident_id ?? ''))
      await dropAlerts(old, tx)
      return { alerts: old.length }
    })
    return { next, removed }
  }

  const retainDetections = async (before: number, place: Place): Promise<Step> => {
    const found = await read
      .selectFrom('detections')
      .select(['id', 'saved_at as time', 'dedup_key'])
      .where('saved_at', '<', before)
      .where((where) => where(where.refTuple('saved_at', 'id'), '>', where.tuple(place.time, place.id)))
      .orderBy('saved_at')
      .orderBy('id')
      .limit(batch)
      .execute()
    const next = found.at(-1)
    if (!next) return { next, removed: {} }
    const removed = await transaction(async (tx) => {
      const keys = [...new Set(found.map(({ dedup_key }) => dedup_key))]
      const rows = await tx
        .selectFrom('alerts')
        .select('dedup_key')
        .where('dedup_key', 'in', keys)
        .where('status', 'in', openAlertStatuses)
        .execute()
      const open = new Set(rows.map(({ dedup_key }) => dedup_key))
      const old = found.filter(({ dedup_key }) => !open.has(dedup_key)).map(({ id }) => id)
      if (old.length === 0) return {}
      const gone = await tx
        .deleteFrom('detections')
        .where('id', 'in', old)
        .where('saved_at', '<', before)
        .executeTakeFirst()
      return { detections: Number(gone.numDeletedRows) }
    })
    return { next, removed }
  }

  const purgeNotices = async (): Promise<void> => {
    for (;;) {
      const rows = await read
        .selectFrom('alert_heads')
        .select('alert_id')
        .where('state', '=', 'removed')
        .where('changed_at', '<', now() - noticeMs)
        .limit(batch)
        .execute()
      if (rows.length === 0) return
      await transaction((tx) =>
        tx
          .deleteFrom('alert_heads')
          .where(
            'alert_id',
            'in',
            rows.map(({ alert_id }) => alert_id),
          )
          .where('state', '=', 'removed')
          .execute(),
      )
    }
  }

  return {
    async retain({ alerts, incidents, detections, audit }, signal) {
      const removals = { alerts: 0, incidents: 0, detections: 0, audit: 0 }
      const all = async (step: (place: Place) => Promise<Step>): Promise<void> => {
        let place: Place | undefined = { time: -1, id: '' }
        while (place && !signal?.aborted) {
          const { next, removed }: Step = await step(place)
          for (const kind of ['alerts', 'incidents', 'detections'] as const) removals[kind] += removed[kind] ?? 0
          place = next
          await setImmediate()
        }
      }
      if (incidents !== undefined) await all((place) => retainIncidents(incidents, alerts ?? 0, place))
      if (alerts !== undefined) await all((place) => retainAlerts(alerts, place))
      if (detections !== undefined) await all((place) => retainDetections(detections, place))
      if (audit !== undefined && !signal?.aborted) removals.audit = await trimAudit(connections, audit)
      await purgeNotices()
      return removals
    },
  }
}

interface OldAlert {
  readonly alert_id: string
  readonly body: Uint8Array
  readonly status: string
  readonly changed_at: number
  readonly incident_id: string | null
}

interface Step {
  /** The start of the next step; undefined at the end. */
  readonly next: Place | undefined
  readonly removed: Partial<Removals>
}

const openStatuses: ReadonlySet<string> = new Set(openAlertStatuses)

const isOlderThan =
  (before: number) =>
  ({ status, changed_at }: OldAlert): boolean =>
    !openStatuses.has(status) && changed_at < before
