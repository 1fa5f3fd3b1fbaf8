import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** What clients of the log analyser call incidents. */
export const scoredBatches = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('scored_batches', {
    id: 'number key',
    detected_at: 'number',
    service: 'text?',
    severity: 'real',
    summary: 'text',
    features: 'text',
  }).index()
}
