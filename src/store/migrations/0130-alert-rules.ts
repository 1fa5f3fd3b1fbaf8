import { type Kysely, sql } from 'kysely'
import { type Alert, alertRulesOf } from '../../schema/alert.ts'
import type { Detection } from '../../schema/detection.ts'
import { toHeadRow } from '../alerts/alert-index-row.ts'
import { searchText } from '../alerts/search-text.ts'
import { fromJson, toJson } from '../json.ts'

const chunk = 500

/** Alerts name the rules that their detections are by: those of before get them from their detections. */
export const alertRules = async (db: Kysely<unknown>): Promise<void> => {
  let last = ''
  for (;;) {
    const { rows } = await sql<{ alert_id: string; changed_at: number; search: string; body: string }>`
      select alert_id, changed_at, search, body from alerts where alert_id > ${last} order by alert_id limit ${chunk}`.execute(
      db,
    )
    const byRules = rows
      .map((row) => ({ ...row, alert: fromJson<Alert>(row.body) }))
      .filter(({ alert }) => alert.detectors.includes('sigma') && !alert.rules)
    for (const { alert, changed_at, search } of byRules) {
      const rules = alertRulesOf(await detectionsOf(db, alert.detection_ids))
      if (rules.length === 0) continue
      const told = { ...alert, rules }
      await sql`update alerts set body = ${toJson(told)}, search = ${`${search} ${searchText(rules)}`}
        where alert_id = ${alert.id}`.execute(db)
      await sql`update alert_heads set head = ${toHeadRow(told, changed_at).head} where alert_id = ${alert.id}`.execute(
        db,
      )
    }
    last = rows.at(-1)?.alert_id ?? ''
    if (rows.length < chunk) return
  }
}

const detectionsOf = async (db: Kysely<unknown>, ids: readonly string[]): Promise<readonly Detection[]> => {
  if (ids.length === 0) return []
  const { rows } = await sql<{ body: string }>`
    select body from detections where detector = 'sigma' and id in (${sql.join(ids)})`.execute(db)
  return rows.map(({ body }) => fromJson(body))
}
