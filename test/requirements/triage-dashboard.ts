import type { Promised } from '../requirements.ts'

export const triageDashboardPromises: readonly Promised[] = [
  {
    id: 'triage-dashboard.login',
    promise:
      'On a port of your choice (triage-dashboard:PORT), POST /api/v1/auth/login {username, password} answers {success, data: {access_token, refresh_token, token_type, expires_in: 3600}} to accounts of Vedette; nobody has a password before they set one. The token is no JWT: keep it as it is.',
  },
  {
    id: 'triage-dashboard.session',
    promise:
      'GET /api/v1/auth/me there answers {id, username, email, role, permissions}, POST /api/v1/auth/logout ends the token, /api/v1/auth/refresh is a 501. A failure is {success: false, error}.',
  },
  {
    id: 'triage-dashboard.cookie',
    promise:
      'What its page sends without the token, it may send by the cookie that signing in sets; another site may not.',
  },
  {
    id: 'triage-dashboard.charts',
    promise:
      'GET /api/v1/metrics, /trends?interval=hour|day|week|month&date_from=&date_to= and /top-alerts?limit= there count alerts, times in minutes.',
  },
  {
    id: 'triage-dashboard.alerts',
    promise:
      'GET /api/v1/alerts there takes limit and offset, or page and page_size, filters (also severity[]=…), search, date_from, date_to, sort_by and sort_order, and answers {success, data: {data, total, page, page_size, total_pages}}; GET /api/v1/alerts/{alert_id} shows one.',
  },
  {
    id: 'triage-dashboard.changes',
    promise:
      'POST /api/v1/alerts there takes an alert that a person writes down; PATCH /api/v1/alerts/{alert_id}/status {status, note}, /assign {assigned_to} and POST /api/v1/alerts/bulk/status {alert_ids, status} move alerts, for those who may.',
  },
  {
    id: 'triage-dashboard.analysis',
    promise:
      'POST /api/v1/ai/analyze-alert {alert} there answers {alert_id, analysis: {risk_score, risk_level, confidence, summary, analysis, threat_indicators, recommended_actions, priority}, model, usage}.',
  },
  {
    id: 'triage-dashboard.lists',
    promise:
      'GET /api/v1/notifications there lists incidents (read once somebody works on them), /workflows what is to be done about them, /workflow-templates the playbooks.',
  },
  {
    id: 'triage-dashboard.socket',
    promise:
      'A WebSocket at /ws there says connected with metrics and workflows, answers ping and subscribe, and tells alert_created, alerts_update, metrics_update and workflows_update as things happen.',
  },
  {
    id: 'triage-dashboard.socket-limits',
    promise:
      'It wants the token or the cookie, refuses pages of other sites, messages above 4 KB and more pages of one token than `server.live_streams` allows, and ends when the token does.',
  },
]
