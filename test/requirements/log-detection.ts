import type { Promised } from '../requirements.ts'

export const logDetectionPromises: readonly Promised[] = [
  {
    id: 'log-detection.health',
    promise: 'GET /health on its own port answers {status, models_loaded, timestamp}; /health/live is alive.',
  },
  { id: 'log-detection.ready', promise: 'GET /health/ready is 503 until a model is loaded, then {status: "ready"}.' },
  {
    id: 'log-detection.not-loaded',
    promise: 'Without a model, /analyze, /analyze/file and /stats are 400 and say that none is loaded.',
  },
  {
    id: 'log-detection.load-body',
    promise: 'POST /models/load takes {"model_dir"} in the body and answers {status, message, loaded_at}.',
  },
  {
    id: 'log-detection.load-query',
    promise:
      'POST /models/load takes model_dir in the query. On its own port clients load what lies below log_detection.root, without a token; on the main port it takes an admin. Each load is in the audit.',
  },
  {
    id: 'log-detection.load-missing',
    promise: 'A folder that is not there, or holds no model, is a 404; one outside of log_detection.root is a 403.',
  },
  {
    id: 'log-detection.info',
    promise: 'GET /models/info answers {loaded, loaded_at, threshold, n_features, feature_names}.',
  },
  {
    id: 'log-detection.stats',
    promise: 'GET /stats answers {models_loaded, loaded_at, threshold, isolation_forest, features}.',
  },
  {
    id: 'log-detection.analyze',
    promise:
      'POST /analyze answers {status, total_events, anomalies_detected, anomaly_rate, threshold, anomalies, processing_time_ms}.',
  },
  { id: 'log-detection.one-event', promise: 'One event alone is judged.' },
  { id: 'log-detection.all-normal', promise: 'A batch of normal events yields nothing.' },
  { id: 'log-detection.missing-field', promise: 'A log without a required field is a 422 that names it.' },
  {
    id: 'log-detection.file',
    promise: 'POST /analyze/file takes .json, .csv and line files, also gzipped; other files are a 400.',
  },
  {
    id: 'log-detection.train',
    promise:
      'vedette train takes the trainer’s flags and writes a model, anomalies_detected.csv and anomalies_detailed.json.',
  },
  {
    id: 'log-detection.batch',
    promise:
      'vedette batch --once writes {stem}_{time}.json a file, batch_summary_{time}.json, and remembers processed_files.txt.',
  },
  {
    id: 'log-detection.metrics',
    promise:
      'GET /metrics counts anomalies_detected_total and analysis_duration_seconds, on its own port and on the main one.',
  },
  {
    id: 'log-detection.marked-files',
    promise: 'Files with a byte order mark, and files in UTF-16, are read, sent or by vedette batch.',
  },
  { id: 'log-detection.docs', promise: 'GET /docs shows the reference.' },
  {
    id: 'log-detection.outputs',
    promise:
      'A webhook, Slack (high and critical alone, where it is told so), Splunk, Elasticsearch and syslog get what was found in the shapes that they know.',
  },
  {
    id: 'log-detection.chronicle',
    promise:
      'Google Security Operations (Chronicle) gets what was found as events of its Unified Data Model: base64 texts of unstructured log entries, SECURITY_ANOMALY, a hundred at once; or, told so, the events themselves.',
  },
]
