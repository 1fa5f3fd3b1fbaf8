const record = {
  timestamp: '2026-01-15T10:00:00Z',
  service: 'sshd',
  level: 'warn',
  message: 'Failed password for root from 203.0.113.9',
}
const scope = 'detector:template AND entity.host:web-01'

/** Bodies that can be sent as they stand, by the name of their operation; the reference shows them. */
export const examples: Readonly<Record<string, unknown>> = {
  analyze_logs: { logs: [record] },
  comment_incident: { text: 'The address belongs to our own scanner.' },
  create_suppression: { scope, reason: 'Deployments restart it every night.', days: 30 },
  create_token: { name: 'fluent-bit on web-01', role: 'ingest' },
  ingest_records: { logs: [record] },
  merge_incidents: { into: 'INC-3', note: 'The same address.' },
  preview_suppression: { scope },
  sign_in: { key: 'the key behind #k= of a sign-in link, or a token' },
  update_alerts: { filter: 'severity:low AND detector:template', action: 'close', resolution: 'expected' },
  update_incident: { action: 'assign', assignee: 'ada' },
  update_incidents: { ids: ['INC-3'], action: 'acknowledge' },
  update_suppression: { paused: true },
}
