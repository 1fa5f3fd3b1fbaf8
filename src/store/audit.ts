import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import { nextNumbers } from './counters.ts'
import { fromJson, toJson } from './json.ts'
import { readCursor, writeCursor } from './page.ts'
import type { AuditEntry, AuditStore } from './store.ts'

/** Keeps who did what. Entries are numbered without gaps and never changed. */
export const createAuditStore = ({ read, abilities }: StoreConnections): AuditStore => ({
  async append(entries, tx) {
    if (entries.length === 0) return
    const first = await nextNumbers(tx, 'audit', entries.length)
    const rows = entries.map((entry, index) => ({
      id: first + index,
      event_type: `${entry.target_type}.${entry.action}`,
      actor: entry.actor,
      action: entry.action,
      target_type: entry.target_type,
      target_id: entry.target_id,
      old_values: toJson(entry.old_values),
      new_values: toJson(entry.new_values),
      created_at: entry.time,
    }))
    for (const part of batches(rows, abilities.maxVariables, 9)) {
      await tx.insertInto('audit_logs').values(part).execute()
    }
  },

  async list({ limit, after, target_id }) {
    let query = read
      .selectFrom('audit_logs')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (target_id !== undefined) query = query.where('target_id', '=', target_id)
    if (after !== undefined) query = query.where('id', '<', readCursor(after).time)
    const rows = await query.execute()
    const last = rows[limit - 1]
    return {
      items: rows.slice(0, limit).map(
        (row): AuditEntry => ({
          time: row.created_at,
          actor: row.actor,
          action: row.action,
          target_type: row.target_type,
          target_id: row.target_id,
          old_values: fromJson(row.old_values),
          new_values: fromJson(row.new_values),
        }),
      ),
      next: rows.length > limit && last ? writeCursor({ time: last.id, id: '' }) : undefined,
    }
  },
})
