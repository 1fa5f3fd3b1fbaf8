import type { Kysely } from 'kysely'

/** The tables. One file a noun holds the queries; nothing outside `store/` and `queue/embedded.ts` names a table. */
// biome-ignore lint/suspicious/noEmptyInterface: the store's author fills it in
export interface Tables {}

/** A connection within a transaction. Opaque to everyone but the store. */
export type Transaction = Kysely<Tables>
