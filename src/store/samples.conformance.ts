import type { Alert } from '../schema/alert/alert.ts'
import type { Detection } from '../schema/detection/detection.ts'
import type { Event } from '../schema/event/event.ts'
import type { Incident } from '../schema/incident/incident.ts'
import type { Asset } from '../schema/inventory/asset.ts'
import type { Person } from '../schema/inventory/person.ts'
import type { RuleSetting } from '../schema/rule/rule.ts'
import type { Suppression } from '../schema/suppression.ts'
import type { TriageResult } from '../schema/triage/triage-result.ts'
import type { NotificationRow } from './incidents/notifications.ts'

export const begin = Date.parse('2026-03-01T00:00:00.000Z')

/** A moment, given in minutes after `begin`. */
export const at = (minute: number): string => new Date(begin + minute * 60_000).toISOString()

export const sampleDetection = (number: number, more: Partial<Detection> = {}): Detection => ({
  id: `detection-${String(number).padStart(6, '0')}`,
  detector: 'sequence',
  kind: 'anomaly',
  type: 'brute_force',
  first_seen: at(number),
  last_seen: at(number + 1),
  source: 'auth',
  stream: 'auth/web-01/sshd',
  score: 0.9,
  severity: 'high',
  title: `286 failed logins from 203.0.113.${number % 250}`,
  sentence: 'Within a minute 286 logins failed where 0 to 3 are usual.',
  value: '286',
  usual: '0–3',
  contributions: [{ feature: 'failed logins per minute', value: '286', usual: '0–3', weight: 0.9 }],
  evidence: [
    { event_id: `0-${number}`, time: at(number), line: `sshd[312]: Failed password for root, case ${number}` },
  ],
  event_count: 286,
  entities: [
    { type: 'ip', value: `203.0.113.${number % 250}` },
    { type: 'user', value: 'root' },
  ],
  techniques: ['T1110.001'],
  dedup_key: `sequence ${number}`,
  learning: false,
  ...more,
})

export const sampleAlert = (number: number, more: Partial<Alert> = {}): Alert => {
  const { detector, kind: _, id, ...shared } = sampleDetection(number)
  return {
    ...shared,
    id: `alert-${String(number).padStart(6, '0')}`,
    status: 'new',
    detectors: [detector],
    count: 1,
    detection_ids: [id],
    created_at: at(number),
    updated_at: at(number),
    incident_id: null,
    assignee: null,
    resolution: null,
    suppression_id: null,
    triage: null,
    version: 1,
    ...more,
  }
}

export const sampleIncident = (number: number, more: Partial<Incident> = {}): Incident => ({
  id: `incident-${String(number).padStart(6, '0')}`,
  display_id: `INC-${number}`,
  status: 'open',
  severity: 'high',
  risk_score: 74,
  title: 'Brute force against web-01',
  reason: 'One address tried many passwords.',
  entities: [{ type: 'ip', value: '203.0.113.9' }],
  address_roles: { attacker: [{ ip: '203.0.113.9', events: 286, internal: false }] },
  techniques: [],
  evidence: [],
  members: [{ alert_id: `alert-${number}`, reason: 'It opened the incident.', added_at: at(number) }],
  timeline: [],
  alert_count: 1,
  event_count: 286,
  first_seen: at(number),
  last_seen: at(number + 1),
  created_at: at(number),
  updated_at: at(number),
  assignee: null,
  resolution: null,
  merged_into: null,
  version: 1,
  ...more,
})

export const sampleTriage: TriageResult = {
  risk_score: 74,
  risk_level: 'high',
  verdict: 'likely_malicious',
  confidence: 0.8,
  confidence_parts: { base: 0.5, threat_intel: 0.3, history: 0, model: 0 },
  requires_human_review: true,
  review_reasons: ['The risk is high.'],
  summary: 'One address tried many passwords and got in.',
  claims: [{ sign: 'for', text: 'Many failures, then a success.', evidence_ids: ['e1'] }],
  references: [{ id: 'e1', kind: 'event', target: '0-1', text: 'sshd[312]: Failed password for root' }],
  missing: [],
  would_change: [],
  recommended_actions: [{ action: 'Block the address.', priority: 'high', type: 'containment', reversible: true }],
  similar: [],
  model: null,
  review: null,
  inputs: {
    type: 'brute_force',
    severity: 'high',
    threat_intel: null,
    asset_criticality: 'medium',
    internal: null,
    malice: null,
    user_title: null,
    similar: null,
  },
  breakdown: {
    severity: { score: 80, weight: 0.3, value: 'high' },
    threat_intel: { score: 0, weight: 0.3, sources_queried: 0 },
    asset_criticality: { score: 50, weight: 0.2, criticality: 'medium' },
    exploitability: { score: 50, weight: 0.2 },
  },
  factors: { alert_type: 'brute_force', type_multiplier: 1.1, historical_multiplier: 1 },
  calculated_at: at(0),
}

export const sampleSuppression: Suppression = {
  id: 'suppression-1',
  scope: 'detector:sequence',
  reason: 'A scanner of ours.',
  owner: 'ana',
  created_at: at(0),
  expires_at: at(60),
  paused: false,
  hits: 0,
  last_hit_at: null,
}

export const sampleRuleSetting: RuleSetting = {
  rule_id: 'b1d5c8a0-0000-4000-8000-000000000001',
  enabled: false,
  level: 'high',
  note: 'Our deployment does this every night.',
  updated_by: 'ana',
  updated_at: at(0),
}

export const sampleNotification = (number: number, more: Partial<NotificationRow> = {}): NotificationRow => ({
  id: `notification-${number}`,
  incident_id: 'incident-1',
  sink: 'webhook',
  reason: 'opened',
  severity: 'high',
  status: 'pending',
  attempts: 0,
  next_attempt_at: begin + number,
  last_error: null,
  created_at: begin + number,
  sent_at: null,
  ...more,
})

export const sampleEvent = (number: number): Event => ({
  id: `0-${number}`,
  kind: 'event',
  time: begin + number * 1000,
  timeGuessed: false,
  receivedAt: begin + number * 1000,
  source: 'auth',
  stream: 'auth/web-01',
  message: `message ${number}`,
  original: `<13> message ${number}`,
  fields: { 'host.name': 'web-01', number },
})

export const sampleAsset = (number: number, more: Partial<Asset> = {}): Asset => ({
  asset_id: `asset-${String(number).padStart(6, '0')}`,
  asset_name: `web-${number}`,
  asset_type: 'server',
  addresses: [`10.0.0.${number}`, `10.${number}.0.0/16`],
  hostnames: [`web-${number}`, `web-${number}.corp.example`],
  mac_address: null,
  os_name: 'Debian',
  os_version: '13',
  owner: 'payments',
  location: null,
  criticality: 'high',
  business_unit: null,
  environment: 'production',
  tags: ['pci'],
  vulnerabilities: { critical: 1, high: 2, medium: 3, low: 4 },
  last_scan: at(number),
  is_active: true,
  created_at: at(number),
  updated_at: at(number),
  ...more,
})

export const samplePerson = (number: number, more: Partial<Person> = {}): Person => ({
  user_id: `person-${String(number).padStart(6, '0')}`,
  username: `dana${number}`,
  aliases: [`CORP\\dana${number}`],
  email: `dana${number}@corp.example`,
  full_name: 'Dana Ríos',
  phone: null,
  department: 'Operations',
  title: 'Domain Admin',
  access_level: 'privileged',
  manager: null,
  location: 'Lisbon',
  is_active: true,
  created_at: at(number),
  updated_at: at(number),
  ...more,
})
