import { basename } from 'node:path'
import type { FormerDatabase } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { FormerSource } from '../../../operations/adoption/former-source.ts'
import type { AdoptionPart, FormerSystem, LeftOut } from '../../../operations/adoption/former-system.ts'
import { numberedPart } from '../../../operations/adoption/table-part.ts'
import type { Anomaly } from '../../../schema/agent/anomaly.ts'
import { agentFilesOf, agentPart, agentsFolder } from './former-agents.ts'
import { markedPart } from './marked-anomalies.ts'

const anomaliesOf = (database: FormerDatabase) =>
  database.table('mcp_anomalies', 'id', 'agent_name', 'anomaly_type', 'confidence')
const recordsOf = (database: FormerDatabase) =>
  database.table('anomaly_records', 'id', 'anomaly_type', 'confidence', 'log_entry_id')
const entriesOf = (database: FormerDatabase) =>
  database.table('log_entries', 'id', 'timestamp', 'process_name', 'message')

const databasesOf = ({ databases }: FormerSource): readonly FormerDatabase[] =>
  databases.filter((database) => anomaliesOf(database) ?? recordsOf(database) ?? entriesOf(database))

const isModel = (path: string): boolean => /\.(joblib|pkl|pickle)$/i.test(path)

/** The log-agent service: adoption of its SQLite file, of the findings in PostgreSQL, and of its agents. */
export const formerNetworkAgents: FormerSystem = {
  name: 'network-agents',
  title: 'the log-agent service',
  recognize: (source) => [
    ...databasesOf(source).map(
      (database) =>
        `the table ${(anomaliesOf(database) ?? recordsOf(database) ?? entriesOf(database))?.name} of ${database.place}`,
    ),
    ...agentFilesOf(source).map((path) => `the agent ${basename(path)}`),
  ],
  parts: (source) => [
    ...databasesOf(source).flatMap((database) => [
      ...anomalyPart(database, anomaliesOf(database)),
      ...anomalyPart(database, recordsOf(database)),
      ...markedPart(database, anomaliesOf(database)),
      ...markedPart(database, recordsOf(database)),
    ]),
    ...agentPart(source),
  ],
  async leftOut(source) {
    const found: LeftOut[] = []
    for (const database of databasesOf(source)) {
      const entries = entriesOf(database)
      const lines = (await entries?.count()) ?? 0
      if (entries && lines > 0) {
        const why =
          'They stay where they are: Vedette reads them there, if DB_HOST or a source of type "sql" names the database.'
        found.push({ what: `rows of ${entries.name}`, count: lines, why })
      }
      const patterns = database.table('anomaly_patterns', 'pattern_name')
      const count = (await patterns?.count()) ?? 0
      if (patterns && count > 0) {
        found.push({
          what: `rows of ${patterns.name}`,
          count,
          why: 'Write a Sigma rule or an agent for each: docs/rules.md.',
        })
      }
    }
    const models = source.files.filter(isModel).length
    if (models > 0 && agentFilesOf(source).length > 0) {
      const why = 'Models are Python pickles. The detector "agent-model" trains itself.'
      found.push({ what: 'model files', count: models, why })
    }
    return found
  },
  settings: (source, folder) =>
    agentFilesOf(source).length === 0 ? {} : { 'network_agents.paths': [agentsFolder(folder)] },
}

/** Takes the findings, which keep their ids if Vedette has none yet. */
const anomalyPart = (database: FormerDatabase, table: ReturnType<typeof anomaliesOf>): readonly AdoptionPart[] =>
  table === undefined
    ? []
    : [
        numberedPart({
          ...{ noun: 'anomalies', database, table, key: 'id' },
          async save(rows, tx, { store, now, position }) {
            const anomalies = rows.map((row) => toAnomaly(row, now(), position))
            await store.anomalies.adopt(anomalies, tx)
            return { added: anomalies.length }
          },
        }),
      ]

const plainTime = (time: number): string => new Date(time).toISOString().slice(0, 19)

const toAnomaly = (row: FormerRow, now: number, position: number): Anomaly => {
  const time = row.time('timestamp') ?? row.time('created_at') ?? now
  const details = row.json('features') ?? row.json('metadata')
  return {
    id: (row.number('id') ?? 0) - position,
    agent_name: row.text('agent_name') ?? 'network',
    device_id: row.number('device_id') ?? null,
    timestamp: plainTime(time),
    anomaly_type: row.text('anomaly_type') ?? 'unknown',
    confidence: Math.min(1, Math.max(0, row.number('confidence') ?? 0)),
    description: row.text('description'),
    features: details,
    created_at: plainTime(row.time('created_at') ?? time),
  }
}
