import { type Kysely, sql } from 'kysely'

/** Stores the receiver's ID of a message, so that a later message can change it. */
export const notificationReceipts = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table notifications add column receipt text`.execute(db)
}
