import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** What is to be told to those who wait for the results of triage, until they have it. */
export const alertResults = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('alert_results_due', {
    alert_id: 'text key',
    message_id: 'text',
    priority: 'number',
    body: 'text',
    created_at: 'number',
  }).index(['created_at'])
}
