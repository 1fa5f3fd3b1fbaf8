import { z } from 'zod'
import { adoptAlert, type FormerTriage } from '../../../operations/adoption/adopted-alert.ts'
import type { FormerDatabase, FormerTable } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { AdoptionPart } from '../../../operations/adoption/former-system.ts'
import { identifiedPart } from '../../../operations/adoption/table-part.ts'
import type { Alert } from '../../../schema/alert/alert.ts'
import type { Observed } from '../../../schema/detection/detection.ts'
import { type AlertContext, contextTypes } from '../../../schema/inventory/context.ts'
import { severities } from '../../../schema/severity.ts'
import { recommendedAction } from '../../../schema/triage/triage-result.ts'

/** The status words of all generations of the older system. */
const statuses: Readonly<Record<string, Alert['status']>> = {
  pending: 'new',
  new: 'new',
  analyzing: 'new',
  assigned: 'investigating',
  in_progress: 'investigating',
  investigating: 'investigating',
  analyzed: 'triaged',
  pending_review: 'triaged',
  resolved: 'resolved',
  closed: 'resolved',
  rejected: 'false_positive',
  false_positive: 'false_positive',
  suppressed: 'suppressed',
}

/** Takes the alerts, each with its triage result and its context. */
export const alertPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('alerts', 'alert_id', 'alert_type')
  if (!table) return undefined
  const incidentOf = createIncidentFinder(database)
  return [
    identifiedPart({
      ...{ noun: 'alerts', database, table, key: 'alert_id' },
      async save(rows, tx, { store, now }) {
        const ids = rows.flatMap((row) => row.text('alert_id') ?? [])
        const known = new Set((await store.alerts.load(ids, tx)).map(({ id }) => id))
        const fresh = rows.filter((row) => !known.has(row.text('alert_id') ?? ''))
        const triages = await rowsOf(database.table('triage_results', 'alert_id'), fresh)
        const contexts = await rowsOf(database.table('alert_context', 'alert_id', 'context_data'), fresh)
        const incidents = await incidentOf(fresh)
        const alerts = fresh.map((row) => {
          const [triage] = triages(row)
          return toAlert(row, triage && toTriage(triage), incidents(row), now())
        })
        await store.alerts.save(alerts, tx)
        await store.triageResults.save(
          alerts.map(({ id, triage }) => ({ alertId: id, result: triage })),
          tx,
        )
        await store.alertContext.save(
          fresh.map((row) => ({ alertId: row.text('alert_id') ?? '', contexts: contexts(row).map(toContext) })),
          tx,
        )
        return { added: fresh.length, present: rows.length - fresh.length }
      },
    }),
  ]
}

/** Reads the rows about some alerts. Some tables name an alert by its `alert_id`, others by its `id`. */
const rowsOf = async (
  table: FormerTable | undefined,
  alerts: readonly FormerRow[],
): Promise<(alert: FormerRow) => readonly FormerRow[]> => {
  const names = alerts.flatMap((row) => [row.text('alert_id') ?? [], row.text('id') ?? []].flat())
  const rows = (await table?.among('alert_id', names)) ?? []
  const byAlert = Map.groupBy(rows, (row) => row.text('alert_id'))
  return (alert) => [alert.text('alert_id'), alert.text('id')].flatMap((name) => byAlert.get(name) ?? [])
}

/** Finds the incidents of alerts, by the table of members or by the actions. */
const createIncidentFinder = (database: FormerDatabase) => {
  const members = database.table('incident_alerts', 'incident_id', 'alert_id')
  const actions = database.table('remediation_actions', 'incident_id', 'alert_id')
  const incidents = database.table('incidents', 'incident_id', 'title')
  return async (alerts: readonly FormerRow[]): Promise<(alert: FormerRow) => string | null> => {
    const of = [await rowsOf(members, alerts), await rowsOf(actions, alerts)]
    const named = new Map<string, string>()
    const nameOf = (alert: FormerRow): string | undefined =>
      of.flatMap((rows) => rows(alert)).flatMap((row) => row.text('incident_id') ?? [])[0]
    const wanted = [...new Set(alerts.flatMap((alert) => nameOf(alert) ?? []))]
    for (const column of ['incident_id', 'id']) {
      for (const row of (await incidents?.among(column, wanted)) ?? []) {
        named.set(row.text(column) ?? '', row.text('incident_id') ?? '')
      }
    }
    return (alert) => named.get(nameOf(alert) ?? '') ?? null
  }
}

const toAlert = (row: FormerRow, triage: FormerTriage | undefined, incidentId: string | null, now: number) => {
  const description = row.text('description') ?? row.text('title') ?? 'No description.'
  const receivedAt = row.time('received_at') ?? row.time('created_at') ?? now
  return adoptAlert(
    {
      id: row.text('alert_id') ?? '',
      source: 'alerts',
      type: row.text('alert_type'),
      severity: row.text('severity'),
      title: (row.text('title') ?? description).slice(0, 300),
      description,
      status: statuses[row.text('status')?.toLowerCase() ?? ''] ?? 'new',
      assignee: row.text('assigned_to'),
      incidentId,
      receivedAt,
      updatedAt: row.time('updated_at') ?? receivedAt,
      observed: observedIn(row),
    },
    triage,
  )
}

const anyRecord = z.record(z.string(), z.unknown())

const observedIn = (row: FormerRow): Observed => {
  const texts = {
    source_ip: row.text('source_ip')?.replace(/\/(32|128)$/, ''),
    destination_ip: (row.text('destination_ip') ?? row.text('target_ip'))?.replace(/\/(32|128)$/, ''),
    protocol: row.text('protocol'),
    user_name: row.text('user_name') ?? row.text('user_id'),
    asset_id: row.text('asset_id'),
    file_hash: row.text('file_hash'),
    file_name: row.text('file_name'),
    url: row.text('url'),
    dns_query: row.text('dns_query'),
    source_port: row.number('source_port'),
    destination_port: row.number('destination_port'),
  }
  const raw = anyRecord.safeParse(row.json('raw_data') ?? row.json('original_json'))
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== null && value !== undefined)),
    ...(raw.success && { raw_data: raw.data }),
  }
}

const { priority, type } = recommendedAction.shape
const actions = z.array(
  z.preprocess(
    (one) => (typeof one === 'string' ? { action: one } : one),
    z.object({
      action: z.string(),
      priority: priority.catch('medium'),
      type: type.catch('investigation'),
      reversible: z.boolean().catch(false),
    }),
  ),
)

const toTriage = (row: FormerRow): FormerTriage => {
  const score = row.number('risk_score')
  const level = severities.find((one) => one === row.text('risk_level')?.toLowerCase())
  const confidence = row.number('confidence_score')
  const summary = row.text('analysis_result')
  const recommended = actions.safeParse(row.json('recommended_actions'))
  const review = row.flag('requires_human_review')
  const reviewer = row.text('human_reviewer')
  const reviewedAt = row.time('reviewed_at') ?? row.time('updated_at') ?? 0
  return {
    ...(score !== undefined && { risk_score: Math.min(100, Math.max(0, Math.round(score))) }),
    ...(level && { risk_level: level }),
    // A language model wrote percentages where the table has fractions.
    ...(confidence !== undefined && {
      confidence: Math.min(1, Math.max(0, confidence > 1 ? confidence / 100 : confidence)),
    }),
    ...(summary !== null && { summary }),
    ...(recommended.success && { recommended_actions: recommended.data }),
    ...(review !== undefined && { requires_human_review: review }),
    ...(reviewer !== null && {
      review: {
        reviewer,
        verdict: 'inconclusive' as const,
        notes: row.text('human_review_notes') ?? '',
        reviewed_at: new Date(reviewedAt).toISOString(),
      },
    }),
  }
}

const toContext = (row: FormerRow): AlertContext => {
  const data = anyRecord.safeParse(row.json('context_data'))
  return {
    context_type: contextTypes.find((type) => type === row.text('context_type')) ?? 'correlation',
    source: row.text('source') ?? 'context-collector',
    confidence: Math.min(1, Math.max(0, row.number('confidence_score') ?? 0.5)),
    data: data.success ? data.data : { text: row.text('context_data') },
  }
}
