import { analyzeLogs } from '../../operations/analyze-logs.ts'
import { backtestRule } from '../../operations/backtest-rule.ts'
import { commentIncident } from '../../operations/comment-incident.ts'
import { createRule } from '../../operations/create-rule.ts'
import { createSuppression } from '../../operations/create-suppression.ts'
import { createToken } from '../../operations/create-token.ts'
import { debugRecords } from '../../operations/debug-records.ts'
import { explainRule } from '../../operations/explain-rule.ts'
import { getAlert } from '../../operations/get-alert.ts'
import { getDetection } from '../../operations/get-detection.ts'
import { getEvent } from '../../operations/get-event.ts'
import { getHealth } from '../../operations/get-health.ts'
import { getIncident } from '../../operations/get-incident.ts'
import { getMetrics } from '../../operations/get-metrics.ts'
import { getRule } from '../../operations/get-rule.ts'
import { getSession } from '../../operations/get-session.ts'
import { importRules } from '../../operations/import-rules.ts'
import { ingestRecords } from '../../operations/ingest-records.ts'
import { lintRules } from '../../operations/lint-rules.ts'
import { listAlerts } from '../../operations/list-alerts.ts'
import { listAudit } from '../../operations/list-audit.ts'
import { listDeadLetters } from '../../operations/list-dead-letters.ts'
import { listDetections } from '../../operations/list-detections.ts'
import { listEvents } from '../../operations/list-events.ts'
import { listIncidents } from '../../operations/list-incidents.ts'
import { listNotifications } from '../../operations/list-notifications.ts'
import { listRules } from '../../operations/list-rules.ts'
import { listSources } from '../../operations/list-sources.ts'
import { listSuppressions } from '../../operations/list-suppressions.ts'
import { listTokens } from '../../operations/list-tokens.ts'
import { mergeIncidents } from '../../operations/merge-incidents.ts'
import { previewSuppression } from '../../operations/preview-suppression.ts'
import { reloadRules } from '../../operations/reload-rules.ts'
import { removeImport } from '../../operations/remove-import.ts'
import { removeRule } from '../../operations/remove-rule.ts'
import { removeSuppression } from '../../operations/remove-suppression.ts'
import { retryDeadLetter } from '../../operations/retry-dead-letter.ts'
import { revokeToken } from '../../operations/revoke-token.ts'
import { signIn } from '../../operations/sign-in.ts'
import { signOut } from '../../operations/sign-out.ts'
import { splitIncident } from '../../operations/split-incident.ts'
import { updateAlerts } from '../../operations/update-alerts.ts'
import { updateIncident } from '../../operations/update-incident.ts'
import { updateIncidents } from '../../operations/update-incidents.ts'
import { updateRule } from '../../operations/update-rule.ts'
import { updateSuppression } from '../../operations/update-suppression.ts'
import { presentReadiness } from './present-readiness.ts'
import { endCookie, setCookie } from './present-session.ts'
import { presentText } from './present-text.ts'
import type { Route } from './route.ts'

/** Every address of the REST API, sorted; the reference and the checks follow from it. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/api/v1/alerts', operation: listAlerts },
  { method: 'GET', path: '/api/v1/alerts/:id', operation: getAlert },
  { method: 'POST', path: '/api/v1/alerts/bulk', operation: updateAlerts },
  { method: 'POST', path: '/api/v1/analyze', operation: analyzeLogs, body: 'records' },
  { method: 'GET', path: '/api/v1/audit', operation: listAudit },
  { method: 'GET', path: '/api/v1/dead-letters', operation: listDeadLetters },
  { method: 'POST', path: '/api/v1/dead-letters/:id/retry', operation: retryDeadLetter },
  { method: 'GET', path: '/api/v1/detections', operation: listDetections },
  { method: 'GET', path: '/api/v1/detections/:id', operation: getDetection },
  { method: 'GET', path: '/api/v1/events', operation: listEvents },
  { method: 'POST', path: '/api/v1/events', operation: ingestRecords, body: 'records', debug: debugRecords },
  { method: 'GET', path: '/api/v1/events/:id', operation: getEvent },
  { method: 'GET', path: '/api/v1/incidents', operation: listIncidents },
  { method: 'GET', path: '/api/v1/incidents/:id', operation: getIncident },
  { method: 'PATCH', path: '/api/v1/incidents/:id', operation: updateIncident },
  { method: 'POST', path: '/api/v1/incidents/:id/comments', operation: commentIncident },
  { method: 'POST', path: '/api/v1/incidents/:id/merge', operation: mergeIncidents },
  { method: 'POST', path: '/api/v1/incidents/:id/split', operation: splitIncident },
  { method: 'POST', path: '/api/v1/incidents/bulk', operation: updateIncidents },
  { method: 'GET', path: '/api/v1/notifications', operation: listNotifications },
  { method: 'GET', path: '/api/v1/rules', operation: listRules },
  { method: 'POST', path: '/api/v1/rules', operation: createRule, body: 'yaml' },
  { method: 'DELETE', path: '/api/v1/rules/:id', operation: removeRule },
  { method: 'GET', path: '/api/v1/rules/:id', operation: getRule },
  { method: 'PATCH', path: '/api/v1/rules/:id', operation: updateRule },
  { method: 'POST', path: '/api/v1/rules/backtest', operation: backtestRule, body: 'yaml' },
  { method: 'POST', path: '/api/v1/rules/explain', operation: explainRule },
  { method: 'POST', path: '/api/v1/rules/import', operation: importRules, body: 'archive' },
  { method: 'DELETE', path: '/api/v1/rules/imports/:name', operation: removeImport },
  { method: 'POST', path: '/api/v1/rules/lint', operation: lintRules, body: 'yaml' },
  { method: 'POST', path: '/api/v1/rules/reload', operation: reloadRules },
  { method: 'DELETE', path: '/api/v1/session', operation: signOut, present: endCookie },
  { method: 'GET', path: '/api/v1/session', operation: getSession },
  { method: 'POST', path: '/api/v1/session', operation: signIn, open: true, present: setCookie },
  { method: 'GET', path: '/api/v1/sources', operation: listSources },
  { method: 'GET', path: '/api/v1/suppressions', operation: listSuppressions },
  { method: 'POST', path: '/api/v1/suppressions', operation: createSuppression },
  { method: 'DELETE', path: '/api/v1/suppressions/:id', operation: removeSuppression },
  { method: 'PATCH', path: '/api/v1/suppressions/:id', operation: updateSuppression },
  { method: 'POST', path: '/api/v1/suppressions/preview', operation: previewSuppression },
  { method: 'GET', path: '/api/v1/tokens', operation: listTokens },
  { method: 'POST', path: '/api/v1/tokens', operation: createToken },
  { method: 'DELETE', path: '/api/v1/tokens/:id', operation: revokeToken },
  { method: 'GET', path: '/health', operation: getHealth, open: true, hide: true, present: presentReadiness },
  { method: 'GET', path: '/health/ready', operation: getHealth, open: true, present: presentReadiness },
  { method: 'GET', path: '/metrics', operation: getMetrics, type: 'text/plain', present: presentText },
]
