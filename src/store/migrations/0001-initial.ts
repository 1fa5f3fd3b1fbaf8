import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** The tables of the first release. */
export const initial = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)

  await table('event_blocks', {
    id: 'text key',
    partition: 'number',
    first: 'number',
    last: 'number',
    count: 'number',
    min_time: 'number',
    max_time: 'number',
    sources: 'text',
    streams: 'text',
    template_ids: 'text',
    filter: 'blob',
    bytes: 'number',
    payload: 'blob',
  }).index(['partition', 'first'], ['min_time'], ['max_time'])

  await table('detections', {
    id: 'text key',
    detector: 'text',
    kind: 'text',
    severity: 'text',
    stream: 'text',
    dedup_key: 'text',
    first_seen: 'number',
    last_seen: 'number',
    search: 'text',
    body: 'text',
  }).index(['last_seen', 'id'])

  await table('alerts', {
    alert_id: 'text key',
    dedup_key: 'text',
    received_at: 'number',
    first_seen: 'number',
    last_seen: 'number',
    alert_type: 'text',
    severity: 'text',
    title: 'text',
    description: 'text',
    source_ip: 'text?',
    destination_ip: 'text?',
    user_name: 'text?',
    status: 'text',
    assigned_to: 'text?',
    incident_id: 'text?',
    version: 'number',
    created_at: 'number',
    updated_at: 'number',
    changed_at: 'number',
    search: 'text',
    body: 'text',
  }).index(
    ['created_at', 'alert_id'],
    ['status', 'created_at', 'alert_id'],
    ['dedup_key'],
    ['changed_at'],
    ['status', 'severity'],
  )

  await table('triage_results', {
    alert_id: 'text key',
    risk_score: 'number',
    risk_level: 'text',
    verdict: 'text',
    confidence_score: 'real',
    analysis_result: 'text',
    recommended_actions: 'text',
    requires_human_review: 'number',
    created_at: 'number',
    updated_at: 'number',
    body: 'text',
  }).index(['risk_score'])

  await table('incidents', {
    incident_id: 'text key',
    display_id: 'text',
    title: 'text',
    description: 'text',
    severity: 'text',
    risk_score: 'number',
    status: 'text',
    assigned_to: 'text?',
    detection_date: 'number',
    first_seen: 'number',
    last_seen: 'number',
    version: 'number',
    created_at: 'number',
    updated_at: 'number',
    changed_at: 'number',
    search: 'text',
    body: 'text',
  }).index(['created_at', 'incident_id'], ['status', 'last_seen'], ['display_id'], ['changed_at'])

  await table('suppressions', {
    id: 'text key',
    owner: 'text',
    created_at: 'number',
    expires_at: 'number?',
    hits: 'number',
    last_hit_at: 'number?',
    body: 'text',
  }).index()

  await table('tokens', {
    id: 'text key',
    name: 'text',
    role: 'text',
    hash: 'text',
    created_at: 'number',
    expires_at: 'number?',
    last_used_at: 'number?',
    revoked_at: 'number?',
  }).index(['hash'])

  await table('audit_logs', {
    id: 'number key',
    event_type: 'text',
    actor: 'text',
    action: 'text',
    target_type: 'text',
    target_id: 'text',
    old_values: 'text',
    new_values: 'text',
    created_at: 'number',
  }).index(['target_id', 'id'], ['actor', 'id'], ['created_at'])

  await table('notifications', {
    id: 'text key',
    incident_id: 'text',
    sink: 'text',
    reason: 'text',
    severity: 'text',
    status: 'text',
    attempts: 'number',
    next_attempt_at: 'number?',
    last_error: 'text?',
    created_at: 'number',
    sent_at: 'number?',
  }).index(['incident_id'], ['status', 'next_attempt_at'], ['created_at', 'id'])

  await table('models', {
    name: 'text key',
    partition: 'number key',
    position: 'number',
    saved_at: 'number',
    state: 'blob',
  }).index()

  await table('parse_health', {
    source: 'text key',
    format: 'text key',
    parsed: 'number key',
    count: 'number',
    sample: 'text',
    last_seen_at: 'number',
  }).index()

  await table('jobs', {
    seq: 'number key',
    topic: 'text',
    state: 'text',
    partition: 'number',
    count: 'number',
    attempts: 'number',
    run_at: 'number',
    created_at: 'number',
    failed_at: 'number?',
    reason: 'text?',
    bytes: 'number',
    size: 'number',
    payload: 'blob',
  }).index(['topic', 'state', 'seq'])

  await table('leases', { name: 'text key', owner: 'text', until: 'number' }).index()
  await table('idempotency_keys', {
    key: 'text key',
    body_hash: 'text',
    answer: 'text',
    created_at: 'number',
  }).index(['created_at'])
  await table('source_cursors', { source: 'text key', key: 'text key', position: 'text' }).index()
  await table('partitions', { partition: 'number key', next_number: 'number' }).index()
  await table('counters', { name: 'text key', value: 'number' }).index()
}
