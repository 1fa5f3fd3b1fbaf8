const record = {
  timestamp: '2026-01-15T10:00:00Z',
  service: 'sshd',
  level: 'warn',
  message: 'Failed password for root from 203.0.113.9',
}
const scope = 'detector:template AND entity.host:web-01'

const yaml = `title: Interpreter started by a web server
id: 6f1f4f6e-2d5c-4d1d-9d55-0c8f0d1a7b11
status: experimental
level: high
logsource: { product: linux, category: process_creation }
detection:
  parent:
    ParentImage|endswith: [/nginx, /apache2]
  shell:
    Image|endswith: [/sh, /bash]
  condition: parent and shell
tags: [attack.persistence, attack.t1505.003]
`

/** Bodies that can be sent as they stand, by the name of their operation; the reference shows them. */
export const examples: Readonly<Record<string, unknown>> = {
  analyze_logs: { logs: [record] },
  backtest_rule: { yaml, from: 'now-24h' },
  comment_incident: { text: 'The address belongs to our own scanner.' },
  create_rule: { yaml },
  create_suppression: { scope, reason: 'Deployments restart it every night.', days: 30 },
  create_token: { name: 'fluent-bit on web-01', role: 'ingest' },
  explain_rule: { yaml, line: 'type=EXECVE msg=audit(1736935200.123:77): argc=1 a0="sh"' },
  ingest_records: { logs: [record] },
  lint_rules: { yaml },
  merge_incidents: { into: 'INC-3', note: 'The same address.' },
  preview_suppression: { scope },
  sign_in: { key: 'the key behind #k= of a sign-in link, or a token' },
  update_alerts: { filter: 'severity:low AND detector:template', action: 'close', resolution: 'expected' },
  update_incident: { action: 'assign', assignee: 'ada' },
  update_incidents: { ids: ['INC-3'], action: 'acknowledge' },
  update_rule: { enabled: false, note: 'Our deployment does this every night.' },
  update_suppression: { paused: true },
}
