import { type Kysely, sql } from 'kysely'

/** Finds the alerts in no incident without reading those in one. */
export const alertIncidents = async (db: Kysely<unknown>): Promise<void> => {
  await sql`create index alerts_incident_id_last_seen on alerts (incident_id, last_seen)`.execute(db)
}
