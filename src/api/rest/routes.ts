import { createAccount } from '../../operations/accounts/create-account.ts'
import { listAccounts } from '../../operations/accounts/list-accounts.ts'
import { changePassword } from '../../operations/accounts/passwords/change-password.ts'
import { resetPassword } from '../../operations/accounts/passwords/reset-password.ts'
import { setPassword } from '../../operations/accounts/passwords/set-password.ts'
import { beginProviderSignIn } from '../../operations/accounts/sessions/begin-provider-sign-in.ts'
import { endSession } from '../../operations/accounts/sessions/end-session.ts'
import { finishProviderSignIn } from '../../operations/accounts/sessions/finish-provider-sign-in.ts'
import { getSession } from '../../operations/accounts/sessions/get-session.ts'
import { listAuthenticationMethods } from '../../operations/accounts/sessions/list-authentication-methods.ts'
import { listSessions } from '../../operations/accounts/sessions/list-sessions.ts'
import { signIn } from '../../operations/accounts/sessions/sign-in.ts'
import { signInWithPassword } from '../../operations/accounts/sessions/sign-in-with-password.ts'
import { signOut } from '../../operations/accounts/sessions/sign-out.ts'
import { createToken } from '../../operations/accounts/tokens/create-token.ts'
import { listTokens } from '../../operations/accounts/tokens/list-tokens.ts'
import { revokeToken } from '../../operations/accounts/tokens/revoke-token.ts'
import { updateAccount } from '../../operations/accounts/update-account.ts'
import { dryRunAction, executeAction } from '../../operations/actions/execute-action.ts'
import { listActions } from '../../operations/actions/list-actions.ts'
import { listPlaybooks } from '../../operations/actions/list-playbooks.ts'
import { proposeAction } from '../../operations/actions/propose-action.ts'
import { approveAction, updateAction } from '../../operations/actions/update-action.ts'
import { takeOverInstallation } from '../../operations/adoption/take-over-installation.ts'
import { listAgents } from '../../operations/agents/list-agents.ts'
import { testAgents } from '../../operations/agents/test-agents.ts'
import { validateAgent } from '../../operations/agents/validate-agent.ts'
import { commentAlert } from '../../operations/alerts/comment-alert.ts'
import { countAlerts } from '../../operations/alerts/count-alerts.ts'
import { findSimilarAlerts } from '../../operations/alerts/find-similar-alerts.ts'
import { getAlert } from '../../operations/alerts/get-alert.ts'
import { getDetection } from '../../operations/alerts/get-detection.ts'
import { listAlertIndex } from '../../operations/alerts/list-alert-index.ts'
import { listAlerts } from '../../operations/alerts/list-alerts.ts'
import { listDetections } from '../../operations/alerts/list-detections.ts'
import { receiveWebhook } from '../../operations/alerts/receive-webhook.ts'
import { updateAlerts } from '../../operations/alerts/update-alerts.ts'
import { analyzeLogs } from '../../operations/analysis/analyze-logs.ts'
import { listAudit } from '../../operations/audit/list-audit.ts'
import { verifyAudit } from '../../operations/audit/verify-audit.ts'
import { getDecision } from '../../operations/decisions/get-decision.ts'
import { listDecisions } from '../../operations/decisions/list-decisions.ts'
import { undoDecision } from '../../operations/decisions/undo-decision.ts'
import { getDigest } from '../../operations/digests/get-digest.ts'
import { sendDigest } from '../../operations/digests/send-digest.ts'
import { getEvent } from '../../operations/events/get-event.ts'
import { getTimeline } from '../../operations/events/get-timeline.ts'
import { listEvents } from '../../operations/events/list-events.ts'
import { listSources } from '../../operations/events/list-sources.ts'
import { commentIncident } from '../../operations/incidents/comment-incident.ts'
import { describeIncident } from '../../operations/incidents/describe-incident.ts'
import { getIncident } from '../../operations/incidents/get-incident.ts'
import { listIncidents } from '../../operations/incidents/list-incidents.ts'
import { mergeIncidents } from '../../operations/incidents/merge-incidents.ts'
import { moveToIncident } from '../../operations/incidents/move-to-incident.ts'
import { splitIncident } from '../../operations/incidents/split-incident.ts'
import { updateIncident } from '../../operations/incidents/update-incident.ts'
import { updateIncidents } from '../../operations/incidents/update-incidents.ts'
import { addIndicators } from '../../operations/intel/add-indicators.ts'
import { expireIndicator } from '../../operations/intel/expire-indicator.ts'
import { importIndicators } from '../../operations/intel/import-indicators.ts'
import { listIndicators } from '../../operations/intel/list-indicators.ts'
import { listIntelSources } from '../../operations/intel/list-intel-sources.ts'
import { lookUpIntel } from '../../operations/intel/look-up-intel.ts'
import { pullFeed } from '../../operations/intel/pull-feed.ts'
import { removeIndicator } from '../../operations/intel/remove-indicator.ts'
import { removeIntelList } from '../../operations/intel/remove-intel-list.ts'
import { collectContext } from '../../operations/inventory/collect-context.ts'
import { getAsset } from '../../operations/inventory/get-asset.ts'
import { getUser } from '../../operations/inventory/get-user.ts'
import { importAssets } from '../../operations/inventory/import-assets.ts'
import { importUsers } from '../../operations/inventory/import-users.ts'
import { listAssets } from '../../operations/inventory/list-assets.ts'
import { listUsers } from '../../operations/inventory/list-users.ts'
import { removeAsset } from '../../operations/inventory/remove-asset.ts'
import { removeUser } from '../../operations/inventory/remove-user.ts'
import { askModel } from '../../operations/language-models/ask-model.ts'
import { compareModels } from '../../operations/language-models/compare-models.ts'
import { getModelUsage } from '../../operations/language-models/get-model-usage.ts'
import { listOpinions } from '../../operations/language-models/list-opinions.ts'
import { previewModelInput } from '../../operations/language-models/preview-model-input.ts'
import { testPrompt } from '../../operations/language-models/test-prompt.ts'
import { listNotifications } from '../../operations/notifications/list-notifications.ts'
import { listReceivers } from '../../operations/notifications/list-receivers.ts'
import { pressButton } from '../../operations/notifications/press-button.ts'
import { previewNotification } from '../../operations/notifications/preview-notification.ts'
import { testReceiver } from '../../operations/notifications/test-receiver.ts'
import { checkQuery } from '../../operations/query-results/check-query.ts'
import { clearQueryHistory } from '../../operations/query-results/clear-query-history.ts'
import { getQuery } from '../../operations/query-results/get-query.ts'
import { getQueryHistory } from '../../operations/query-results/get-query-history.ts'
import { guardQueryRecord } from '../../operations/query-results/guard-query-record.ts'
import { guardQueryResults } from '../../operations/query-results/guard-query-results.ts'
import { listQueries } from '../../operations/query-results/list-queries.ts'
import { listQueryAnalyses } from '../../operations/query-results/list-query-analyses.ts'
import { scoreQueryRecord } from '../../operations/query-results/score-query-record.ts'
import { debugRecords } from '../../operations/records/debug-records.ts'
import { ingestRecords } from '../../operations/records/ingest-records.ts'
import { createRule } from '../../operations/rules/create-rule.ts'
import { getRule } from '../../operations/rules/get-rule.ts'
import { lintRules } from '../../operations/rules/lint/lint-rules.ts'
import { listRules } from '../../operations/rules/list-rules.ts'
import { importRules } from '../../operations/rules/packs/import-rules.ts'
import { removeImport } from '../../operations/rules/packs/remove-import.ts'
import { reloadRules } from '../../operations/rules/reload-rules.ts'
import { removeRule } from '../../operations/rules/remove-rule.ts'
import { backtestRule } from '../../operations/rules/trials/backtest-rule.ts'
import { explainRule } from '../../operations/rules/trials/explain-rule.ts'
import { updateRule } from '../../operations/rules/update-rule.ts'
import { getSamples } from '../../operations/samples/get-samples.ts'
import { loadSamples } from '../../operations/samples/load-samples.ts'
import { removeSamples } from '../../operations/samples/remove-samples.ts'
import { getHealth } from '../../operations/status/get-health.ts'
import { getMetrics } from '../../operations/status/get-metrics.ts'
import { getOverview } from '../../operations/status/get-overview.ts'
import { getServiceHealth } from '../../operations/status/get-service-health.ts'
import { listDeadLetters } from '../../operations/status/list-dead-letters.ts'
import { retryDeadLetter } from '../../operations/status/retry-dead-letter.ts'
import { tickChecklist } from '../../operations/status/tick-checklist.ts'
import { createSuppression } from '../../operations/suppressions/create-suppression.ts'
import { listSuppressions } from '../../operations/suppressions/list-suppressions.ts'
import { previewSuppression } from '../../operations/suppressions/preview-suppression.ts'
import { removeSuppression } from '../../operations/suppressions/remove-suppression.ts'
import { suggestSuppression } from '../../operations/suppressions/suggest-suppression.ts'
import { updateSuppression } from '../../operations/suppressions/update-suppression.ts'
import { previewRisk } from '../../operations/triage/preview-risk.ts'
import { reviewTriage } from '../../operations/triage/review-triage.ts'
import { createView } from '../../operations/views/create-view.ts'
import { listViews } from '../../operations/views/list-views.ts'
import { removeView } from '../../operations/views/remove-view.ts'
import { updateView } from '../../operations/views/update-view.ts'
import { opinionDraft } from '../../schema/triage/triage-result.ts'
import type { CompatSystem } from '../compat-system.ts'
import { shipperRoutes } from '../shippers/shippers.ts'
import { alertBodies, readAlertBody } from './alert-body.ts'
import { alertRoutes } from './alert-routes.ts'
import { authRoutes } from './auth-envelope.ts'
import { bodyInputs } from './input.ts'
import { readJson } from './json.ts'
import { presentHealth, presentReadiness } from './present-health.ts'
import { endCookie, setCookie } from './present-session.ts'
import { presentText } from './present-text.ts'
import type { Route } from './route.ts'
import { presentNothing, readSignedBody } from './signed-body.ts'

/** A result of 50,000 records has some 20 MB. */
const mostResultBytes = 32 * 1_048_576

/** Every route of the main port: those of Vedette, of log shippers, and of the older systems. */
export const mainRoutes = (systems: readonly CompatSystem[]): readonly Route[] => [
  ...routes,
  ...shipperRoutes,
  ...systems.flatMap((system) => system.routes),
]

const routes: readonly Route[] = [
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
  { method: 'GET', path: '/api/v1/alerts/heads', operation: listAlertIndex },
  { method: 'POST', path: '/api/v1/alerts/similar', operation: findSimilarAlerts },
  { method: 'POST', path: '/api/v1/agents/anomaly-test', operation: testAgents },
  { method: 'GET', path: '/api/v1/network-agents', operation: listAgents },
  { method: 'POST', path: '/api/v1/network-agents/:id/validate', operation: validateAgent },
  { method: 'POST', path: '/api/v1/analyze', operation: analyzeLogs, body: 'records' },
  { method: 'POST', path: '/api/v1/adoption', operation: takeOverInstallation },
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
  { method: 'GET', path: '/api/v1/digest', operation: getDigest },
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
  { method: 'GET', path: '/api/v1/incidents/:id/suppression', operation: suggestSuppression },
  { method: 'POST', path: '/api/v1/incidents/:id/write-up', operation: describeIncident },
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
  { method: 'POST', path: '/api/v1/queries/check', operation: checkQuery },
  { method: 'POST', path: '/api/v1/queries/:id/judge', operation: scoreQueryRecord },
  { method: 'POST', path: '/api/v1/queries/:id/records', operation: guardQueryRecord },
  { method: 'GET', path: '/api/v1/query-results', operation: listQueryAnalyses },
  {
    method: 'POST',
    path: '/api/v1/query-results',
    operation: guardQueryResults,
    read: async ({ raw }) => bodyInputs(await readJson(raw, mostResultBytes)),
    sends: guardQueryResults.input,
  },
  { method: 'GET', path: '/api/v1/receivers', operation: listReceivers },
  { method: 'GET', path: '/api/v1/receivers/:name/preview', operation: previewNotification },
  {
    method: 'POST',
    path: '/api/v1/receivers/:name/buttons',
    operation: pressButton,
    open: true,
    read: readSignedBody,
    present: presentNothing,
  },
  { method: 'POST', path: '/api/v1/receivers/:name/digest', operation: sendDigest },
  { method: 'POST', path: '/api/v1/receivers/:name/test', operation: testReceiver },
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
  { method: 'GET', path: '/api/v1/session/ways', operation: listAuthenticationMethods, open: true },
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
]
