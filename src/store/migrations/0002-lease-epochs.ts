import { type Kysely, sql } from 'kysely'

/** Numbers the owners of each lease, so that commits of an earlier owner can be refused. */
export const leaseEpochs = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table leases add column epoch bigint not null default 0`.execute(db)
}
