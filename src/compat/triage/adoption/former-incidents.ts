import type { FormerDatabase } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { AdoptionPart } from '../../../operations/adoption/former-system.ts'
import { identifiedPart } from '../../../operations/adoption/table-part.ts'
import {
  type RemediationAction,
  remediationStatuses,
  remediationTypes,
} from '../../../schema/action/remediation-action.ts'
import { type Incident, incidentStatuses } from '../../../schema/incident/incident.ts'
import { severities } from '../../../schema/severity.ts'

const risks = { info: 10, low: 30, medium: 50, high: 75, critical: 95 } as const

/** Takes the incidents. Their alerts follow with the alerts. */
export const incidentPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('incidents', 'incident_id', 'title', 'status')
  if (!table) return undefined
  const members =
    database.table('incident_alerts', 'incident_id', 'alert_id') ??
    database.table('remediation_actions', 'incident_id', 'alert_id')
  return [
    identifiedPart({
      ...{ noun: 'incidents', database, table, key: 'incident_id' },
      async save(rows, tx, { store, now }) {
        const idOf = (row: FormerRow): string => row.text('incident_id') ?? ''
        const known = new Set((await store.incidents.load(rows.map(idOf), tx)).map(({ id }) => id))
        const fresh = rows.filter((row) => idOf(row) !== '' && !known.has(idOf(row)))
        const names = fresh.flatMap((row) => [idOf(row), row.text('id') ?? []].flat())
        const alerts = Map.groupBy((await members?.among('incident_id', names)) ?? [], (row) => row.text('incident_id'))
        const names_of = await alertNames(database, [...alerts.values()].flat())
        const incidents: Incident[] = []
        for (const row of fresh) {
          const found = [idOf(row), row.text('id')].flatMap((name) => alerts.get(name) ?? [])
          const ids = [...new Set(found.flatMap((one) => names_of.get(one.text('alert_id') ?? '') ?? []))]
          const number = await store.incidents.nextNumber(tx)
          incidents.push(toIncident(row, { id: idOf(row), number, alertIds: ids, now: now() }))
        }
        await store.incidents.save(incidents, tx)
        return { added: fresh.length, present: rows.length - fresh.length }
      },
    }),
  ]
}

/** The `alert_id` of alerts, by that and by their `id`. */
const alertNames = async (
  database: FormerDatabase,
  rows: readonly FormerRow[],
): Promise<ReadonlyMap<string, string>> => {
  const named = new Map<string, string>()
  const wanted = [...new Set(rows.flatMap((row) => row.text('alert_id') ?? []))]
  const table = database.table('alerts', 'alert_id', 'alert_type')
  for (const column of ['alert_id', 'id']) {
    if (!table?.has(column)) continue
    for (const row of await table.among(column, wanted)) named.set(row.text(column) ?? '', row.text('alert_id') ?? '')
  }
  return named
}

const toIncident = (
  row: FormerRow,
  about: { readonly id: string; readonly number: number; readonly alertIds: readonly string[]; readonly now: number },
): Incident => {
  const { id, number, alertIds, now } = about
  const severity = severities.find((level) => level === row.text('severity')?.toLowerCase()) ?? 'medium'
  const time = (column: string): string | undefined => {
    const at = row.time(column)
    return at === undefined ? undefined : new Date(at).toISOString()
  }
  const detected = time('detection_date') ?? time('created_at') ?? new Date(now).toISOString()
  const updated = time('updated_at') ?? detected
  const optional = {
    contained_at: time('containment_date'),
    eradicated_at: time('eradication_date'),
    resolved_at: time('resolution_date'),
    root_cause: row.text('root_cause') ?? undefined,
    impact_assessment: row.text('impact_assessment') ?? undefined,
    lessons_learned: row.text('lessons_learned') ?? undefined,
  }
  const status = incidentStatuses.find((one) => one === row.text('status')?.toLowerCase()) ?? 'open'
  return {
    id,
    display_id: `INC-${number}`,
    status,
    severity,
    risk_score: risks[severity],
    title: row.text('title') ?? id,
    reason: row.text('description') ?? row.text('title') ?? id,
    entities: [],
    techniques: [],
    evidence: [],
    members: alertIds.map((alert_id) => ({ alert_id, reason: `It was in ${id} before.`, added_at: detected })),
    timeline: [],
    alert_count: alertIds.length,
    event_count: alertIds.length,
    first_seen: detected,
    last_seen: detected,
    created_at: time('created_at') ?? detected,
    updated_at: updated,
    assignee: row.text('assigned_to'),
    resolution: status === 'resolved' || status === 'closed' ? 'other' : null,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    merged_into: null,
    version: 1,
  }
}

/** Takes the actions that belong to an incident. */
export const actionPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('remediation_actions', 'id', 'incident_id', 'action_type')
  if (!table) return undefined
  const incidents = database.table('incidents', 'incident_id', 'title')
  return [
    identifiedPart({
      ...{ noun: 'actions', database, table, key: 'id' },
      async save(rows, tx, { store, now }) {
        const wanted = [...new Set(rows.flatMap((row) => row.text('incident_id') ?? []))]
        const named = new Map(wanted.map((name) => [name, name]))
        if (incidents?.has('id')) {
          for (const row of await incidents.among('id', wanted))
            named.set(row.text('id') ?? '', row.text('incident_id') ?? '')
        }
        const alerts = await alertNames(database, rows)
        const found = rows.flatMap((row) => {
          const incident_id = named.get(row.text('incident_id') ?? '')
          const alert_id = alerts.get(row.text('alert_id') ?? '') ?? null
          return incident_id === undefined ? [] : [toAction(row, { incident_id, alert_id, now: now() })]
        })
        const fresh: RemediationAction[] = []
        for (const action of found) if (!(await store.remediationActions.get(action.id, tx))) fresh.push(action)
        await store.remediationActions.add(fresh, tx)
        const loose = rows.length - found.length
        return {
          added: fresh.length,
          present: found.length - fresh.length,
          leftOut:
            loose === 0 ? [] : [{ what: 'actions', count: loose, why: 'Vedette keeps actions only with an incident.' }],
        }
      },
    }),
  ]
}

const toAction = (
  row: FormerRow,
  about: { readonly incident_id: string; readonly alert_id: string | null; readonly now: number },
): RemediationAction => {
  const { now, ...ids } = about
  const time = (column: string): string | null => {
    const at = row.time(column)
    return at === undefined ? null : new Date(at).toISOString()
  }
  const created = time('created_at') ?? new Date(now).toISOString()
  return {
    id: `adopted-${row.text('id') ?? ''}`,
    ...ids,
    action_type: remediationTypes.find((type) => type === row.text('action_type')) ?? 'other',
    description: row.text('description') ?? '',
    priority: Math.min(5, Math.max(1, Math.round(row.number('priority') ?? 3))),
    status: remediationStatuses.find((status) => status === row.text('status')) ?? 'pending',
    assignee: row.text('assigned_to'),
    due_at: time('due_date'),
    completed_at: time('completed_at'),
    notes: row.text('notes') ?? '',
    playbook: null,
    parameters: {},
    webhook: null,
    runs: [],
    proposed_by: 'adopted',
    approved_by: null,
    created_at: created,
    updated_at: time('updated_at') ?? created,
    version: 1,
  }
}
