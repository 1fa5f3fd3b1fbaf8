import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** The tables of the first release. */
export const initialSchema = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)

  // Events
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
  await table('event_counts', {
    slot: 'number key',
    source: 'text key',
    error: 'number',
    warning: 'number',
    other: 'number',
  }).index(['source'])
  await table('parse_health', {
    source: 'text key',
    format: 'text key',
    parsed: 'number key',
    count: 'number',
    sample: 'text',
    last_seen_at: 'number',
  }).index()

  // Detections and the learned state of detectors
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
    score: 'number default 0',
    saved_at: 'number',
  }).index(['last_seen', 'id'])
  await sql`create index detections_saved on detections (saved_at, id)`.execute(db)
  await table('suppressions', {
    id: 'text key',
    owner: 'text',
    created_at: 'number',
    expires_at: 'number?',
    hits: 'number',
    last_hit_at: 'number?',
    body: 'text',
  }).index()
  await table('rule_settings', {
    rule_id: 'text key',
    enabled: 'number?',
    level: 'text?',
    note: 'text?',
    updated_by: 'text',
    updated_at: 'number',
  }).index()
  await table('models', {
    name: 'text key',
    partition: 'number key',
    position: 'number',
    saved_at: 'number',
    state: 'blob',
  }).index()
  await table('scored_batches', {
    id: 'number key',
    detected_at: 'number',
    service: 'text?',
    severity: 'real',
    summary: 'text',
    features: 'text',
  }).index()
  await table('agent_anomalies', {
    id: 'number key',
    detection_id: 'text',
    stream: 'text',
    agent_name: 'text',
    device_id: 'number?',
    timestamp: 'text',
    anomaly_type: 'text',
    confidence: 'real',
    description: 'text?',
    features: 'text?',
    created_at: 'text',
    changed_at: 'number',
  }).index(['timestamp', 'id'], ['agent_name', 'timestamp', 'id'], ['changed_at', 'id'])
  await sql`create unique index agent_anomalies_detection_id on agent_anomalies (detection_id)`.execute(db)
  // Clients of network agents read this view in the database.
  await sql`create view mcp_anomalies as select id, agent_name, device_id, timestamp, anomaly_type, confidence, description,
    features, created_at from agent_anomalies`.execute(db)

  // Alerts
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
    source_port: 'number?',
    destination_port: 'number?',
    protocol: 'text?',
    asset_id: 'text?',
    file_hash: 'text?',
    file_name: 'text?',
    url: 'text?',
    dns_query: 'text?',
    raw_data: 'text?',
    external_id: 'text?',
  }).index(
    ['created_at', 'alert_id'],
    ['status', 'created_at', 'alert_id'],
    ['dedup_key'],
    ['changed_at'],
    ['status', 'severity'],
    ['external_id'],
  )
  await table('alert_heads', {
    alert_id: 'text key',
    changed_at: 'number',
    head: 'text',
    words: 'text',
    state: "text default 'settled'",
    first_seen: 'number default 0',
    last_seen: 'number default 0',
    snoozed_until: 'number?',
  }).index(['changed_at', 'alert_id'])
  await sql`create index alert_heads_state on alert_heads (state, changed_at, alert_id)`.execute(db)
  await sql`create index alert_heads_snoozed on alert_heads (snoozed_until)`.execute(db)
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
    human_reviewer: 'text?',
    human_review_notes: 'text?',
    reviewed_at: 'number?',
  }).index(['risk_score'])
  await table('alert_results_due', {
    alert_id: 'text key',
    message_id: 'text',
    priority: 'number',
    body: 'text',
    created_at: 'number',
  }).index(['created_at'])

  // Incidents
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
    containment_date: 'number?',
    eradication_date: 'number?',
    resolution_date: 'number?',
    root_cause: 'text?',
    impact_assessment: 'text?',
    lessons_learned: 'text?',
  }).index(['created_at', 'incident_id'], ['status', 'last_seen'], ['display_id'], ['changed_at'])
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

  // Language models
  await table('llm_requests', {
    alert_id: 'text key',
    /** When the model may be queried; later while a request is running. */
    due_at: 'number',
  }).index(['due_at'])
  await table('llm_answers', {
    id: 'text key',
    answer: 'text',
    expires_at: 'number',
  }).index(['expires_at'])
  await table('llm_spending', {
    /** `month 2026-01`, `hour 2026-01-05T08`, `incident ID`. */
    period: 'text key',
    /** In millionths of a dollar, including reservations of running calls. */
    cost: 'number',
    tokens: 'number',
    calls: 'number',
    updated_at: 'number',
  }).index(['updated_at'])
  await table('llm_calls', {
    id: 'text key',
    time: 'number',
    alert_id: 'text',
    provider: 'text',
    model: 'text',
    prompt: 'text',
    outcome: 'text',
    input_tokens: 'number',
    output_tokens: 'number',
    cost: 'number',
    duration_ms: 'number',
  }).index(['time'], ['alert_id'])
  await table('model_opinions', {
    alert_id: 'text key',
    provider: 'text key',
    model: 'text',
    asked_at: 'number',
    verdict: 'text?',
    risk_level: 'text?',
    /** The verdict of the rules on the same alert. */
    rules_verdict: 'text',
    rules_level: 'text',
    body: 'text',
  }).index(['asked_at'])

  // Threat intelligence
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
  }).index(['ioc'], ['threat_level'], ['updated_at'])
  await table('intel_feeds', {
    name: 'text key',
    type: 'text',
    /** When it is pulled next. */
    due_at: 'number',
    hits: 'number',
    last_hit_at: 'number?',
    state: 'text',
    /** Which values it lists. */
    members: 'blob',
    /** Its entries, where they are not indicators. */
    content: 'blob',
    updated_at: 'number',
  }).index(['due_at'])
  await table('intel_answers', {
    source: 'text key',
    id: 'text key',
    /** JSON; null: the source has no data about it. */
    answer: 'text',
    expires_at: 'number',
  }).index(['expires_at'])
  await table('intel_quotas', {
    source: 'text key',
    day: 'text key',
    used: 'number',
  }).index()

  // Inventory
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
    phone: 'text?',
    mfa_enabled: 'number default 0',
    mfa_secret: 'text?',
    is_verified: 'number default 0',
    subject: 'text?',
  }).index(['username'], ['subject'])

  // Access, decisions and the audit
  await table('tokens', {
    id: 'text key',
    name: 'text',
    role: 'text',
    hash: 'text',
    created_at: 'number',
    expires_at: 'number?',
    last_used_at: 'number?',
    revoked_at: 'number?',
    user_id: 'text?',
  }).index(['hash'], ['user_id'])
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
    ip_address: 'text?',
    user_agent: 'text?',
    success: 'number default 1',
    error_message: 'text?',
    hash: "text default ''",
    decision_id: 'text?',
  }).index(['target_id', 'id'], ['actor', 'id'], ['created_at'], ['decision_id', 'id'])
  await table('decisions', {
    id: 'text key',
    actor: 'text',
    created_at: 'number',
    body: 'text',
  }).index(['actor', 'created_at', 'id'])
  await table('views', {
    id: 'text key',
    owner: 'text',
    created_at: 'number',
    body: 'text',
  }).index()

  // Query results
  await table('query_patterns', {
    query_hash: 'text key',
    query_id: 'text',
    operation_name: 'text?',
    query_text: 'text',
    variables_json: 'text',
    complexity_score: 'real',
    user_role: 'text?',
    is_anomalous: 'number',
    features: 'text',
    times: 'number',
    created_at: 'number',
    last_seen: 'number',
  }).index(['query_id'], ['last_seen'])
  await table('historical_data', {
    id: 'text key',
    query_id: 'text',
    dataset: 'text',
    received_at: 'number',
    record_count: 'number',
    odd: 'text',
    record_data: 'blob',
  }).index(['query_id', 'dataset', 'id'], ['received_at'])
  await table('trained_models', {
    query_id: 'text key',
    dataset: 'text key',
    model_data: 'blob',
    features_count: 'number',
    records_count: 'number',
    last_updated: 'number',
    created_at: 'number',
  }).index(['last_updated'])
  await table('anomaly_analyses', {
    id: 'number key',
    query_id: 'text',
    dataset: 'text',
    timestamp: 'number',
    operation_name: 'text?',
    user_id: 'text?',
    role: 'text?',
    processed_records: 'number',
    anomalous_records_count: 'number',
    historical_data_size: 'number',
    analysis_mode: 'text',
    anomalies_detected: 'number',
    status: 'text',
    body: 'text',
  }).index(['query_id'], ['timestamp'])
  await table('anomaly_records', {
    analysis_id: 'number key',
    record_index: 'number key',
    category: 'text',
    reason: 'text',
    risk_level: 'text',
  }).index()
  await table('statistical_flags', {
    analysis_id: 'number key',
    place: 'number key',
    flag_type: 'text',
    description: 'text',
    severity: 'real',
  }).index()

  // Intake and queue
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
  await table('leases', {
    name: 'text key',
    owner: 'text',
    until: 'number',
  }).index()
  await table('idempotency_keys', {
    key: 'text key',
    body_hash: 'text',
    answer: 'text',
    created_at: 'number',
  }).index(['created_at'])
  await table('source_cursors', {
    source: 'text key',
    key: 'text key',
    position: 'text',
  }).index()
  await table('partitions', {
    partition: 'number key',
    next_number: 'number',
  }).index()
  await table('counters', {
    name: 'text key',
    value: 'number',
  }).index()
}
