import type { Promised } from '../requirements.ts'

export const triagePromises: readonly Promised[] = [
  {
    id: 'triage.health',
    promise: 'GET /health on the port of each service answers {status, service, timestamp, checks}.',
  },
  {
    id: 'triage.consumer-started',
    promise: 'The log says "Message consumer task started" for each service that takes up work.',
  },
  {
    id: 'triage.ports',
    promise: 'VEDETTE_COMPAT_PORTS=triage opens 9001 to 9007, on loopback, and the start says so.',
  },
  {
    id: 'triage.ingest',
    promise:
      'POST /api/v1/alerts takes a SecurityAlert and answers {success, data: {ingestion_id, alert_id, status, message}, meta}.',
  },
  {
    id: 'triage.ingest-invalid',
    promise: 'An alert that is none is a 422, {success: false, error: {code, message, details}, meta}.',
  },
  {
    id: 'triage.ingest-batch',
    promise:
      'POST /api/v1/alerts/batch takes 1 to 100 alerts and answers {batch_id, total, successful, failed, ingestion_ids, errors}; all of them are stored.',
  },
  {
    id: 'triage.ingest-again',
    promise: 'The same alert again is no error and no second alert; ddos is a type like any other.',
  },
  {
    id: 'triage.track',
    promise: 'GET /api/v1/alerts/{alert_id} on the ingestor’s port tells how far an alert has come.',
  },
  {
    id: 'triage.rows',
    promise:
      'An alert with an address, a hash, an asset and a user yields three rows of alert_context, two of threat_intel and one of triage_results.',
  },
  {
    id: 'triage.sql',
    promise:
      'The alert_id that was sent is the alert_id of alerts, alert_context and triage_results, so that the documented SQL finds its rows.',
  },
  { id: 'triage.braces', promise: 'Braces in a message stop nothing.' },
  {
    id: 'triage.context-confidence',
    promise: 'Context of networks is kept with a confidence of 0.8; of assets and users that are known, 0.9.',
  },
  {
    id: 'triage.enrich',
    promise:
      'POST /api/v1/enrich answers {success, data: {alert_id, enriched_at, enrichment_sources, source_network, target_network, asset, user}}; what nobody told is unknown, with an error. The name, e-mail address, phone, manager, location and aliases of a user are empty unless the client sends a token of an analyst.',
  },
  {
    id: 'triage.query',
    promise:
      'POST /api/v1/query?ip=&file_hash=&url= answers {success, data: {sources_queried, sources_found, threat_score, indicators}}, and success: false when nothing is asked for.',
  },
  {
    id: 'triage.verdict',
    promise:
      'POST /api/v1/triage {alert, enrichment} answers risk_level, confidence in percent, reasoning, recommended_actions, requires_human_review and estimated_impact, with the arithmetic of the risk.',
  },
  {
    id: 'triage.verdict-invalid',
    promise:
      'On the agent’s own port what cannot be judged is {success: false, error} with 200; on the main port it is a 4xx.',
  },
  {
    id: 'triage.router',
    promise:
      'On 9005, GET /api/v1/models and /api/v1/capabilities/{model} show the language models of the configuration, POST /api/v1/route {task_type, messages, model?} says which one would answer: {selected_provider, selected_model, reason, confidence, fallback_used, alternatives}.',
  },
  {
    id: 'triage.chat',
    promise:
      'POST /api/v1/chat/completions {messages, model?, task_type, temperature, max_tokens, top_p, metadata} answers {success, data: {id, object, created, model, provider, choices, usage, routing_decision}, meta}, on 9005 and on the main port, always with a token of an analyst, as it costs money, and within the budget; it is not streamed.',
  },
  {
    id: 'triage.similar',
    promise:
      'POST /api/v1/search {query_text | alert_data, top_k, min_similarity} answers {results, total_results, search_time_ms}.',
  },
  {
    id: 'triage.own-ports',
    promise:
      'On their own ports clients need no token to send and read; on the main port they do. Nothing else is served there.',
  },
  {
    id: 'triage.incidents-and-audit',
    promise:
      'incidents, remediation_actions and audit_logs are filled: alerts open incidents, and what people decide is written down.',
  },
  {
    id: 'triage.main-health',
    promise:
      'GET /health on the main port answers monitors of all these systems at once: status, service, timestamp, checks, models_loaded, excluded_patterns.',
  },
  {
    id: 'triage.environment',
    promise:
      'DATABASE_URL, RABBITMQ_URL, VIRUSTOTAL_API_KEY, ABUSE_CH_API_KEY, OTX_API_KEY, LOG_LEVEL, HOST and PORT mean what they meant; config explain lists them.',
  },
  {
    id: 'triage.gateway-list',
    promise:
      'On a port of your choice (triage-gateway:PORT), GET /api/v1/alerts lists by skip, limit, sort_by and filters: {success, data, meta: {total, skip, limit, has_more}}; /active, /high-priority and /stats/summary answer too.',
  },
  {
    id: 'triage.gateway-alert',
    promise:
      'GET /api/v1/alerts/{alert_id} there shows an alert with its triage and context, /triage the triage alone.',
  },
  {
    id: 'triage.gateway-bulk',
    promise:
      'POST /api/v1/alerts/bulk {action: assign | close | resolve, alert_ids, params} there answers {action, total, success_count, failure_count, errors}, with a token that may.',
  },
  {
    id: 'triage.gateway-analytics',
    promise:
      'GET /api/v1/analytics/dashboard, /trends/alerts, /trends/risk-scores and /metrics/… there count the alerts that there are; /health/live and /health/ready answer.',
  },
  {
    id: 'triage.gateway-status',
    promise:
      'PATCH /api/v1/alerts/{alert_id}/status there moves an alert, with a token that may; every move is written down.',
  },
]
