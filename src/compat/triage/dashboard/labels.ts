import type { Refuse } from '../../../api/rest/route.ts'
import { listActions } from '../../../operations/actions/list-actions.ts'
import type { RemediationAction } from '../../../schema/action/remediation-action.ts'
import type { Alert } from '../../../schema/alert/alert.ts'
import { senderIdOf, toSecurityAlert } from '../../../schema/alert/triage-formats.ts'
import { addressIn } from '../../../schema/detection/address-roles.ts'
import type { alertTypes } from '../../../schema/detection/detection.ts'
import { severities } from '../../../schema/severity.ts'
import { summarizeAlerts } from '../summarize-alerts.ts'

/** Answers failures with one sentence, which the dashboard shows. */
export const refuseForDashboard: Refuse = ({ status, message }) => ({
  status,
  body: { success: false, error: status >= 500 ? 'Internal server error' : message },
})

export const inEnvelope = (data: unknown) => ({ success: true, data })

/** The label of each status in the dashboard. */
const statusLabels: Readonly<Record<Alert['status'], string>> = {
  new: 'pending',
  triaged: 'triaged',
  investigating: 'in_progress',
  resolved: 'resolved',
  false_positive: 'false_positive',
  suppressed: 'closed',
}

/** Statuses that the dashboard sends under other names. */
const statusAliases: Readonly<Record<string, string>> = {
  pending: 'new',
  analyzing: 'in_progress',
  triaged: 'pending_review',
}
export const statusOf = (word: unknown): unknown =>
  typeof word === 'string' ? (statusAliases[word] ?? word) : (word ?? undefined)

const typeAliases: Readonly<Record<string, (typeof alertTypes)[number]>> = {
  intrusion: 'unauthorized_access',
  malicious_code: 'malware',
  denial_of_service: 'ddos',
}
export const alertTypeOf = (word: unknown): unknown => (typeof word === 'string' ? (typeAliases[word] ?? word) : word)

/** Shows an alert as the dashboard expects it. */
export const toItem = (alert: Alert) => {
  const { observed = {} } = alert
  const id = senderIdOf(alert)
  return {
    id,
    alert_id: id,
    title: alert.title,
    description: toSecurityAlert(alert).description,
    alert_type: alert.type,
    severity: alert.severity,
    status: statusLabels[alert.status],
    source: alert.source,
    source_ip: addressIn('source', alert) ?? null,
    destination_ip: addressIn('destination', alert) ?? null,
    target_ip: addressIn('destination', alert) ?? null,
    asset_id: observed.asset_id ?? null,
    user_id: observed.user_name ?? null,
    file_hash: observed.file_hash ?? null,
    url: observed.url ?? null,
    assigned_to: alert.assignee,
    risk_score: alert.triage?.risk_score ?? null,
    timestamp: alert.first_seen,
    created_at: alert.created_at,
    updated_at: alert.updated_at,
  }
}

/** Shows the counts of alerts as its charts expect them. Times are in minutes. */
export const toMetrics = (answer: unknown) => {
  const { total, by_severity, by_status, by_type, closed_today, seconds_to_close } =
    summarizeAlerts.output.parse(answer)
  const graded = Object.fromEntries(severities.map((word) => [word, by_severity[word] ?? 0]))
  const minutes = Math.round((seconds_to_close ?? 0) / 0.6) / 100
  return {
    total_alerts: total,
    ...Object.fromEntries(severities.map((word) => [`${word}_alerts`, graded[word]])),
    resolved_today: closed_today,
    avg_resolution_time: minutes,
    mttr: minutes,
    by_severity: graded,
    by_type,
    by_status: Object.fromEntries(
      Object.entries(statusLabels).flatMap(([ours, theirs]) => (by_status[ours] ? [[theirs, by_status[ours]]] : [])),
    ),
  }
}

/** Shows remediation actions as workflows. */
export const toWorkflows = (answer: unknown) => listActions.output.parse(answer).data.map(toWorkflow)

/** The statuses of actions in the words of workflows. */
export const executionStatuses: Readonly<Record<RemediationAction['status'], string>> = {
  pending: 'pending',
  in_progress: 'running',
  completed: 'completed',
  skipped: 'cancelled',
  failed: 'failed',
}

/** Shows a remediation action as a workflow. */
export const toWorkflow = (action: RemediationAction) => {
  const status = executionStatuses[action.status]
  const { id, runs, created_at, updated_at, completed_at } = action
  return {
    id,
    name: action.playbook ?? action.action_type,
    description: action.description,
    category: action.action_type,
    status,
    priority: action.priority <= 2 ? 'high' : action.priority === 3 ? 'medium' : 'low',
    trigger_type: action.playbook === null ? 'manual' : 'automatic',
    trigger_alert_id: action.alert_id,
    steps: [{ id, name: action.description, type: action.webhook === null ? 'manual' : 'automated', status }],
    total_executions: runs.length,
    successful_executions: runs.filter(({ ok }) => ok).length,
    failed_executions: runs.filter(({ ok }) => !ok).length,
    last_execution_at: runs.at(-1)?.at ?? null,
    created_by: action.proposed_by,
    ...{ created_at, updated_at, completed_at },
  }
}
