import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { addColumns, createTable } from './create-table.ts'

/** What people did to many things at once, so that it can be taken back, and the looks at the queue that they keep. */
export const decisionsAndViews = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)
  await table('decisions', { id: 'text key', actor: 'text', created_at: 'number', body: 'text' }).index([
    'actor',
    'created_at',
    'id',
  ])
  await addColumns(db, 'audit_logs', { decision_id: 'text?' })
  await sql`create index audit_logs_decision_id_id on audit_logs (decision_id, id)`.execute(db)
  await table('views', { id: 'text key', owner: 'text', created_at: 'number', body: 'text' }).index()
}
