import type { Promised } from '../requirements.ts'

export const networkAgentPromises: readonly Promised[] = [
  {
    id: 'network-agents.port',
    promise: 'SERVICE_PORT, 5555 unless said otherwise, is open where DB_HOST or SQLITE_DB_PATH is set.',
  },
  {
    id: 'network-agents.token',
    promise:
      'Every address there takes Authorization: Bearer HEALTH_TOKEN, or the token alone; without it, 401 {"error": "Unauthorized"}.',
  },
  { id: 'network-agents.health', promise: 'GET /health answers 200 {"status": "healthy"}, and 503 when it is not.' },
  {
    id: 'network-agents.anomalies',
    promise:
      'GET /api/v1/anomalies answers a bare array of {id, agent_name, device_id, timestamp, anomaly_type, confidence, description, features, created_at}.',
  },
  { id: 'network-agents.newest', promise: 'The newest timestamp comes first.' },
  { id: 'network-agents.paging', promise: 'limit is 100 and offset 0 unless said otherwise.' },
  { id: 'network-agents.agent-name', promise: 'agent_name picks one agent exactly.' },
  {
    id: 'network-agents.bad-number',
    promise:
      'A limit or offset that is no number is 500 {"error": "Internal Server Error"} on its own port, and 400 on the main one.',
  },
  {
    id: 'network-agents.outage',
    promise:
      'An anomaly store that cannot be read is 200 and an empty array on its own port, and an error on the main one.',
  },
  {
    id: 'network-agents.sqlite',
    promise:
      'SQLITE_DB_PATH holds the table mcp_anomalies with its nine columns and both indexes; its folder is made, and a second start changes nothing.',
  },
  {
    id: 'network-agents.source',
    promise: 'log_entries and devices of PostgreSQL are read by program; nothing is written there.',
  },
  {
    id: 'network-agents.wifi',
    promise: 'The agent wifi tells of disassociations and of what else it counted in features.',
  },
  {
    id: 'network-agents.agents',
    promise:
      'GET /api/v1/agents lists {id, name, status, is_running, last_run, capabilities, description, model_path, config}; /agents/<id> shows one, /agents/<id>/config what stands in its file, /agents/configs/templates those of all.',
  },
  {
    id: 'network-agents.agent-stats',
    promise: 'GET /api/v1/agents/<id>/stats and /agents/stats/overview count what agents found, by type.',
  },
  {
    id: 'network-agents.agent-validate',
    promise: 'POST /api/v1/agents/<id>/config/validate answers {is_valid, errors, warnings} and keeps nothing.',
  },
  {
    id: 'network-agents.environment',
    promise:
      'NOTIFICATION_URL, NOTIFICATION_TOKEN and NOTIFICATION_ENABLED name who is told of incidents; RESOURCE_THRESHOLD_CPU, _MEMORY and _DISK what is too much for all agents.',
  },
  {
    id: 'network-agents.anomaly-test',
    promise:
      'vedette anomaly-test says what the agents would have found in the last 1 to 30 days of the database, of a server, or in files; nothing is stored.',
  },
  {
    id: 'network-agents.logs',
    promise:
      'GET /api/v1/logs takes start_date, end_date, level, program (several with commas), search, page and per_page (25), the last day unless said otherwise, and answers {logs, total, filters: {severity, programs}}, newest first, of the newest 10,000.',
  },
  {
    id: 'network-agents.settings',
    promise:
      'GET /api/v1/settings/database tells an admin where log entries are read from, never the password; what is there is set by the DB_ variables. GET /metrics counts, in the format of Prometheus.',
  },
]
