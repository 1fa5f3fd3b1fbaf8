import type { RemediationAction } from '../../schema/action/remediation-action.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { listPage, type Page, type RowQuery } from '../page.ts'
import { insertNew } from '../write-rows.ts'
import type { RemediationActionRow } from './incident-tables.ts'

export interface RemediationActionStore {
  /** Adds missing actions; existing ones remain unchanged. */
  add(actions: readonly RemediationAction[], tx: Transaction): Promise<void>
  save(action: RemediationAction, tx: Transaction): Promise<void>
  get(id: string, tx?: Transaction): Promise<RemediationAction | undefined>
  list(
    query: RowQuery<RemediationAction> & { readonly incident_id?: string | undefined },
  ): Promise<Page<RemediationAction>>
}

/** Stores the actions of incidents: each as a document, with additional columns for SQL. */
export const createRemediationActionStore = ({ read, abilities }: StoreConnections): RemediationActionStore => {
  /** Within a transaction, rows are read for an update, so lock them. */
  const bodies = (tx?: Transaction) => {
    const rows = (tx ?? read).selectFrom('remediation_actions').select('body')
    return tx && abilities.lockRows ? rows.forUpdate() : rows
  }

  return {
    async add(actions, tx) {
      await insertNew(tx, 'remediation_actions', actions.map(toRow))
    },

    async save(action, tx) {
      await tx.updateTable('remediation_actions').set(toRow(action)).where('id', '=', action.id).execute()
    },

    async get(id, tx) {
      const row = await bodies(tx).where('id', '=', id).executeTakeFirst()
      return row && fromJson<RemediationAction>(row.body)
    },

    list: (query) =>
      listPage(query, (after, limit) => {
        let rows = read
          .selectFrom('remediation_actions')
          .select(['created_at as time', 'id', 'body'])
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
        if (after) {
          rows = rows.where((where) =>
            where(where.refTuple('created_at', 'id'), '<', where.tuple(after.time, after.id)),
          )
        }
        if (query.incident_id !== undefined) rows = rows.where('incident_id', '=', query.incident_id)
        if (query.status) rows = rows.where('status', 'in', query.status)
        return rows.execute()
      }),
  }
}

const toRow = (action: RemediationAction): RemediationActionRow => ({
  id: action.id,
  incident_id: action.incident_id,
  alert_id: action.alert_id,
  action_type: action.action_type,
  description: action.description,
  priority: action.priority,
  status: action.status,
  assigned_to: action.assignee,
  due_date: action.due_at === null ? null : Date.parse(action.due_at),
  completed_at: action.completed_at === null ? null : Date.parse(action.completed_at),
  notes: action.notes,
  version: action.version,
  created_at: Date.parse(action.created_at),
  updated_at: Date.parse(action.updated_at),
  body: toJson(action),
})
