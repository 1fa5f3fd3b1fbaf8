import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { StoreConnections } from '../connect.ts'
import { nextNumbers } from '../counters.ts'
import type { Transaction } from '../database.ts'
import type { AuditLogRow } from '../inventory/people-tables.ts'
import { fromJson, toJson } from '../json.ts'
import { insertRows } from '../write-rows.ts'
import { chainHash } from './audit-chain.ts'

type Abilities = Pick<StoreConnections, 'abilities'>

/** Appends entries to the chain. */
export const appendAudit = async (
  { abilities }: Abilities,
  entries: readonly AuditEntry[],
  tx: Transaction,
): Promise<void> => {
  if (entries.length === 0) return
  const first = await nextNumbers(tx, 'audit', entries.length)
  // The transaction that has the number locks the counter until it ends, so nobody else appends.
  let hash = await hashOf({ abilities }, first - 1, tx)
  const rows = entries.map((entry, index): AuditLogRow => {
    const row = toRow(entry, first + index)
    hash = chainHash(hash, row)
    return { ...row, hash }
  })
  await insertRows(tx, 'audit_logs', rows)
}

const hashOf = async ({ abilities }: Abilities, id: number, tx: Transaction): Promise<string> => {
  if (id === 0) return ''
  const row = tx.selectFrom('audit_logs').select('hash').where('id', '=', id)
  return (await (abilities.lockRows ? row.forUpdate() : row).executeTakeFirst())?.hash ?? ''
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

export const toAuditEntry = (row: AuditLogRow): AuditEntry => ({
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
