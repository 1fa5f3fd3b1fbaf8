import { type Kysely, sql } from 'kysely'

/** Names the object that holds the payload of a block, if the database does not. */
export const blockObjects = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table event_blocks add column object_name text`.execute(db)
}
