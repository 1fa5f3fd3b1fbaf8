const record = {
  timestamp: '2026-01-15T10:00:00Z',
  service: 'sshd',
  level: 'warn',
  message: 'Failed password for root from 203.0.113.9',
}
const securityAlert = {
  alert_id: 'ALT-2026-001',
  timestamp: '2026-01-15T10:00:00Z',
  alert_type: 'malware',
  severity: 'high',
  description: 'Malware detected on an endpoint',
  source_ip: '203.0.113.9',
  target_ip: '10.0.0.50',
  asset_id: 'SRV-001',
  user_id: 'jdoe',
  file_hash: '5d41402abc4b2a76b9719d911017c592',
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

/** Example bodies by the name of their operation, which can be sent unchanged; the reference shows them. */
export const examples: Readonly<Record<string, unknown>> = {
  add_indicators: {
    indicators: [{ value: 'evil[.]example.net' }],
    description: 'Seen in a phishing mail',
    tlp: 'amber',
  },
  analyze_logs: { logs: [record] },
  backtest_rule: { yaml, from: 'now-24h' },
  comment_alert: { text: 'The backup moved to another host.' },
  collect_context: { source_ip: '203.0.113.9', asset_id: 'web-01', user_id: 'dana' },
  comment_incident: { text: 'The address belongs to our own scanner.' },
  create_rule: { yaml },
  create_suppression: { scope, reason: 'Deployments restart it every night.', days: 30 },
  create_token: { name: 'fluent-bit on web-01', role: 'ingest' },
  create_view: { name: 'Databases', filter: 'open:true host:db*', sort: '-last_seen' },
  expire_indicator: { valid_until: 'now+7d' },
  explain_rule: { yaml, line: 'type=EXECVE msg=audit(1736935200.123:77): argc=1 a0="sh"' },
  guard_query_results: {
    query: 'select id, amount, country from orders where day = current_date',
    records: [{ id: 1, amount: 12.5, country: 'DE' }],
  },
  judge_query_record: { record: { id: 2, amount: 9_000, country: 'DE' } },
  ingest_alert: securityAlert,
  ingest_alerts: { alerts: [securityAlert] },
  find_similar_alerts: { alert: { type: 'brute_force', entities: [{ type: 'ip', value: '203.0.113.9' }] } },
  import_assets:
    'ip_or_cidr,hostname,owner,criticality,environment,tags\n10.0.0.50,web-01,payments,critical,production,pci\n',
  import_indicators: '# one value a line\n203.0.113.9\nevil[.]example.net\n',
  import_users: 'username,full_name,title,department\ndana,Dana Ríos,Domain Admin,Operations\n',
  ingest_records: { logs: [record] },
  lint_rules: { yaml },
  look_up_intel: { value: '203.0.113.9' },
  merge_incidents: { into: 'INC-3', note: 'The same address.' },
  move_to_incident: { alert_ids: ['an alert’s id'], note: 'The same attacker.' },
  preview_risk: { inputs: { type: 'malware', severity: 'high', asset_criticality: 'critical' } },
  preview_suppression: { scope },
  propose_action: { playbook: 'block-ip' },
  receive_webhook: {
    receiver: 'vedette',
    status: 'firing',
    version: '4',
    groupKey: '{}:{alertname="HighErrorRate"}',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'HighErrorRate', severity: 'critical', instance: 'web-01:9100' },
        annotations: { summary: 'More than 5 % of the requests fail' },
        startsAt: '2026-01-15T10:00:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: 'a1b2c3d4e5f60718',
      },
    ],
  },
  review_triage: { verdict: 'benign', notes: 'Our own scanner.' },
  sign_in: { key: 'the key behind #k= of a sign-in link, or a token' },
  tick_checklist: { step: 'see_why' },
  update_action: { status: 'completed', notes: 'Blocked until Friday.' },
  update_alerts: { filter: 'severity:low AND detector:template', action: 'close', resolution: 'expected' },
  update_incident: { action: 'assign', assignee: 'ada' },
  update_incidents: { ids: ['INC-3'], action: 'acknowledge' },
  update_rule: { enabled: false, note: 'Our deployment does this every night.' },
  update_suppression: { paused: true },
  update_view: { name: 'Our databases', pinned: true },
  write_up_incident: { root_cause: 'A password that was guessed.', lessons_learned: 'Keys only.' },
}
