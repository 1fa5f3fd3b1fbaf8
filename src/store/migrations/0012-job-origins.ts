import { type Kysely, sql } from 'kysely'

/** Notes where the items of a job come from, so that its dead letter says so. */
export const jobOrigins = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table jobs add column origin text`.execute(db)
}
