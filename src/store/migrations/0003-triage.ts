import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { addColumns, createTable } from './create-table.ts'

/** What triage knows and proposes: context, indicators, assets, people, actions, and what foreign alerts tell. */
export const triage = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)

  await addColumns(db, 'alerts', {
    source_port: 'number?',
    destination_port: 'number?',
    protocol: 'text?',
    asset_id: 'text?',
    file_hash: 'text?',
    file_name: 'text?',
    url: 'text?',
    dns_query: 'text?',
    raw_data: 'text?',
  })
  await addColumns(db, 'triage_results', {
    human_reviewer: 'text?',
    human_review_notes: 'text?',
    reviewed_at: 'number?',
  })
  await addColumns(db, 'incidents', {
    containment_date: 'number?',
    eradication_date: 'number?',
    resolution_date: 'number?',
    root_cause: 'text?',
    impact_assessment: 'text?',
    lessons_learned: 'text?',
  })
  await addColumns(db, 'audit_logs', {
    ip_address: 'text?',
    user_agent: 'text?',
    success: { number: 1 },
    error_message: 'text?',
    hash: { text: '' },
  })

  await table('alert_context', {
    id: 'text key',
    alert_id: 'text',
    context_type: 'text',
    context_data: 'text',
    source: 'text',
    confidence_score: 'real',
    created_at: 'number',
    updated_at: 'number',
  }).index(['alert_id'])

  await table('threat_intel', {
    id: 'text key',
    ioc: 'text',
    ioc_type: 'text',
    threat_level: 'text',
    confidence_score: 'real',
    source: 'text',
    description: 'text',
    first_seen: 'number?',
    last_seen: 'number?',
    valid_until: 'number?',
    detection_rate: 'real',
    positives: 'number',
    total: 'number',
    tags: 'text',
    raw_data: 'text',
    created_at: 'number',
    updated_at: 'number',
  }).index(['ioc'], ['threat_level'])

  await table('remediation_actions', {
    id: 'text key',
    incident_id: 'text',
    alert_id: 'text?',
    action_type: 'text',
    description: 'text',
    priority: 'number',
    status: 'text',
    assigned_to: 'text?',
    due_date: 'number?',
    completed_at: 'number?',
    notes: 'text',
    version: 'number',
    created_at: 'number',
    updated_at: 'number',
    body: 'text',
  }).index(['incident_id'], ['status', 'due_date'])

  await table('assets', {
    asset_id: 'text key',
    asset_name: 'text',
    asset_type: 'text',
    ip_address: 'text?',
    mac_address: 'text?',
    os_name: 'text?',
    os_version: 'text?',
    owner: 'text?',
    location: 'text?',
    criticality: 'text',
    business_unit: 'text?',
    environment: 'text?',
    is_active: 'number',
    created_at: 'number',
    updated_at: 'number',
    body: 'text',
  }).index(['ip_address'], ['asset_name'])

  await table('users', {
    id: 'text key',
    username: 'text',
    email: 'text?',
    full_name: 'text?',
    department: 'text?',
    password_hash: 'text?',
    role: 'text?',
    is_active: 'number',
    created_at: 'number',
    updated_at: 'number',
    last_login_at: 'number?',
    body: 'text',
  }).index(['username'])
}
