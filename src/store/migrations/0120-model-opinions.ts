import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** What each language model said of an alert last, beside what the rules said, so that they can be compared. */
export const modelOpinions = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('model_opinions', {
    alert_id: 'text key',
    provider: 'text key',
    model: 'text',
    asked_at: 'number',
    verdict: 'text?',
    risk_level: 'text?',
    /** What the rules said of the same card. */
    rules_verdict: 'text',
    rules_level: 'text',
    body: 'text',
  }).index(['asked_at'])
}
