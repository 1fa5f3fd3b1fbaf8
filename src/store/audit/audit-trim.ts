import { day } from '../../lib/units/time.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson } from '../json.ts'
import type { AuditHead } from './audit-chain.ts'
import { appendAudit } from './audit-entry.ts'

const batch = 500
const targetId = 'retention'
const eventType = 'audit.trim'

interface Trim {
  /** The last removed row and its hash. The remaining rows begin after it. */
  readonly start: AuditHead
  readonly time: number
}

/** Reads how far retention has shortened the audit. The entry that records it is part of the chain, so changing it breaks the chain. */
export const readTrim = async (db: Transaction): Promise<Trim | undefined> => {
  const row = await db
    .selectFrom('audit_logs')
    .select(['new_values', 'created_at'])
    .where('target_id', '=', targetId)
    .where('event_type', '=', eventType)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { start: fromJson<AuditHead>(row.new_values), time: row.created_at }
}

/**
 * Removes the first entries that were written before a moment. The last entry always remains. First, at most once a day, writes an entry
 * with the hash of the last row to remove; then removes the rows, some in each transaction.
 */
export const trimAudit = async (connections: StoreConnections, before: number): Promise<number> => {
  const { read, transaction, now } = connections
  const known = await readTrim(read)
  const start =
    known && known.time > now() - day
      ? known.start
      : await transaction(async (tx) => {
          const next = await lastBefore(tx, before)
          if (!next || next.id <= (known?.start.id ?? 0)) return known?.start
          const entry = {
            time: now(),
            actor: 'vedette',
            action: 'trim',
            target_type: 'audit',
            target_id: targetId,
            old_values: known?.start ?? null,
            new_values: next,
          }
          await appendAudit(connections, [entry], tx)
          return next
        })
  if (!start) return 0
  let removed = 0
  for (;;) {
    const first = await read.selectFrom('audit_logs').select('id').orderBy('id').limit(1).executeTakeFirst()
    if (!first || first.id > start.id) return removed
    const end = Math.min(start.id, first.id + batch - 1)
    removed += await transaction(async (tx) =>
      Number((await tx.deleteFrom('audit_logs').where('id', '<=', end).executeTakeFirst()).numDeletedRows),
    )
  }
}

/** The last of the first rows that were written before a moment, leaving one after it. */
const lastBefore = async (tx: Transaction, before: number): Promise<AuditHead | undefined> => {
  const kept = await tx
    .selectFrom('audit_logs')
    .select(({ fn }) => fn.min('id').as('id'))
    .where('created_at', '>=', before)
    .executeTakeFirst()
  const rows = tx.selectFrom('audit_logs').select(['id', 'hash']).orderBy('id', 'desc').limit(1)
  return kept?.id == null
    ? rows.offset(1).executeTakeFirst()
    : rows.where('id', '<', Number(kept.id)).executeTakeFirst()
}
