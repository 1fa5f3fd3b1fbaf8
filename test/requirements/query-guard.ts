import type { Promised } from '../requirements.ts'

export const queryGuardPromises: readonly Promised[] = [
  {
    id: 'query-guard.protocol',
    promise:
      'POST /anomalies takes what the engine’s pre-response hook sends: {response: {data}, session, rawRequest: {query, variables, operationName}}.',
  },
  {
    id: 'query-guard.role-header',
    promise: 'X-Hasura-Role is required, X-Hasura-User is not: without it 400 {error, missing: ["X-Hasura-Role"]}.',
  },
  { id: 'query-guard.no-body', promise: 'Without a body, rawRequest or response it is a 400 that says which.' },
  {
    id: 'query-guard.raw-fields',
    promise: 'A rawRequest without query, variables or operationName is a 400 that lists what is missing.',
  },
  { id: 'query-guard.introspection', promise: 'The operation IntrospectionQuery is refused with 400.' },
  {
    id: 'query-guard.bad-response',
    promise: 'A response that is no object of datasets, and a body that cannot be read, are a 400.',
  },
  {
    id: 'query-guard.auth',
    promise:
      'hasura-m-auth carries the key that M_AUTH_KEY sets, or a token, and is compared in constant time; a wrong one is a 401 on every port. Once M_AUTH_KEY is set, the plug-in’s own port wants it for all but /health, history included.',
  },
  {
    id: 'query-guard.answer-program',
    promise:
      'A dataset is answered with query_analysis, statistical_flags, statistical_details, processed_records, anomalous_records, recommendations, security_concerns and metadata.',
  },
  {
    id: 'query-guard.answer-document',
    promise:
      'The same answer has is_anomaly, score (negative, low = odd), model_details {model_type, features_used} and security_concerns [{type, severity}].',
  },
  {
    id: 'query-guard.metadata',
    promise:
      'metadata tells timestamp, query_hash, operation_name, total_records, total_anomalies, datasets_processed, datasets_skipped and status.',
  },
  { id: 'query-guard.hash', promise: 'query_hash is the MD5 of the query’s text.' },
  {
    id: 'query-guard.training',
    promise: 'A model is made of MINIMUM_TRAINING_RECORDS records of a query; what it judges it was not trained on.',
  },
  { id: 'query-guard.odd-record', promise: 'A record unlike the former ones is flagged with its index and a reason.' },
  {
    id: 'query-guard.drift',
    promise:
      'Changed ranges, means, shares of values, nulls and correlations are flagged, with what was usual and how grave it is.',
  },
  { id: 'query-guard.excluded', promise: 'EXCLUDED_DATASETS names datasets that are neither judged nor kept.' },
  { id: 'query-guard.health', promise: 'GET /health on its own port answers {status, timestamp, excluded_patterns}.' },
  {
    id: 'query-guard.history',
    promise: 'GET /history/<hash> answers {query_hash, record_count, data, timestamp}.',
  },
  {
    id: 'query-guard.clear',
    promise: 'DELETE /history/<hash> forgets a query and answers {success, query_hash, timestamp, message}.',
  },
  {
    id: 'query-guard.model',
    promise: 'GET /model/<hash> answers {query_hash, model_info: {status, model_type, features, timestamp}}.',
  },
  {
    id: 'query-guard.analyze',
    promise:
      'POST /analyze/<hash> judges one record by the history of its query, then adds it, and answers {query_hash, analysis, timestamp}.',
  },
  {
    id: 'query-guard.stats',
    promise: 'GET /stats/<hash> answers {query_hash, historical_records, model_info, timestamp, status}.',
  },
  { id: 'query-guard.restart', promise: 'History and models outlive a restart.' },
  {
    id: 'query-guard.history-cap',
    promise: 'Of a query MAX_HISTORICAL_RECORDS records are kept, then the oldest go.',
  },
  {
    id: 'query-guard.environment',
    promise:
      'HISTORICAL_RETENTION_DAYS (14), ANOMALY_RETENTION_DAYS (90), MODEL_RETENTION_DAYS (360), ANOMALY_THRESHOLD, MINIMUM_TRAINING_RECORDS, MAX_HISTORICAL_RECORDS, MAX_RECORDS_PER_BATCH, DATABASE_URL and ANOMALY_DETECTION_DATA are obeyed.',
  },
  {
    id: 'query-guard.blocked',
    promise: 'Queries that query_guard.blocked_queries finds something in are a grave security concern.',
  },
  {
    id: 'query-guard.language-model',
    promise: 'Without a language model everything works, and the answer says that none is configured.',
  },
  {
    id: 'query-guard.language-model-reads',
    promise:
      'With ANTHROPIC_API_KEY a model of Anthropic, CLAUDE_MODEL, reads queries that have a history, with MAX_RECORDS_PER_BATCH records; its records, concerns and recommendations stand in query_analysis. Names are masked, secrets left out, and what does not stand in the data is dropped.',
  },
  {
    id: 'query-guard.any-results',
    promise: 'POST /api/v1/query-results guards any rows: those of SQL, of a file, of another API.',
  },
  {
    id: 'query-guard.alerts',
    promise:
      'A result that is gravely odd becomes an alert, one a query while it goes on; query_guard.alerts says from when.',
  },
  {
    id: 'query-guard.own-port',
    promise:
      'On its own port clients may send and read, without a token unless M_AUTH_KEY is set; on the main port they need one. 8787 is the main port unless server.port says otherwise, and `all` leaves it out.',
  },
]
