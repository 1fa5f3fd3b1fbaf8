import { type Kysely, sql } from 'kysely'
import { openAlertStatuses } from '../../schema/alert.ts'
import type { AlertHead } from '../../schema/alert-head.ts'
import { fromJson } from '../json.ts'
import { addColumns } from './create-table.ts'

const chunk = 500

/** The index of alerts gets columns, so that SQL finds the alerts that do not fit into memory. */
export const alertIndex = async (db: Kysely<unknown>): Promise<void> => {
  await addColumns(db, 'alert_heads', {
    state: { text: 'settled' },
    first_seen: { number: 0 },
    last_seen: { number: 0 },
    snoozed_until: 'number?',
  })
  await sql`update alert_heads set
    state = case when exists (
      select 1 from alerts where alerts.alert_id = alert_heads.alert_id and alerts.status in (${sql.join(openAlertStatuses)})
    ) then 'open' else 'settled' end,
    first_seen = coalesce((select first_seen from alerts where alerts.alert_id = alert_heads.alert_id), 0),
    last_seen = coalesce((select last_seen from alerts where alerts.alert_id = alert_heads.alert_id), 0)`.execute(db)
  await sql`create index alert_heads_state on alert_heads (state, changed_at, alert_id)`.execute(db)
  await sql`create index alert_heads_snoozed on alert_heads (snoozed_until)`.execute(db)

  let last = ''
  for (;;) {
    const { rows } = await sql<{ alert_id: string; head: string }>`
      select alert_id, head from alert_heads where alert_id > ${last} and head like '%"snoozed_until":%'
      order by alert_id limit ${chunk}`.execute(db)
    for (const { alert_id, head } of rows) {
      const { snoozed_until } = fromJson<AlertHead>(head)
      if (!snoozed_until) continue
      await sql`update alert_heads set snoozed_until = ${Date.parse(snoozed_until)}
        where alert_id = ${alert_id}`.execute(db)
    }
    last = rows.at(-1)?.alert_id ?? ''
    if (rows.length < chunk) return
  }
}
