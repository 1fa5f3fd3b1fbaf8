import type { Alert } from '../schema/alert.ts'
import { openAlertStatuses } from '../schema/alert.ts'
import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import type { AlertRow, Transaction } from './database.ts'
import { fromJson, toJson } from './json.ts'
import { listPage } from './page.ts'
import { searchText, wordsOf } from './search-text.ts'
import type { AlertStore } from './store.ts'

const alive = [...openAlertStatuses, 'suppressed']

/** Keeps alerts: the whole of each as a document, and beside it the columns that SQL asks for. */
export const createAlertStore = (connections: StoreConnections): AlertStore => {
  const { read, abilities, stamp, contains } = connections
  /** Within a transaction rows are read to be changed: nobody else may change them in between. */
  const bodies = (tx?: Transaction) => {
    const rows = (tx ?? read).selectFrom('alerts').select(['alert_id', 'body'])
    return tx && abilities.lockRows ? rows.forUpdate() : rows
  }

  return {
    async findOpen(dedupKeys, tx) {
      const found: Alert[] = []
      for (const part of batches([...new Set(dedupKeys)], abilities.maxVariables - alive.length)) {
        const rows = await bodies(tx).where('dedup_key', 'in', part).where('status', 'in', alive).execute()
        for (const row of rows) found.push(fromJson(row.body))
      }
      return found
    },

    async save(alerts, tx) {
      const newest = new Map(alerts.map((alert) => [alert.id, alert]))
      for (const part of batches([...newest.values()], abilities.maxVariables, 21)) {
        await tx
          .insertInto('alerts')
          .values(part.map((alert) => toRow(alert, stamp())))
          .onConflict((conflict) =>
            conflict
              .column('alert_id')
              .doUpdateSet((row) => ({
                last_seen: row.ref('excluded.last_seen'),
                first_seen: row.ref('excluded.first_seen'),
                alert_type: row.ref('excluded.alert_type'),
                severity: row.ref('excluded.severity'),
                title: row.ref('excluded.title'),
                description: row.ref('excluded.description'),
                source_ip: row.ref('excluded.source_ip'),
                user_name: row.ref('excluded.user_name'),
                status: row.ref('excluded.status'),
                assigned_to: row.ref('excluded.assigned_to'),
                incident_id: row.ref('excluded.incident_id'),
                version: row.ref('excluded.version'),
                updated_at: row.ref('excluded.updated_at'),
                changed_at: row.ref('excluded.changed_at'),
                search: row.ref('excluded.search'),
                body: row.ref('excluded.body'),
              }))
              // Saved again as it is, it has not changed and nobody is told.
              .whereRef('alerts.body', '<>', 'excluded.body'),
          )
          .execute()
      }
    },

    async load(ids, tx) {
      const found = new Map<string, Alert>()
      for (const part of batches(ids, abilities.maxVariables)) {
        for (const row of await bodies(tx).where('alert_id', 'in', part).execute()) {
          found.set(row.alert_id, fromJson(row.body))
        }
      }
      return ids.flatMap((id) => found.get(id) ?? [])
    },

    async get(id) {
      const row = await bodies().where('alert_id', '=', id).executeTakeFirst()
      return row && fromJson<Alert>(row.body)
    },

    list: (query) =>
      listPage(query, (after, limit) => {
        let rows = read
          .selectFrom('alerts')
          .select(['created_at as time', 'alert_id as id', 'body'])
          .orderBy('created_at', 'desc')
          .orderBy('alert_id', 'desc')
          .limit(limit)
        if (after) {
          rows = rows.where((where) =>
            where(where.refTuple('created_at', 'alert_id'), '<', where.tuple(after.time, after.id)),
          )
        }
        if (query.status) rows = rows.where('status', 'in', query.status)
        if (query.from !== undefined) rows = rows.where('last_seen', '>=', query.from)
        if (query.to !== undefined) rows = rows.where('first_seen', '<=', query.to)
        for (const word of (query.pieces ?? []).flatMap(wordsOf)) {
          rows = rows.where((where) => contains(where.ref('search'), word))
        }
        return rows.execute()
      }),

    async untriaged(limit) {
      const rows = await read
        .selectFrom('alerts')
        .select('alert_id')
        .where('status', 'in', openAlertStatuses)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('triage_results')
                .select('triage_results.alert_id')
                .whereRef('triage_results.alert_id', '=', 'alerts.alert_id'),
            ),
          ),
        )
        .orderBy('created_at')
        .orderBy('alert_id')
        .limit(limit)
        .execute()
      return rows.map((row) => row.alert_id)
    },

    counts: () =>
      read
        .selectFrom('alerts')
        .select(({ fn }) => ['status', 'severity', fn.countAll<number>().as('count')])
        .groupBy(['status', 'severity'])
        .execute(),
  }
}

const toRow = (alert: Alert, changedAt: number): AlertRow => ({
  alert_id: alert.id,
  dedup_key: alert.dedup_key,
  received_at: Date.parse(alert.created_at),
  first_seen: Date.parse(alert.first_seen),
  last_seen: Date.parse(alert.last_seen),
  alert_type: alert.type,
  severity: alert.severity,
  title: alert.title,
  description: alert.sentence,
  source_ip: entityOf(alert, 'ip'),
  destination_ip: null,
  user_name: entityOf(alert, 'user'),
  status: alert.status,
  assigned_to: alert.assignee,
  incident_id: alert.incident_id,
  version: alert.version,
  created_at: Date.parse(alert.created_at),
  updated_at: Date.parse(alert.updated_at),
  changed_at: changedAt,
  search: searchText(alert),
  body: toJson(alert),
})

const entityOf = (alert: Alert, type: 'ip' | 'user'): string | null =>
  alert.entities.find((entity) => entity.type === type)?.value ?? null
