import type { FormerTables } from '../../../operations/adoption/former-tables.fake.ts'

const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const time = '2026-01-08T12:00:00.000Z'
const later = '2026-01-08T13:30:00.000Z'

const statuses = ['pending', 'analyzing', 'analyzed', 'investigating', 'resolved', 'false_positive', 'suppressed']
const kinds = ['malware', 'phishing', 'brute_force', 'denial_of_service', 'policy_violation', 'anomaly', 'other']

/** The database of the alert triage services. */
export const triageTables: FormerTables = {
  users: {
    columns: {
      ...{ id: 'uuid', username: 'text', email: 'text', full_name: 'text', phone: 'text', password_hash: 'text' },
      ...{
        mfa_enabled: 'bool',
        is_active: 'bool',
        role: 'text',
        department: 'text',
        created_at: 'time',
        updated_at: 'time',
      },
    },
    rows: [
      {
        ...{ id: uuid(1), username: 'admin', email: 'admin@example.com', full_name: 'Ada Admin', phone: null },
        ...{ password_hash: '$2b$12$abc', mfa_enabled: false, is_active: true, role: 'admin', department: 'SOC' },
        ...{ created_at: time, updated_at: time },
      },
      {
        ...{ id: uuid(2), username: 'jdoe', email: 'jdoe@example.com', full_name: "John O'Doe", phone: '1' },
        ...{ password_hash: '$2b$12$def', mfa_enabled: true, is_active: false, role: 'analyst', department: 'SOC' },
        ...{ created_at: time, updated_at: time },
      },
    ],
  },
  assets: {
    columns: {
      ...{ id: 'uuid', asset_id: 'text', asset_name: 'text', asset_type: 'text', ip_address: 'inet', owner: 'text' },
      ...{ criticality: 'text', environment: 'text', is_active: 'bool', created_at: 'time', updated_at: 'time' },
    },
    rows: [
      {
        ...{ id: uuid(3), asset_id: 'srv-1', asset_name: 'web-01', asset_type: 'server', ip_address: '10.0.0.5' },
        ...{ owner: 'ops', criticality: 'critical', environment: 'production', is_active: true },
        ...{ created_at: time, updated_at: time },
      },
    ],
  },
  threat_intel: {
    columns: {
      ...{ id: 'uuid', ioc: 'text', ioc_type: 'text', threat_level: 'text', confidence_score: 'real', source: 'text' },
      ...{ description: 'text', first_seen: 'time', last_seen: 'time', total: 'int', tags: 'texts' },
    },
    rows: [
      {
        ...{ id: uuid(4), ioc: '45.33.32.156', ioc_type: 'ip', threat_level: 'high', confidence_score: 0.9 },
        ...{ source: 'virustotal', description: 'A scanner', first_seen: time, last_seen: later, total: 70 },
        tags: ['scanner', 'ssh brute'],
      },
      {
        ...{ id: uuid(5), ioc: 'not an address', ioc_type: 'ip', threat_level: 'low', confidence_score: 0.1 },
        ...{ source: 'custom', description: null, first_seen: null, last_seen: null, total: 0, tags: [] },
      },
    ],
  },
  incidents: {
    columns: {
      ...{ id: 'uuid', incident_id: 'text', title: 'text', description: 'text', severity: 'text', status: 'text' },
      ...{ assigned_to: 'text', detection_date: 'time', containment_date: 'time', resolution_date: 'time' },
      ...{ root_cause: 'text', created_at: 'time', updated_at: 'time' },
    },
    rows: [
      {
        ...{ id: uuid(6), incident_id: 'INC-2026-001', title: 'Web server', description: 'Malware on web-01' },
        ...{ severity: 'high', status: 'contained', assigned_to: 'jdoe', detection_date: time },
        ...{
          containment_date: later,
          resolution_date: null,
          root_cause: 'A plug-in',
          created_at: time,
          updated_at: later,
        },
      },
    ],
  },
  alerts: {
    columns: {
      ...{ id: 'uuid', alert_id: 'text', received_at: 'time', alert_type: 'text', severity: 'text', title: 'text' },
      ...{ description: 'text', source_ip: 'inet', destination_ip: 'inet', source_port: 'int', user_name: 'text' },
      ...{ asset_id: 'text', file_hash: 'text', raw_data: 'json', status: 'text', assigned_to: 'text' },
      ...{ created_at: 'time', updated_at: 'time' },
    },
    rows: Array.from({ length: 502 }, (_, i) => ({
      id: uuid(1_000 + i),
      alert_id: `ALT-${String(i).padStart(5, '0')}`,
      received_at: time,
      alert_type: kinds[i % kinds.length],
      severity: i % 2 === 0 ? 'high' : 'low',
      title: i % 3 === 0 ? null : `Alert ${i}`,
      description: `Something happened ${i}`,
      source_ip: i % 2 === 0 ? '45.33.32.156' : null,
      destination_ip: i % 2 === 0 ? '10.0.0.5' : null,
      source_port: 4711,
      user_name: 'jdoe',
      asset_id: 'srv-1',
      file_hash: null,
      raw_data: { number: i, message: 'with {braces}' },
      status: statuses[i % statuses.length],
      assigned_to: i === 3 ? 'jdoe' : null,
      created_at: time,
      updated_at: later,
    })),
  },
  triage_results: {
    columns: {
      ...{ id: 'uuid', alert_id: 'text', risk_score: 'int', risk_level: 'text', confidence_score: 'real' },
      ...{ analysis_result: 'text', recommended_actions: 'text', requires_human_review: 'bool' },
      ...{ human_reviewer: 'text', human_review_notes: 'text', reviewed_at: 'time' },
    },
    rows: [
      {
        ...{ id: uuid(7), alert_id: 'ALT-00003', risk_score: 88, risk_level: 'high', confidence_score: 0.75 },
        ...{
          analysis_result: 'It is malware.',
          recommended_actions: '[{"action":"Isolate","priority":"high","type":"containment"},"Call"]',
        },
        ...{ requires_human_review: true, human_reviewer: 'jdoe', human_review_notes: 'Agreed', reviewed_at: later },
      },
    ],
  },
  alert_context: {
    columns: {
      ...{ id: 'uuid', alert_id: 'text', context_type: 'text', context_data: 'json', source: 'text' },
      confidence_score: 'real',
    },
    rows: ['network', 'asset', 'user'].map((context_type, i) => ({
      ...{ id: uuid(20 + i), alert_id: 'ALT-00003', context_type, context_data: { of: context_type } },
      ...{ source: 'context-collector', confidence_score: 0.8 },
    })),
  },
  remediation_actions: {
    columns: {
      ...{ id: 'uuid', incident_id: 'uuid', alert_id: 'uuid', action_type: 'text', description: 'text' },
      ...{
        priority: 'int',
        status: 'text',
        assigned_to: 'text',
        notes: 'text',
        created_at: 'time',
        updated_at: 'time',
      },
    },
    rows: [
      {
        ...{
          id: uuid(30),
          incident_id: uuid(6),
          alert_id: uuid(1_003),
          action_type: 'isolation',
          description: 'Isolate',
        },
        ...{
          priority: 1,
          status: 'completed',
          assigned_to: 'jdoe',
          notes: 'Done',
          created_at: time,
          updated_at: later,
        },
      },
      {
        ...{ id: uuid(31), incident_id: null, alert_id: uuid(1_004), action_type: 'patching', description: 'Patch' },
        ...{ priority: 3, status: 'pending', assigned_to: null, notes: null, created_at: time, updated_at: later },
      },
    ],
  },
  audit_logs: {
    columns: {
      ...{ id: 'uuid', event_type: 'text', actor: 'text', action: 'text', target_type: 'text', target_id: 'text' },
      ...{ old_values: 'json', new_values: 'json', ip_address: 'inet', success: 'bool', created_at: 'time' },
    },
    rows: [later, time].map((created_at, i) => ({
      ...{ id: uuid(40 + i), event_type: 'alert.updated', actor: 'jdoe', action: 'update', target_type: 'alert' },
      ...{ target_id: 'ALT-00003', old_values: { status: 'pending' }, new_values: { status: 'analyzed' } },
      ...{ ip_address: '10.0.0.9', success: i === 0, created_at },
    })),
  },
  workflow_templates: {
    columns: { id: 'uuid', template_id: 'text', name: 'text', is_active: 'bool' },
    rows: [{ id: uuid(50), template_id: 'isolate-host', name: 'Isolate host', is_active: true }],
  },
}
