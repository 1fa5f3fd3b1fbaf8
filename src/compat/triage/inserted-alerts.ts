/** The fields of a SecurityAlert, by the columns of the original table. */
const fields = {
  ...{ alert_id: 'alert_id', alert_type: 'alert_type', severity: 'severity', title: 'title', timestamp: 'received_at' },
  ...{ source_ip: 'source_ip', source_port: 'source_port', target_ip: 'destination_ip', protocol: 'protocol' },
  ...{ destination_port: 'destination_port', user_id: 'user_name', asset_id: 'asset_id', file_hash: 'file_hash' },
  ...{ file_name: 'file_name', url: 'url', dns_query: 'dns_query' },
}

const query = `select id, ${Object.entries(fields)
  .map(([field, column]) => `alert::jsonb ->> '${column}' as ${field}`)
  .join(', ')}, coalesce(alert::jsonb ->> 'description', alert::jsonb ->> 'title', alert_id) as description,
  alert::jsonb -> 'raw_data' as raw_data from inserted_alerts`

/** No column has a special meaning but the id: every other one is a field of the alert. */
const none = { time: '_', level: '_', program: '_', message: '_', raw: '_', host: '_', address: '_', device: '_' }

/** The source that reads alerts which programs of the triage services insert into the view of PostgreSQL; none unless it is enabled. */
export const insertedAlertSources = ({
  compat,
  storage,
}: {
  readonly compat: { readonly sql_alerts: boolean }
  readonly storage: { readonly url: string }
}) =>
  compat.sql_alerts && /^postgres(ql)?:/.test(storage.url)
    ? [
        {
          type: 'sql',
          name: 'sql-alerts',
          url: storage.url,
          query,
          columns: { id: 'id', ...none, details: '_' },
          every: 1,
        },
      ]
    : []
