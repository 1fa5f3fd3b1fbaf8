import { type Kysely, sql } from 'kysely'
import type { Alert } from '../../schema/alert.ts'
import { toHeadRow } from '../alerts/alert-index-row.ts'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { fromJson } from '../json.ts'
import { createTable } from './create-table.ts'

const chunk = 500

/** What alerts are counted, sorted and filtered by, apart from their long documents. */
export const alertHeads = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('alert_heads', {
    alert_id: 'text key',
    changed_at: 'number',
    head: 'text',
    words: 'text',
  }).index(['changed_at', 'alert_id'])

  let last = ''
  for (;;) {
    const { rows } = await sql<{ alert_id: string; changed_at: number; body: string }>`
      select alert_id, changed_at, body from alerts where alert_id > ${last} order by alert_id limit ${chunk}`.execute(
      db,
    )
    for (const { changed_at, body } of rows) {
      const { alert_id, head, words } = toHeadRow(fromJson<Alert>(body), changed_at)
      await sql`insert into alert_heads (alert_id, changed_at, head, words)
        values (${alert_id}, ${changed_at}, ${head}, ${words})`.execute(db)
    }
    last = rows.at(-1)?.alert_id ?? ''
    if (rows.length < chunk) return
  }
}
