import { type AuditHead, type AuditReport, chainHash, createChainCheck } from './audit-chain.ts'
import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import { nextNumbers } from './counters.ts'
import type { Transaction } from './database.ts'
import { fromJson, toJson } from './json.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from './page.ts'
import type { AuditLogRow } from './people-tables.ts'

/** Who did what, with before and after. Appended in the transaction of the change it tells of. */
export interface AuditEntry {
  readonly time: number
  readonly actor: string
  readonly action: string
  readonly target_type: string
  readonly target_id: string
  readonly old_values: unknown
  readonly new_values: unknown
  /** What was done together with others, in one request. */
  readonly decision_id?: string | undefined
  /** Where it came from, as far as the door knows. */
  readonly ip_address?: string
  readonly user_agent?: string
  /** Why it was refused; absent when it was done. */
  readonly error?: string
}

export interface AuditStore {
  append(entries: readonly AuditEntry[], tx: Transaction): Promise<void>
  list(
    query: PageRequest & { readonly target_id?: string | undefined; readonly decision_id?: string | undefined },
  ): Promise<Page<AuditEntry>>
  /** The last row and its hash; undefined when nothing was written yet. */
  head(): Promise<AuditHead | undefined>
  hash(id: number): Promise<string | undefined>
  /** Looks for rows that were changed, taken away or added, given heads that are known from elsewhere. */
  verify(knownHeads: readonly AuditHead[]): Promise<AuditReport>
}

const chunk = 1_000

/** Keeps who did what. Entries are numbered without gaps, chained by hashes, and never changed. */
export const createAuditStore = ({ read, abilities }: StoreConnections): AuditStore => {
  const hashOf = async (id: number, tx: Transaction): Promise<string> => {
    if (id === 0) return ''
    const row = tx.selectFrom('audit_logs').select('hash').where('id', '=', id)
    return (await (abilities.lockRows ? row.forUpdate() : row).executeTakeFirst())?.hash ?? ''
  }

  const counted = async (): Promise<number> =>
    (await read.selectFrom('counters').select('value').where('name', '=', 'audit').executeTakeFirst())?.value ?? 0

  return {
    async append(entries, tx) {
      if (entries.length === 0) return
      const first = await nextNumbers(tx, 'audit', entries.length)
      // Whoever has the number holds the counter until the end of the transaction: nobody else appends meanwhile.
      let hash = await hashOf(first - 1, tx)
      const rows = entries.map((entry, index): AuditLogRow => {
        const row = toRow(entry, first + index)
        hash = chainHash(hash, row)
        return { ...row, hash }
      })
      for (const part of batches(rows, abilities.maxVariables, 15)) {
        await tx.insertInto('audit_logs').values(part).execute()
      }
    },

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
        items: rows.slice(0, limit).map(toEntry),
        next: rows.length > limit && last ? writeCursor({ time: last.id, id: '' }) : undefined,
      }
    },

    async head() {
      return read.selectFrom('audit_logs').select(['id', 'hash']).orderBy('id', 'desc').limit(1).executeTakeFirst()
    },

    async hash(id) {
      return (await read.selectFrom('audit_logs').select('hash').where('id', '=', id).executeTakeFirst())?.hash
    },

    async verify(knownHeads) {
      const before = await counted()
      const check = createChainCheck(knownHeads)
      let last = 0
      for (;;) {
        const rows = await read
          .selectFrom('audit_logs')
          .selectAll()
          .where('id', '>', last)
          .orderBy('id')
          .limit(chunk)
          .execute()
        for (const row of rows) check.add(row)
        last = rows.at(-1)?.id ?? last
        if (rows.length < chunk) break
      }
      // Others may have written meanwhile.
      return check.end(before, await counted())
    },
  }
}

const toRow = (entry: AuditEntry, id: number): Omit<AuditLogRow, 'hash'> => ({
  id,
  event_type: `${entry.target_type}.${entry.action}`,
  actor: entry.actor,
  action: entry.action,
  target_type: entry.target_type,
  target_id: entry.target_id,
  old_values: toJson(entry.old_values),
  new_values: toJson(entry.new_values),
  ip_address: entry.ip_address ?? null,
  user_agent: entry.user_agent ?? null,
  success: entry.error === undefined ? 1 : 0,
  error_message: entry.error ?? null,
  created_at: entry.time,
  decision_id: entry.decision_id ?? null,
})

const toEntry = (row: AuditLogRow): AuditEntry => ({
  time: row.created_at,
  actor: row.actor,
  action: row.action,
  target_type: row.target_type,
  target_id: row.target_id,
  old_values: fromJson(row.old_values),
  new_values: fromJson(row.new_values),
  ...(row.ip_address !== null && { ip_address: row.ip_address }),
  ...(row.user_agent !== null && { user_agent: row.user_agent }),
  ...(row.error_message !== null && { error: row.error_message }),
})
