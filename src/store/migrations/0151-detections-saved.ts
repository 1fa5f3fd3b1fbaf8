import { type Kysely, sql } from 'kysely'
import { addColumns } from './create-table.ts'

/** Detections get the time at which they were saved, which retention goes by: their own times may be of long ago. */
export const detectionsSaved = async (db: Kysely<unknown>): Promise<void> => {
  await addColumns(db, 'detections', { saved_at: { number: Date.now() } })
  await sql`create index detections_saved on detections (saved_at, id)`.execute(db)
}
