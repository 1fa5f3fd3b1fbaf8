import { z } from 'zod'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from '../page.ts'
import { insertNew } from '../write-rows.ts'
import type { NotificationTableRow } from './incident-tables.ts'

/** One delivery of one incident to one sink, remembered so that no receiver is notified twice. */
export interface NotificationRow {
  /** Incident, sink and reason identify a delivery. */
  readonly id: string
  readonly incident_id: string
  readonly sink: string
  readonly reason: string
  readonly severity: string
  readonly status: 'pending' | 'sent' | 'failed' | 'dead' | 'cancelled'
  readonly attempts: number
  readonly next_attempt_at: number | null
  readonly last_error: string | null
  readonly created_at: number
  readonly sent_at: number | null
  /** The identifier of the message at the receiver, if the message can be changed later. */
  readonly receipt?: string | null
}

export interface NotificationStore {
  /** Adds missing deliveries; existing ones remain unchanged. */
  plan(rows: readonly NotificationRow[], tx: Transaction): Promise<void>
  /** Returns due deliveries. A failed one whose next attempt is further away than `longestWait` is due too: the clock was set back. */
  due(now: number, limit: number, longestWait: number): Promise<readonly NotificationRow[]>
  /** Records the result of an attempt. A message that another process has sent meanwhile stays sent. */
  update(row: NotificationRow): Promise<void>
  /** Cancels the unsent deliveries of an incident, except the one that reports that it is resolved. */
  cancel(incidentId: string, tx: Transaction): Promise<void>
  forIncident(incidentId: string, tx?: Transaction): Promise<readonly NotificationRow[]>
  /** Counts the messages planned in a span, by status. */
  counts(span: {
    readonly from: number
    readonly to: number
  }): Promise<readonly { readonly status: string; readonly count: number }[]>
  /** Counts the messages planned since a moment, by receiver and status. `last_error` is any of their errors. */
  bySink(from: number): Promise<
    readonly {
      readonly sink: string
      readonly status: string
      readonly count: number
      readonly last_sent_at: number | null
      readonly last_error: string | null
    }[]
  >
  /** Returns when messages were sent to a receiver since a moment, oldest first, each time once. */
  sentTimes(sink: string, since: number): Promise<readonly number[]>
  list(query: PageRequest & { readonly status?: string | undefined }): Promise<Page<NotificationRow>>
}

const status = z.enum(['pending', 'sent', 'failed', 'dead', 'cancelled'])

/** Remembers each delivery of an incident to a sink. */
export const createNotificationStore = ({ read, write }: StoreConnections): NotificationStore => ({
  async plan(rows, tx) {
    await insertNew(tx, 'notifications', rows)
  },

  async due(now, limit, longestWait) {
    const rows = await read
      .selectFrom('notifications')
      .selectAll()
      .where('status', 'in', ['pending', 'failed'])
      .where((where) =>
        where.or([
          where('next_attempt_at', 'is', null),
          where('next_attempt_at', '<=', now),
          where.and([where('status', '=', 'failed'), where('next_attempt_at', '>', now + longestWait)]),
        ]),
      )
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(fromRow)
  },

  async update({ id, ...values }) {
    await write.updateTable('notifications').set(values).where('id', '=', id).where('status', '<>', 'sent').execute()
  },

  async cancel(incidentId, tx) {
    await tx
      .updateTable('notifications')
      .set({ status: 'cancelled', next_attempt_at: null })
      .where('incident_id', '=', incidentId)
      .where('status', 'in', ['pending', 'failed'])
      .where('reason', '<>', 'resolved')
      .execute()
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

  async counts({ from, to }) {
    const rows = await read
      .selectFrom('notifications')
      .select(({ fn }) => ['status', fn.countAll().as('count')])
      .where('created_at', '>=', from)
      .where('created_at', '<', to)
      .groupBy('status')
      .execute()
    return rows.map((row) => ({ ...row, count: Number(row.count) }))
  },

  async bySink(from) {
    const rows = await read
      .selectFrom('notifications')
      .select(({ fn }) => [
        'sink',
        'status',
        fn.countAll().as('count'),
        fn.max('sent_at').as('last_sent_at'),
        fn.max('last_error').as('last_error'),
      ])
      .where('created_at', '>=', from)
      .groupBy(['sink', 'status'])
      .execute()
    return rows.map(({ count, last_sent_at, ...row }) => ({
      ...row,
      count: Number(count),
      last_sent_at: last_sent_at === null ? null : Number(last_sent_at),
    }))
  },

  async sentTimes(sink, since) {
    const rows = await read
      .selectFrom('notifications')
      .select('sent_at')
      .distinct()
      .where('sink', '=', sink)
      .where('status', '=', 'sent')
      .where('sent_at', '>', since)
      .orderBy('sent_at')
      .execute()
    return rows.map(({ sent_at }) => Number(sent_at))
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
