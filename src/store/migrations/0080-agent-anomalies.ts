import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** What agents found, as clients of network agents list it; `mcp_anomalies` is what their tools read in the database. */
export const agentAnomalies = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  await createTable(db, types)('agent_anomalies', {
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
  await sql`create view mcp_anomalies as select id, agent_name, device_id, timestamp, anomaly_type, confidence, description,
    features, created_at from agent_anomalies`.execute(db)
}
