import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** Which alerts wait for a language model, what it answered, what was spent on it. */
export const llm = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)

  await table('llm_requests', {
    alert_id: 'text key',
    /** When it may be asked about; later while somebody is at it. */
    due_at: 'number',
  }).index(['due_at'])

  await table('llm_answers', {
    id: 'text key',
    answer: 'text',
    expires_at: 'number',
  }).index(['expires_at'])

  await table('llm_spending', {
    /** `month 2026-01`, `hour 2026-01-05T08`, `incident ID`. */
    period: 'text key',
    /** In millionths of a dollar, with what is set aside for calls that run. */
    cost: 'number',
    tokens: 'number',
    calls: 'number',
    updated_at: 'number',
  }).index(['updated_at'])

  await table('llm_calls', {
    id: 'text key',
    time: 'number',
    alert_id: 'text',
    provider: 'text',
    model: 'text',
    prompt: 'text',
    outcome: 'text',
    input_tokens: 'number',
    output_tokens: 'number',
    cost: 'number',
    duration_ms: 'number',
  }).index(['time'], ['alert_id'])
}
