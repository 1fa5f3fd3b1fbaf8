import { z } from 'zod'
import type { CompatSystem } from '../../../api/compat-system.ts'
import { alertRoutes } from '../../../api/rest/alert-routes.ts'
import { refuseInEnvelope } from '../../../api/rest/envelope.ts'
import type { Present, Route } from '../../../api/rest/route.ts'
import { getAlert } from '../../../operations/alerts/get-alert.ts'
import { type Alert, alert } from '../../../schema/alert/alert.ts'
import { senderIdOf, toSecurityAlert, toTriageVerdict } from '../../../schema/alert/triage-formats.ts'
import { addressIn } from '../../../schema/detection/address-roles.ts'
import { browseAlerts } from '../browse-alerts.ts'
import { gatewayProbes, healthRoute } from '../health.ts'
import { setAlertStatus } from '../set-alert-status.ts'
import { summarizeAlerts } from '../summarize-alerts.ts'
import { analyticsRoutes } from './analytics.ts'
import { moveAlerts } from './move-alerts.ts'

/** Shows an alert as the gateway did. */
const toItem = (one: Alert) => {
  const { observed = {}, triage } = one
  return {
    alert_id: senderIdOf(one),
    timestamp: one.first_seen,
    alert_type: one.type,
    severity: one.severity,
    status: one.status,
    title: one.title,
    description: toSecurityAlert(one).description,
    source_ip: addressIn('source', one) ?? null,
    destination_ip: addressIn('destination', one) ?? null,
    file_hash: observed.file_hash ?? null,
    url: observed.url ?? null,
    asset_id: observed.asset_id ?? null,
    user_id: observed.user_name ?? null,
    risk_score: triage?.risk_score ?? null,
    confidence: triage?.confidence ?? null,
    assigned_to: one.assignee,
    source: one.source,
    tags: one.techniques,
    created_at: one.created_at,
    updated_at: one.updated_at,
  }
}

/** Shows a triage result as the gateway did; null before triage. */
const toTriage = (one: Alert) => {
  if (!one.triage) return null
  const { reasoning, ...words } = toTriageVerdict(one, one.triage, 0)
  return {
    ...words,
    id: one.id,
    /** From 0 to 1, unlike the percentage of the triage agent. */
    confidence: one.triage.confidence,
    analysis: reasoning,
    reviewed_by: one.triage.review?.reviewer ?? null,
    reviewed_at: one.triage.review?.reviewed_at ?? null,
    reviewer_comments: one.triage.review?.notes ?? null,
    created_at: one.triage.calculated_at,
  }
}

const presentPage: Present = (answer) => {
  const { data, total, skip, limit } = browseAlerts.output.parse(answer)
  const meta = { total, skip, limit, has_more: skip + limit < total }
  return { success: true, message: null, data: data.map(toItem), meta }
}

const presentItems: Present = (answer) => browseAlerts.output.parse(answer).data.map(toItem)

const presentDetails: Present = (answer) => {
  const found = getAlert.output.parse(answer)
  const dataOf = (type: string) => found.context.find(({ context_type }) => context_type === type)?.data ?? null
  return {
    ...toItem(found),
    triage_result: toTriage(found),
    threat_intel: found.triage?.inputs.threat_intel ?? null,
    network_context: dataOf('network'),
    asset_context: dataOf('asset'),
    user_context: dataOf('user'),
  }
}

const presentSum: Present = (answer) => {
  const { total, by_severity, by_status, by_type, average_risk, high_risk, to_review } =
    summarizeAlerts.output.parse(answer)
  return {
    total_alerts: total,
    by_severity,
    by_status,
    by_type,
    avg_risk_score: average_risk,
    high_priority_count: high_risk,
    pending_review_count: to_review,
  }
}

const numbers = z.object({ min_risk_score: z.string().optional(), limit: z.string().optional() })

const of = (route: Omit<Route, 'refuse' | 'hide'>): Route => ({ ...route, hide: true, refuse: refuseInEnvelope })

const gatewayRoutes: readonly Route[] = [
  healthRoute('api-gateway'),
  ...gatewayProbes,
  ...alertRoutes,
  of({ method: 'GET', path: '/api/v1/alerts', operation: browseAlerts, present: presentPage }),
  of({ method: 'GET', path: '/api/v1/alerts/:id', operation: getAlert, present: presentDetails }),
  of({
    method: 'GET',
    path: '/api/v1/alerts/active',
    operation: browseAlerts,
    read: async () => ({ active: true }),
    present: presentItems,
  }),
  of({
    method: 'GET',
    path: '/api/v1/alerts/high-priority',
    operation: browseAlerts,
    read: async ({ query }) => ({
      sort_by: 'risk_score',
      ...(numbers.parse(query).min_risk_score === undefined && { min_risk_score: 70 }),
    }),
    present: presentItems,
  }),
  of({ method: 'GET', path: '/api/v1/alerts/stats/summary', operation: summarizeAlerts, present: presentSum }),
  of({
    method: 'GET',
    path: '/api/v1/alerts/:id/triage',
    operation: getAlert,
    present: (answer) => toTriage(getAlert.output.parse(answer)),
  }),
  of({ method: 'POST', path: '/api/v1/alerts/bulk', operation: moveAlerts }),
  ...analyticsRoutes,
  of({
    method: 'PATCH',
    path: '/api/v1/alerts/:id/status',
    operation: setAlertStatus,
    present: (answer) => toItem(alert.parse(answer)),
  }),
]

/** The gateway of the triage services. The main port has other routes at its addresses, and it had no fixed port: operators name one. */
export const triageGateway: CompatSystem = { name: 'triage-gateway', ports: [], routes: [], ownRoutes: gatewayRoutes }
