import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** Remembers which roles run a query, so that a new one is noticed. */
export const queryRoles = (db: Kysely<unknown>, types: ColumnTypes): Promise<void> =>
  createTable(db, types)('query_roles', {
    query_id: 'text key',
    role: 'text key',
    times: 'number',
    last_seen: 'number',
  }).index(['last_seen'])
