import { type Kysely, sql } from 'kysely'
import { addColumns } from './create-table.ts'

/** What senders call the alerts that they sent, so that they are found by it. */
export const externalIds = async (db: Kysely<unknown>): Promise<void> => {
  await addColumns(db, 'alerts', { external_id: 'text?' })
  await sql`create index alerts_external_id on alerts (external_id)`.execute(db)
}
