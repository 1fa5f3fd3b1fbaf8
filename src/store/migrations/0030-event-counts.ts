import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { addColumns, createTable } from './create-table.ts'

/** How many events came when, so that nobody reads them to draw a line; and how odd detections are, to find the oddest. */
export const eventCounts = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('event_counts', {
    slot: 'number key',
    source: 'text key',
    error: 'number',
    warning: 'number',
    other: 'number',
  }).index(['source'])
  await addColumns(db, 'detections', { score: { number: 0 } })
}
