import { type Kysely, sql } from 'kysely'

/** Counts how often a job was being worked on when the pipeline ended. */
export const jobSuspicion = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table jobs add column suspicion bigint not null default 0`.execute(db)
}
