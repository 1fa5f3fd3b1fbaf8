import type { AlertContext } from '../../schema/inventory/context.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { upsert } from '../write-rows.ts'
import type { AlertContextRow } from './alert-tables.ts'

/** The context of an alert at the time of triage. */
export interface AlertContextStore {
  save(
    gathered: readonly { readonly alertId: string; readonly contexts: readonly AlertContext[] }[],
    tx: Transaction,
  ): Promise<void>
  of(alertId: string): Promise<readonly AlertContext[]>
}

/** Stores the context of each alert: one row per kind and source, replaced when the alert is triaged again. */
export const createAlertContextStore = ({ read, now }: StoreConnections): AlertContextStore => ({
  async save(gathered, tx) {
    const at = now()
    const rows = new Map<string, AlertContextRow>()
    for (const { alertId, contexts } of gathered) {
      for (const context of contexts) {
        const row = toRow(alertId, context, at)
        rows.set(row.id, row)
      }
    }
    await upsert(tx, 'alert_context', [...rows.values()], { key: ['id'], keep: ['created_at'] })
  },

  async of(alertId) {
    const rows = await read
      .selectFrom('alert_context')
      .selectAll()
      .where('alert_id', '=', alertId)
      .orderBy('id')
      .execute()
    return rows.map(fromRow)
  },
})

const toRow = (alertId: string, context: AlertContext, at: number): AlertContextRow => ({
  id: `${alertId}|${context.context_type}|${context.source}`,
  alert_id: alertId,
  context_type: context.context_type,
  context_data: toJson(context.data),
  source: context.source,
  confidence_score: context.confidence,
  created_at: at,
  updated_at: at,
})

const fromRow = (row: AlertContextRow): AlertContext => ({
  // written by us, so one of the kinds
  context_type: row.context_type as AlertContext['context_type'],
  source: row.source,
  confidence: row.confidence_score,
  data: fromJson(row.context_data),
})
