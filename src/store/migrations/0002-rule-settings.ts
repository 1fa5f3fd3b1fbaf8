import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** What people said about rules. Rules themselves are files. */
export const ruleSettings = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('rule_settings', {
    rule_id: 'text key',
    enabled: 'number?',
    level: 'text?',
    note: 'text?',
    updated_by: 'text',
    updated_at: 'number',
  }).index()
}
