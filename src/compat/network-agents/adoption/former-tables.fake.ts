import type { FormerTables } from '../../../operations/adoption/former-tables.fake.ts'

/** The SQLite file of the log-agent service, in the form of its later versions. */
export const networkAgentTables: FormerTables = {
  mcp_anomalies: {
    columns: {
      ...{ id: 'serial', agent_name: 'text', device_id: 'int', timestamp: 'text', anomaly_type: 'text' },
      ...{ severity: 'int', confidence: 'real', description: 'text', features: 'json', status: 'text' },
      ...{ synced: 'int', created_at: 'text', resolution_status: 'text' },
    },
    rows: Array.from({ length: 512 }, (_, i) => ({
      id: i + 1,
      agent_name: i % 3 === 0 ? 'dns' : 'wifi',
      device_id: i % 5 === 0 ? null : i % 5,
      timestamp: new Date(Date.UTC(2026, 2, 1) + i * 60_000).toISOString().slice(0, 19),
      anomaly_type: i % 3 === 0 ? 'dns_query_flood' : 'wifi_anomaly',
      severity: 3,
      confidence: 0.98,
      description: `${i} disassociation events`,
      features: { log_count: 500, disassociation_events: i },
      status: i === 5 ? 'resolved' : 'new',
      synced: 0,
      created_at: '2026-03-01 00:00:00',
      resolution_status: 'open',
    })),
  },
}

/** The tables of the older design, which were in the database of the Log Monitor. */
export const logMonitorTables: FormerTables = {
  devices: {
    columns: { id: 'serial', name: 'text', ip_address: 'text' },
    rows: [{ id: 1, name: 'openwrt', ip_address: '192.0.2.1' }],
  },
  log_entries: {
    columns: {
      ...{ id: 'serial', device_id: 'int', device_ip: 'text', timestamp: 'time', log_level: 'text' },
      ...{ process_name: 'text', message: 'text', raw_message: 'text', structured_data: 'json' },
    },
    rows: [
      {
        ...{ id: 1, device_id: 1, device_ip: '192.0.2.1', timestamp: '2026-03-01T00:00:00.000Z', log_level: 'info' },
        ...{ process_name: 'hostapd', message: 'deauthenticated', raw_message: 'deauthenticated', structured_data: {} },
      },
    ],
  },
  anomaly_records: {
    columns: {
      ...{ id: 'serial', log_entry_id: 'int', device_id: 'int', timestamp: 'time', anomaly_type: 'text' },
      ...{ severity: 'int', confidence: 'real', description: 'text', metadata: 'json', status: 'text' },
      ...{ created_at: 'time', updated_at: 'time' },
    },
    rows: [
      {
        ...{
          id: 4,
          log_entry_id: 1,
          device_id: 1,
          timestamp: '2026-03-01T00:00:00.000Z',
          anomaly_type: 'pattern_match',
        },
        ...{ severity: 3, confidence: 0.7, description: 'A pattern', metadata: { pattern: 'x' }, status: 'new' },
        ...{ created_at: '2026-03-01T00:00:01.000Z', updated_at: '2026-03-01T00:00:01.000Z' },
      },
    ],
  },
  anomaly_patterns: {
    columns: { id: 'serial', pattern_name: 'text', pattern_type: 'text', pattern_definition: 'json' },
    rows: [{ id: 1, pattern_name: 'deauth', pattern_type: 'regex', pattern_definition: { regex: 'deauth' } }],
  },
}
