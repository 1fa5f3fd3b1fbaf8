import { z } from 'zod'
import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import type { NotificationTableRow } from './database.ts'
import { readCursor, writeCursor } from './page.ts'
import type { NotificationRow, NotificationStore } from './store.ts'

const status = z.enum(['pending', 'sent', 'failed', 'dead'])

/** Remembers each delivery of an incident to a sink. */
export const createNotificationStore = ({ read, write, abilities }: StoreConnections): NotificationStore => ({
  async plan(rows, tx) {
    for (const part of batches(rows, abilities.maxVariables, 11)) {
      await tx
        .insertInto('notifications')
        .values(part)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    }
  },

  async due(now, limit) {
    const rows = await read
      .selectFrom('notifications')
      .selectAll()
      .where('status', 'in', ['pending', 'failed'])
      .where((where) => where.or([where('next_attempt_at', 'is', null), where('next_attempt_at', '<=', now)]))
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(fromRow)
  },

  async update({ id, ...values }) {
    await write.updateTable('notifications').set(values).where('id', '=', id).execute()
  },

  async forIncident(incidentId, tx) {
    const rows = await (tx ?? read)
      .selectFrom('notifications')
      .selectAll()
      .where('incident_id', '=', incidentId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(fromRow)
  },

  async list({ limit, after, status: wanted }) {
    let query = read
      .selectFrom('notifications')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (wanted !== undefined) query = query.where('status', '=', wanted)
    if (after !== undefined) {
      const { time, id } = readCursor(after)
      query = query.where((where) => where(where.refTuple('created_at', 'id'), '<', where.tuple(time, id)))
    }
    const rows = await query.execute()
    const last = rows[limit - 1]
    return {
      items: rows.slice(0, limit).map(fromRow),
      next: rows.length > limit && last ? writeCursor({ time: last.created_at, id: last.id }) : undefined,
    }
  },
})

const fromRow = (row: NotificationTableRow): NotificationRow => ({ ...row, status: status.parse(row.status) })
