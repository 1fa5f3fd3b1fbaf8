import { type Kysely, sql } from 'kysely'
import { chainHash } from '../audit/audit-chain.ts'
import type { AuditLogRow } from '../inventory/people-tables.ts'

const chunk = 500

/** Joins what was written down so far into a chain of hashes. */
export const auditChain = async (db: Kysely<unknown>): Promise<void> => {
  let previous = ''
  let last = 0
  for (;;) {
    const { rows } = await sql<AuditLogRow>`
      select * from audit_logs where id > ${last} order by id limit ${chunk}`.execute(db)
    for (const row of rows) {
      previous = chainHash(previous, row)
      await sql`update audit_logs set hash = ${previous} where id = ${row.id}`.execute(db)
      last = row.id
    }
    if (rows.length < chunk) return
  }
}
