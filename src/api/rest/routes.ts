import { addIndicators } from '../../operations/add-indicators.ts'
import { analyzeLogs } from '../../operations/analyze-logs.ts'
import { askModel } from '../../operations/ask-model.ts'
import { backtestRule } from '../../operations/backtest-rule.ts'
import { beginProviderSignIn } from '../../operations/begin-provider-sign-in.ts'
import { changePassword } from '../../operations/change-password.ts'
import { clearQueryHistory } from '../../operations/clear-query-history.ts'
import { collectContext } from '../../operations/collect-context.ts'
import { commentAlert } from '../../operations/comment-alert.ts'
import { commentIncident } from '../../operations/comment-incident.ts'
import { compareModels } from '../../operations/compare-models.ts'
import { countAlerts } from '../../operations/count-alerts.ts'
import { createAccount } from '../../operations/create-account.ts'
import { createRule } from '../../operations/create-rule.ts'
import { createSuppression } from '../../operations/create-suppression.ts'
import { createToken } from '../../operations/create-token.ts'
import { createView } from '../../operations/create-view.ts'
import { debugRecords } from '../../operations/debug-records.ts'
import { endSession } from '../../operations/end-session.ts'
import { dryRunAction, executeAction } from '../../operations/execute-action.ts'
import { expireIndicator } from '../../operations/expire-indicator.ts'
import { explainRule } from '../../operations/explain-rule.ts'
import { findSimilarAlerts } from '../../operations/find-similar-alerts.ts'
import { finishProviderSignIn } from '../../operations/finish-provider-sign-in.ts'
import { getAlert } from '../../operations/get-alert.ts'
import { getAsset } from '../../operations/get-asset.ts'
import { getDecision } from '../../operations/get-decision.ts'
import { getDetection } from '../../operations/get-detection.ts'
import { getEvent } from '../../operations/get-event.ts'
import { getHealth } from '../../operations/get-health.ts'
import { getIncident } from '../../operations/get-incident.ts'
import { getMetrics } from '../../operations/get-metrics.ts'
import { getModelUsage } from '../../operations/get-model-usage.ts'
import { getOverview } from '../../operations/get-overview.ts'
import { getQuery } from '../../operations/get-query.ts'
import { getQueryHistory } from '../../operations/get-query-history.ts'
import { getRule } from '../../operations/get-rule.ts'
import { getSamples } from '../../operations/get-samples.ts'
import { getServiceHealth } from '../../operations/get-service-health.ts'
import { getSession } from '../../operations/get-session.ts'
import { getTimeline } from '../../operations/get-timeline.ts'
import { getUser } from '../../operations/get-user.ts'
import { guardQueryRecord } from '../../operations/guard-query-record.ts'
import { guardQueryResults } from '../../operations/guard-query-results.ts'
import { importAssets } from '../../operations/import-assets.ts'
import { importIndicators } from '../../operations/import-indicators.ts'
import { importRules } from '../../operations/import-rules.ts'
import { importUsers } from '../../operations/import-users.ts'
import { ingestRecords } from '../../operations/ingest-records.ts'
import { judgeQueryRecord } from '../../operations/judge-query-record.ts'
import { lintRules } from '../../operations/lint-rules.ts'
import { listAccounts } from '../../operations/list-accounts.ts'
import { listActions } from '../../operations/list-actions.ts'
import { listAgents } from '../../operations/list-agents.ts'
import { listAlertHeads } from '../../operations/list-alert-heads.ts'
import { listAlerts } from '../../operations/list-alerts.ts'
import { listAssets } from '../../operations/list-assets.ts'
import { listAudit } from '../../operations/list-audit.ts'
import { listDeadLetters } from '../../operations/list-dead-letters.ts'
import { listDecisions } from '../../operations/list-decisions.ts'
import { listDetections } from '../../operations/list-detections.ts'
import { listEvents } from '../../operations/list-events.ts'
import { listIncidents } from '../../operations/list-incidents.ts'
import { listIndicators } from '../../operations/list-indicators.ts'
import { listIntelSources } from '../../operations/list-intel-sources.ts'
import { listNotifications } from '../../operations/list-notifications.ts'
import { listOpinions } from '../../operations/list-opinions.ts'
import { listPlaybooks } from '../../operations/list-playbooks.ts'
import { listQueries } from '../../operations/list-queries.ts'
import { listQueryAnalyses } from '../../operations/list-query-analyses.ts'
import { listRules } from '../../operations/list-rules.ts'
import { listSessions } from '../../operations/list-sessions.ts'
import { listSources } from '../../operations/list-sources.ts'
import { listSuppressions } from '../../operations/list-suppressions.ts'
import { listTokens } from '../../operations/list-tokens.ts'
import { listUsers } from '../../operations/list-users.ts'
import { listViews } from '../../operations/list-views.ts'
import { listWaysIn } from '../../operations/list-ways-in.ts'
import { loadSamples } from '../../operations/load-samples.ts'
import { lookUpIntel } from '../../operations/look-up-intel.ts'
import { mergeIncidents } from '../../operations/merge-incidents.ts'
import { moveToIncident } from '../../operations/move-to-incident.ts'
import { previewModelInput } from '../../operations/preview-model-input.ts'
import { previewRisk } from '../../operations/preview-risk.ts'
import { previewSuppression } from '../../operations/preview-suppression.ts'
import { proposeAction } from '../../operations/propose-action.ts'
import { pullFeed } from '../../operations/pull-feed.ts'
import { receiveWebhook } from '../../operations/receive-webhook.ts'
import { reloadRules } from '../../operations/reload-rules.ts'
import { removeAsset } from '../../operations/remove-asset.ts'
import { removeImport } from '../../operations/remove-import.ts'
import { removeIndicator } from '../../operations/remove-indicator.ts'
import { removeIntelList } from '../../operations/remove-intel-list.ts'
import { removeRule } from '../../operations/remove-rule.ts'
import { removeSamples } from '../../operations/remove-samples.ts'
import { removeSuppression } from '../../operations/remove-suppression.ts'
import { removeUser } from '../../operations/remove-user.ts'
import { removeView } from '../../operations/remove-view.ts'
import { resetPassword } from '../../operations/reset-password.ts'
import { retryDeadLetter } from '../../operations/retry-dead-letter.ts'
import { reviewTriage } from '../../operations/review-triage.ts'
import { revokeToken } from '../../operations/revoke-token.ts'
import { setPassword } from '../../operations/set-password.ts'
import { signIn } from '../../operations/sign-in.ts'
import { signInWithPassword } from '../../operations/sign-in-with-password.ts'
import { signOut } from '../../operations/sign-out.ts'
import { splitIncident } from '../../operations/split-incident.ts'
import { testAgents } from '../../operations/test-agents.ts'
import { testPrompt } from '../../operations/test-prompt.ts'
import { tickChecklist } from '../../operations/tick-checklist.ts'
import { undoDecision } from '../../operations/undo-decision.ts'
import { updateAccount } from '../../operations/update-account.ts'
import { approveAction, updateAction } from '../../operations/update-action.ts'
import { updateAlerts } from '../../operations/update-alerts.ts'
import { updateIncident } from '../../operations/update-incident.ts'
import { updateIncidents } from '../../operations/update-incidents.ts'
import { updateRule } from '../../operations/update-rule.ts'
import { updateSuppression } from '../../operations/update-suppression.ts'
import { updateView } from '../../operations/update-view.ts'
import { validateAgent } from '../../operations/validate-agent.ts'
import { verifyAudit } from '../../operations/verify-audit.ts'
import { writeUpIncident } from '../../operations/write-up-incident.ts'
import { opinionDraft } from '../../schema/triage-result.ts'
import { alertBodies, readAlertBody } from './alert-body.ts'
import { alertRoutes } from './alert-routes.ts'
import { authRoutes } from './auth-envelope.ts'
import { compatSystems } from './compat/systems.ts'
import { bodyInputs } from './input.ts'
import { readJson } from './json.ts'
import { presentHealth } from './present-health.ts'
import { presentReadiness } from './present-readiness.ts'
import { endCookie, setCookie } from './present-session.ts'
import { presentText } from './present-text.ts'
import type { Route } from './route.ts'

/** A result of 50,000 records has some 20 MB. */
const mostResultBytes = 32 * 1_048_576

/** Every address of the REST API, sorted; the reference and the checks follow from it. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/api/v1/accounts', operation: listAccounts },
  { method: 'POST', path: '/api/v1/accounts', operation: createAccount },
  { method: 'PATCH', path: '/api/v1/accounts/:id', operation: updateAccount },
  { method: 'POST', path: '/api/v1/accounts/:id/reset', operation: resetPassword },
  { method: 'GET', path: '/api/v1/actions', operation: listActions },
  { method: 'PATCH', path: '/api/v1/actions/:id', operation: updateAction },
  { method: 'POST', path: '/api/v1/actions/:id/approve', operation: approveAction },
  { method: 'POST', path: '/api/v1/actions/:id/dry-run', operation: dryRunAction },
  { method: 'POST', path: '/api/v1/actions/:id/execute', operation: executeAction },
  { method: 'GET', path: '/api/v1/alerts', operation: listAlerts },
  ...alertRoutes,
  { method: 'GET', path: '/api/v1/alerts/:id', operation: getAlert },
  { method: 'POST', path: '/api/v1/alerts/:id/comments', operation: commentAlert },
  { method: 'POST', path: '/api/v1/alerts/:id/model-input', operation: previewModelInput },
  { method: 'POST', path: '/api/v1/alerts/:id/opinion', operation: askModel, streams: opinionDraft },
  { method: 'GET', path: '/api/v1/alerts/:id/opinions', operation: listOpinions },
  { method: 'POST', path: '/api/v1/alerts/:id/review', operation: reviewTriage },
  { method: 'POST', path: '/api/v1/alerts/bulk', operation: updateAlerts },
  { method: 'GET', path: '/api/v1/alerts/counts', operation: countAlerts },
  { method: 'GET', path: '/api/v1/alerts/heads', operation: listAlertHeads },
  { method: 'POST', path: '/api/v1/alerts/similar', operation: findSimilarAlerts },
  { method: 'POST', path: '/api/v1/agents/anomaly-test', operation: testAgents },
  { method: 'GET', path: '/api/v1/network-agents', operation: listAgents },
  { method: 'POST', path: '/api/v1/network-agents/:id/validate', operation: validateAgent },
  { method: 'POST', path: '/api/v1/analyze', operation: analyzeLogs, body: 'records' },
  { method: 'GET', path: '/api/v1/assets', operation: listAssets },
  { method: 'DELETE', path: '/api/v1/assets/:id', operation: removeAsset },
  { method: 'GET', path: '/api/v1/assets/:id', operation: getAsset },
  { method: 'POST', path: '/api/v1/assets/import', operation: importAssets, body: 'table' },
  { method: 'GET', path: '/api/v1/audit', operation: listAudit },
  ...authRoutes,
  { method: 'POST', path: '/api/v1/checklist', operation: tickChecklist },
  { method: 'GET', path: '/api/v1/audit/verify', operation: verifyAudit },
  { method: 'POST', path: '/api/v1/context', operation: collectContext },
  { method: 'GET', path: '/api/v1/dead-letters', operation: listDeadLetters },
  { method: 'POST', path: '/api/v1/dead-letters/:id/retry', operation: retryDeadLetter },
  { method: 'GET', path: '/api/v1/decisions', operation: listDecisions },
  { method: 'GET', path: '/api/v1/decisions/:id', operation: getDecision },
  { method: 'POST', path: '/api/v1/decisions/:id/undo', operation: undoDecision },
  { method: 'GET', path: '/api/v1/detections', operation: listDetections },
  { method: 'GET', path: '/api/v1/detections/:id', operation: getDetection },
  { method: 'GET', path: '/api/v1/events', operation: listEvents },
  { method: 'POST', path: '/api/v1/events', operation: ingestRecords, body: 'records', debug: debugRecords },
  { method: 'GET', path: '/api/v1/events/:id', operation: getEvent },
  { method: 'GET', path: '/api/v1/incidents', operation: listIncidents },
  { method: 'GET', path: '/api/v1/incidents/:id', operation: getIncident },
  { method: 'PATCH', path: '/api/v1/incidents/:id', operation: updateIncident },
  { method: 'POST', path: '/api/v1/incidents/:id/alerts', operation: moveToIncident },
  { method: 'GET', path: '/api/v1/incidents/:incident/actions', operation: listActions, hide: true },
  { method: 'POST', path: '/api/v1/incidents/:incident/actions', operation: proposeAction },
  { method: 'POST', path: '/api/v1/incidents/:id/comments', operation: commentIncident },
  { method: 'POST', path: '/api/v1/incidents/:id/merge', operation: mergeIncidents },
  { method: 'POST', path: '/api/v1/incidents/:id/split', operation: splitIncident },
  { method: 'POST', path: '/api/v1/incidents/:id/write-up', operation: writeUpIncident },
  { method: 'POST', path: '/api/v1/incidents/bulk', operation: updateIncidents },
  { method: 'POST', path: '/api/v1/intel/import', operation: importIndicators, body: 'table' },
  { method: 'GET', path: '/api/v1/intel/indicators', operation: listIndicators },
  { method: 'POST', path: '/api/v1/intel/indicators', operation: addIndicators },
  { method: 'DELETE', path: '/api/v1/intel/indicators/:id', operation: removeIndicator },
  { method: 'POST', path: '/api/v1/intel/indicators/:id/expire', operation: expireIndicator },
  { method: 'POST', path: '/api/v1/intel/lookup', operation: lookUpIntel },
  { method: 'GET', path: '/api/v1/intel/sources', operation: listIntelSources },
  { method: 'DELETE', path: '/api/v1/intel/sources/:name', operation: removeIntelList },
  { method: 'POST', path: '/api/v1/intel/sources/:name/pull', operation: pullFeed },
  { method: 'GET', path: '/api/v1/notifications', operation: listNotifications },
  { method: 'GET', path: '/api/v1/overview', operation: getOverview },
  { method: 'PATCH', path: '/api/v1/password', operation: changePassword, forgets: true },
  { method: 'POST', path: '/api/v1/password', operation: setPassword, open: true, forgets: true },
  { method: 'GET', path: '/api/v1/playbooks', operation: listPlaybooks },
  { method: 'GET', path: '/api/v1/queries', operation: listQueries },
  { method: 'GET', path: '/api/v1/queries/:id', operation: getQuery },
  { method: 'DELETE', path: '/api/v1/queries/:id/history', operation: clearQueryHistory },
  { method: 'GET', path: '/api/v1/queries/:id/history', operation: getQueryHistory },
  { method: 'POST', path: '/api/v1/queries/:id/judge', operation: judgeQueryRecord },
  { method: 'POST', path: '/api/v1/queries/:id/records', operation: guardQueryRecord },
  { method: 'GET', path: '/api/v1/query-results', operation: listQueryAnalyses },
  {
    method: 'POST',
    path: '/api/v1/query-results',
    operation: guardQueryResults,
    read: async ({ raw }) => bodyInputs(await readJson(raw, mostResultBytes)),
    sends: guardQueryResults.input,
  },
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
  { method: 'DELETE', path: '/api/v1/samples', operation: removeSamples },
  { method: 'GET', path: '/api/v1/samples', operation: getSamples },
  { method: 'POST', path: '/api/v1/samples', operation: loadSamples },
  { method: 'DELETE', path: '/api/v1/session', operation: signOut, present: endCookie },
  { method: 'GET', path: '/api/v1/session', operation: getSession },
  { method: 'POST', path: '/api/v1/session', operation: signIn, open: true, present: setCookie },
  {
    method: 'POST',
    path: '/api/v1/session/password',
    operation: signInWithPassword,
    open: true,
    present: setCookie,
  },
  { method: 'POST', path: '/api/v1/session/provider', operation: beginProviderSignIn, open: true },
  {
    method: 'POST',
    path: '/api/v1/session/provider/answer',
    operation: finishProviderSignIn,
    open: true,
    present: setCookie,
    forgets: true,
  },
  { method: 'GET', path: '/api/v1/session/ways', operation: listWaysIn, open: true },
  { method: 'GET', path: '/api/v1/sessions', operation: listSessions },
  { method: 'DELETE', path: '/api/v1/sessions/:id', operation: endSession },
  { method: 'GET', path: '/api/v1/sources', operation: listSources },
  { method: 'GET', path: '/api/v1/suppressions', operation: listSuppressions },
  { method: 'POST', path: '/api/v1/suppressions', operation: createSuppression },
  { method: 'DELETE', path: '/api/v1/suppressions/:id', operation: removeSuppression },
  { method: 'PATCH', path: '/api/v1/suppressions/:id', operation: updateSuppression },
  { method: 'POST', path: '/api/v1/suppressions/preview', operation: previewSuppression },
  { method: 'GET', path: '/api/v1/tokens', operation: listTokens },
  { method: 'POST', path: '/api/v1/tokens', operation: createToken },
  { method: 'DELETE', path: '/api/v1/tokens/:id', operation: revokeToken },
  { method: 'GET', path: '/api/v1/triage/models', operation: getModelUsage },
  { method: 'GET', path: '/api/v1/triage/models/comparison', operation: compareModels },
  { method: 'POST', path: '/api/v1/prompts/test', operation: testPrompt },
  { method: 'POST', path: '/api/v1/triage/preview', operation: previewRisk },
  { method: 'GET', path: '/api/v1/views', operation: listViews },
  { method: 'POST', path: '/api/v1/views', operation: createView },
  { method: 'DELETE', path: '/api/v1/views/:id', operation: removeView },
  { method: 'PATCH', path: '/api/v1/views/:id', operation: updateView },
  { method: 'GET', path: '/api/v1/timeline', operation: getTimeline },
  {
    method: 'POST',
    path: '/api/v1/webhooks/:source_type',
    operation: receiveWebhook,
    read: async (request) => ({ body: (await readAlertBody(request)).body }),
    sends: alertBodies.webhook,
  },
  { method: 'GET', path: '/api/v1/users', operation: listUsers },
  { method: 'DELETE', path: '/api/v1/users/:id', operation: removeUser },
  { method: 'GET', path: '/api/v1/users/:id', operation: getUser },
  { method: 'POST', path: '/api/v1/users/import', operation: importUsers, body: 'table' },
  { method: 'GET', path: '/health', operation: getServiceHealth, open: true, present: presentHealth },
  { method: 'GET', path: '/health/ready', operation: getHealth, open: true, present: presentReadiness },
  { method: 'GET', path: '/metrics', operation: getMetrics, type: 'text/plain', present: presentText },
  ...compatSystems.flatMap((system) => system.routes),
]
