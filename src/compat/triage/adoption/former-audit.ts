import type { FormerDatabase } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { AdoptionPart } from '../../../operations/adoption/former-system.ts'
import { createTotal } from '../../../operations/adoption/table-part.ts'
import type { AuditEntry } from '../../../schema/audit/audit-entry.ts'

/** Takes the audit log, the oldest entry first, into the chain of ours: from now on, nobody can change an entry unnoticed. */
export const auditPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('audit_logs', 'id', 'event_type', 'actor', 'created_at')
  if (!table) return undefined
  const source = `adopted ${database.place}`
  return [
    {
      noun: 'audit entries',
      from: table.name,
      count: table.count,
      async adopt({ store, now }) {
        const total = createTotal()
        // A UUID has no order: entries are chained in the order of their times, and known again by their ids.
        const rows: FormerRow[] = []
        for await (const page of table.pages('id')) rows.push(...page)
        const inOrder = rows.sort((a, b) => (a.time('created_at') ?? 0) - (b.time('created_at') ?? 0))
        for (let start = 0; start < inOrder.length; start += 500) {
          const part = inOrder.slice(start, start + 500)
          await store.transaction(async (tx) => {
            const keyOf = (row: FormerRow) => `${source} audit ${row.text('id')}`
            const fresh = await store.intake.rememberEach(part.map(keyOf), farFuture, tx)
            const added = part.filter((row) => fresh.has(keyOf(row)))
            await store.audit.append(
              added.map((row) => toEntry(row, now())),
              tx,
            )
            total.add({ added: added.length, present: part.length - added.length })
          })
        }
        return total.sum()
      },
    },
  ]
}

/** Keys of requests are forgotten after a while; these are needed as long as the source can be read again. */
const farFuture = Date.UTC(9999, 0)

const toEntry = (row: FormerRow, now: number): AuditEntry => {
  const [address, agent, error] = [row.text('ip_address'), row.text('user_agent'), row.text('error_message')]
  return {
    time: row.time('created_at') ?? now,
    actor: row.text('actor') ?? 'unknown',
    action: row.text('action') ?? row.text('event_type') ?? 'unknown',
    target_type: row.text('target_type') ?? 'unknown',
    target_id: row.text('target_id') ?? '',
    old_values: row.json('old_values'),
    new_values: row.json('new_values'),
    ...(address !== null && { ip_address: address.replace(/\/(32|128)$/, '') }),
    ...(agent !== null && { user_agent: agent }),
    ...(row.flag('success') === false && { error: error ?? 'It failed.' }),
  }
}
