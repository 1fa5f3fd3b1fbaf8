import { type Kysely, sql } from 'kysely'

/** Remembers what a receiver called a message, so that a later one can change it. */
export const notificationReceipts = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table notifications add column receipt text`.execute(db)
}
