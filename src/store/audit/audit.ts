import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from '../page.ts'
import { type AuditHead, type AuditReport, createChainCheck } from './audit-chain.ts'
import { appendAudit, toAuditEntry } from './audit-entry.ts'
import { readTrim } from './audit-trim.ts'

export interface AuditStore {
  append(entries: readonly AuditEntry[], tx: Transaction): Promise<void>
  list(
    query: PageRequest & { readonly target_id?: string | undefined; readonly decision_id?: string | undefined },
  ): Promise<Page<AuditEntry>>
  /** The last row and its hash; undefined when nothing was written yet. */
  head(): Promise<AuditHead | undefined>
  /** The hash of a row; of the removed rows, only the hash of the last one is known. */
  hash(id: number): Promise<string | undefined>
  /** The last row that retention removed; undefined if there is none. The remaining rows begin after it. */
  start(): Promise<AuditHead | undefined>
  /** Finds rows that were changed, removed or added, given known heads of the chain. */
  verify(knownHeads: readonly AuditHead[]): Promise<AuditReport>
}

const chunk = 1_000

/** Stores the audit log. Entries are numbered without gaps, chained by hashes, and never changed. */
export const createAuditStore = ({ read, abilities }: Pick<StoreConnections, 'read' | 'abilities'>): AuditStore => {
  const counted = async (): Promise<number> =>
    (await read.selectFrom('counters').select('value').where('name', '=', 'audit').executeTakeFirst())?.value ?? 0

  return {
    append: (entries, tx) => appendAudit({ abilities }, entries, tx),

    async list({ limit, after, target_id, decision_id }) {
      let query = read
        .selectFrom('audit_logs')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (target_id !== undefined) query = query.where('target_id', '=', target_id)
      if (decision_id !== undefined) query = query.where('decision_id', '=', decision_id)
      if (after !== undefined) query = query.where('id', '<', readCursor(after).time)
      const rows = await query.execute()
      const last = rows[limit - 1]
      return {
        items: rows.slice(0, limit).map(toAuditEntry),
        next: rows.length > limit && last ? writeCursor({ time: last.id, id: '' }) : undefined,
      }
    },

    async head() {
      return read.selectFrom('audit_logs').select(['id', 'hash']).orderBy('id', 'desc').limit(1).executeTakeFirst()
    },

    async hash(id) {
      const row = await read.selectFrom('audit_logs').select('hash').where('id', '=', id).executeTakeFirst()
      if (row) return row.hash
      const start = (await readTrim(read))?.start
      return start?.id === id ? start.hash : undefined
    },

    start: async () => (await readTrim(read))?.start,

    async verify(knownHeads) {
      const before = await counted()
      const start = (await readTrim(read))?.start
      const check = createChainCheck(knownHeads, start)
      let last = start?.id ?? 0
      for (;;) {
        const rows = await read
          .selectFrom('audit_logs')
          .selectAll()
          .where('id', '>', last)
          .orderBy('id')
          .limit(chunk)
          .execute()
        // Retention may have removed rows since the last read. Each page is read at one moment, so a gap is only before it.
        const trim = rows[0] && rows[0].id > last + 1 ? (await readTrim(read))?.start : undefined
        if (trim && trim.id > last) check.resume(trim)
        for (const row of rows) if (row.id > (trim?.id ?? 0)) check.add(row)
        last = rows.at(-1)?.id ?? last
        if (rows.length < chunk) break
      }
      // Others may have written meanwhile.
      return check.end(before, await counted())
    },
  }
}
