import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** Where indicators come from, what others answered, and how often they may still be asked. */
export const intel = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)

  await table('intel_feeds', {
    name: 'text key',
    type: 'text',
    /** When it is pulled next. */
    due_at: 'number',
    hits: 'number',
    last_hit_at: 'number?',
    state: 'text',
    /** Which values it lists. */
    members: 'blob',
    /** Its entries, where they are no indicators. */
    content: 'blob',
    updated_at: 'number',
  }).index(['due_at'])

  await table('intel_answers', {
    source: 'text key',
    id: 'text key',
    /** JSON; null is: knows nothing of it. */
    answer: 'text',
    expires_at: 'number',
  }).index(['expires_at'])

  await table('intel_quotas', {
    source: 'text key',
    day: 'text key',
    used: 'number',
  }).index()

  // Who keeps them in memory asks for what changed since.
  await sql`create index threat_intel_updated_at on threat_intel (updated_at)`.execute(db)
}
