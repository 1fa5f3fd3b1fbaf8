import type { Promised } from '../requirements.ts'

export const logAnalyzerPromises: readonly Promised[] = [
  { id: 'log-analyzer.ingest-array', promise: 'POST /ingest takes an array of logs.' },
  { id: 'log-analyzer.ingest-object', promise: 'POST /ingest takes {"logs": […]}.' },
  {
    id: 'log-analyzer.ingest-answer',
    promise: 'It answers {stored, features, score, threshold, incident_id}, the score of what was just sent.',
  },
  {
    id: 'log-analyzer.sample-is-incident',
    promise: 'Two failed logins among three logs with two errors are an incident.',
  },
  { id: 'log-analyzer.quiet-is-none', promise: 'A quiet batch is no incident: incident_id is null.' },
  {
    id: 'log-analyzer.invalid-log',
    promise: 'A log without timestamp, service, level or message is a 400 that names its index.',
  },
  { id: 'log-analyzer.no-logs', promise: 'A body that is no list of logs is a 400 in the documented words.' },
  {
    id: 'log-analyzer.incidents',
    promise: 'GET /incidents lists {id, detected_at, service, severity, summary, features}, newest first.',
  },
  {
    id: 'log-analyzer.meta',
    promise: 'GET /meta tells git commit and branch, MODEL_VERSION or "unknown", and started_at.',
  },
  {
    id: 'log-analyzer.threshold',
    promise: 'THRESHOLD says above which score a batch is an incident; equal is not above.',
  },
  {
    id: 'log-analyzer.score',
    promise: 'POST /score takes the features nested or flat and answers {score, anomaly}; bad input is a 400.',
  },
  {
    id: 'log-analyzer.scorer-port',
    promise: 'Port 8000 answers /model-info and /score, as the scorer of the log analyser did.',
  },
  { id: 'log-analyzer.model-info', promise: 'GET /model-info answers {version, trained_at}.' },
  {
    id: 'log-analyzer.ml-url',
    promise:
      'ML_URL names a scorer that is asked instead; without an answer, ingest still succeeds and its outage is told.',
  },
  { id: 'log-analyzer.env-file', promise: 'A file .env is read.' },
  { id: 'log-analyzer.own-port', promise: 'On its own port clients need no token; on the main port they do.' },
]
