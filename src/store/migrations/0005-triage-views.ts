import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/**
 * Shows the nine tables of the alert triage services in the schema `compat` of PostgreSQL, with their types, ids and statuses. Their programs
 * set `search_path = compat, public`. An alert that is inserted there waits in `inserted_alerts` until it is read like one that was sent.
 * Creates no views in other databases, without the right to create a schema, and where a schema of that name exists. A later migration that
 * changes a column of a view creates the view again.
 */
export const triageViews = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('inserted_alerts', { id: 'number key', alert_id: 'text', alert: 'text' }).index()
  await sql`create unique index inserted_alerts_alert_id on inserted_alerts (alert_id)`.execute(db)
  if (types.blob !== 'bytea') return
  const { rows } = await sql<{ readonly may: boolean }>`select has_database_privilege(current_database(), 'create')
    and not exists (select from pg_namespace where nspname = 'compat') as may`.execute(db)
  if (!rows[0]?.may) return
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** Time stamps are ms, flags are numbers, and addresses and documents are texts with any content. */
const at = (...columns: readonly string[]) =>
  columns.map((column) => `to_timestamp(${column} / 1000.0) as ${column}`).join(', ')
const flag = (...columns: readonly string[]) => columns.map((column) => `${column} <> 0 as ${column}`).join(', ')
const address = (...columns: readonly string[]) =>
  columns.map((column) => `compat.to_inet(${column}) as ${column}`).join(', ')
const json = (...columns: readonly string[]) =>
  columns.map((column) => `compat.to_jsonb(${column}) as ${column}`).join(', ')
/** The services have their own IDs in addition to names. The same name always gets the same ID. */
const idFrom = (table: string, key: string) => `md5('${table} ' || ${key})::uuid as id`
const share = (column: string) => `${column}::numeric(5, 2) as ${column}`

const cast = (
  type: string,
) => `create function compat.to_${type}(value text) returns ${type} language plpgsql immutable as
  $$ begin return value::${type}; exception when others then return null; end $$`

const alertColumns = `source_port::integer, destination_port::integer, protocol, user_name, asset_id, file_hash, file_name, url, dns_query`

const views = [
  ...[
    'users',
    'assets',
    'alerts',
    'triage_results',
    'threat_intel',
    'alert_context',
    'incidents',
    'remediation_actions',
  ],
  'audit_logs',
]

const statements: readonly string[] = [
  'create schema compat',
  ...['inet', 'macaddr', 'jsonb'].map(cast),
  `create view compat.users as select id, username, email, full_name, phone, null::text as password_hash,
    ${flag('mfa_enabled')}, null::text as mfa_secret, ${flag('is_active', 'is_verified')}, role, department,
    ${at('created_at', 'updated_at', 'last_login_at')} from users`,
  `create view compat.assets as select ${idFrom('asset', 'asset_id')}, asset_id, asset_name, asset_type,
    ${address('ip_address')}, compat.to_macaddr(mac_address) as mac_address, os_name, os_version, owner, location, criticality,
    business_unit, environment, ${flag('is_active')}, ${at('created_at', 'updated_at')} from assets`,
  `create view compat.alerts as select ${idFrom('alert', 'alert_id')}, alert_id, ${at('received_at')},
    case alert_type when 'ddos' then 'denial_of_service' else alert_type end as alert_type, severity, title, description,
    ${address('source_ip', 'destination_ip')}, ${alertColumns}, ${json('raw_data')},
    case status when 'new' then 'pending' when 'triaged' then 'analyzed' else status end as status, assigned_to,
    ${at('created_at', 'updated_at')} from alerts`,
  `create view compat.triage_results as select ${idFrom('triage result', 'alert_id')}, alert_id, risk_score::integer, risk_level,
    ${share('confidence_score')}, analysis_result, recommended_actions, ${flag('requires_human_review')}, human_reviewer,
    human_review_notes, ${at('reviewed_at', 'created_at', 'updated_at')} from triage_results`,
  `create view compat.threat_intel as select ${idFrom('threat intel', 'id')}, ioc, ioc_type, threat_level,
    ${share('confidence_score')}, source, description, ${at('first_seen', 'last_seen')}, ${share('detection_rate')},
    positives::integer, total::integer, array(select jsonb_array_elements_text(compat.to_jsonb(tags))) as tags,
    ${json('raw_data')}, ${at('created_at', 'updated_at')} from threat_intel`,
  `create view compat.alert_context as select ${idFrom('alert context', 'id')}, alert_id, context_type, ${json('context_data')},
    source, ${share('confidence_score')}, ${at('created_at', 'updated_at')} from alert_context`,
  `create view compat.incidents as select ${idFrom('incident', 'incident_id')}, incident_id, title, description,
    case severity when 'info' then 'low' else severity end as severity, status, assigned_to,
    ${at('detection_date', 'containment_date', 'eradication_date', 'resolution_date')}, root_cause, impact_assessment,
    lessons_learned, ${at('created_at', 'updated_at')} from incidents`,
  `create view compat.remediation_actions as select ${idFrom('remediation action', 'id')}, incident_id, alert_id, action_type,
    description, priority::integer, status, assigned_to, ${at('due_date', 'completed_at')}, notes,
    ${at('created_at', 'updated_at')} from remediation_actions`,
  `create view compat.audit_logs as select ${idFrom('audit', 'id')}, event_type, actor, action, target_type, target_id,
    ${json('old_values', 'new_values')}, ${address('ip_address')}, user_agent, ${flag('success')}, error_message,
    ${at('created_at')} from audit_logs`,
  // The checks of the original table apply to inserted rows.
  `create function compat.insert_alert() returns trigger language plpgsql security definer set search_path from current as $$
  begin
    new.alert_id := coalesce(new.alert_id, 'ALT-' || to_char(now(), 'YYYYMMDD-HH24MISS') || '-' || substr(md5(random()::text), 1, 4));
    if new.alert_type is null or new.alert_type not in ('malware', 'phishing', 'brute_force', 'data_exfiltration', 'anomaly',
      'denial_of_service', 'unauthorized_access', 'policy_violation', 'other') then
      raise check_violation using message = format('compat.alerts has no alert_type "%s".', new.alert_type);
    end if;
    if new.severity is null or new.severity not in ('critical', 'high', 'medium', 'low', 'info') then
      raise check_violation using message = format('compat.alerts has no severity "%s".', new.severity);
    end if;
    if new.received_at is null then
      raise not_null_violation using message = 'An alert in compat.alerts needs received_at.';
    end if;
    if exists (select from alerts where alert_id = new.alert_id) then
      raise unique_violation using message = format('compat.alerts has an alert "%s" already.', new.alert_id);
    end if;
    -- One after another, so that the ids grow in the order of the commits.
    lock table inserted_alerts in exclusive mode;
    insert into inserted_alerts (id, alert_id, alert)
      select coalesce(max(id), 0) + 1, new.alert_id, jsonb_strip_nulls(to_jsonb(new))::text from inserted_alerts;
    return new;
  end $$`,
  // Simple views are updatable: that would change our columns, but not the documents.
  `create function compat.refuse_change() returns trigger language plpgsql as $$
  begin
    raise feature_not_supported using message = format('compat.%s cannot be changed in SQL.', tg_table_name), hint = 'Use the REST API.';
  end $$`,
  ...views.map(
    (
      view,
    ) => `create trigger refuse_change instead of ${view === 'alerts' ? 'update or delete' : 'insert or update or delete'}
      on compat.${view} for each row execute function compat.refuse_change()`,
  ),
  `create trigger insert_alert instead of insert on compat.alerts for each row execute function compat.insert_alert()`,
]
