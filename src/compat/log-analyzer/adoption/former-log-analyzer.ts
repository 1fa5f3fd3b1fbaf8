import type { FormerDatabase } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { FormerSource } from '../../../operations/adoption/former-source.ts'
import type { AdoptionPart, FormerSystem } from '../../../operations/adoption/former-system.ts'
import { numberedPart } from '../../../operations/adoption/table-part.ts'

const logsOf = (database: FormerDatabase) => database.table('logs', 'id', 'timestamp', 'service', 'level', 'message')
const incidentsOf = (database: FormerDatabase) =>
  database.table('incidents', 'id', 'detected_at', 'severity', 'summary', 'features')

const databasesOf = ({ databases }: FormerSource): readonly FormerDatabase[] =>
  databases.filter((database) => logsOf(database) ?? incidentsOf(database))

/** The log analyser: adoption of its file `data.sqlite`. */
export const formerLogAnalyzer: FormerSystem = {
  name: 'log-analyzer',
  title: 'the log analyser',
  recognize: (source) =>
    databasesOf(source).map(
      (database) => `the table ${(logsOf(database) ?? incidentsOf(database))?.name} of ${database.place}`,
    ),
  parts: (source) => databasesOf(source).flatMap((database) => [...incidentPart(database), ...logPart(database)]),
  leftOut: async () => [],
}

/** Takes the incidents: the batches that scored above the threshold. */
const incidentPart = (database: FormerDatabase): readonly AdoptionPart[] => {
  const table = incidentsOf(database)
  if (!table) return []
  return [
    numberedPart({
      ...{ noun: 'scored batches', database, table, key: 'id' },
      async save(rows, tx, { store, now, position }) {
        const batches = rows.map((row) => ({
          id: (row.number('id') ?? 0) - position,
          detected_at: row.time('detected_at') ?? now(),
          service: row.text('service'),
          severity: row.number('severity') ?? 0,
          summary: row.text('summary') ?? '',
          features: row.json('features'),
        }))
        await store.scoredBatches.adopt(batches, tx)
        return { added: batches.length }
      },
    }),
  ]
}

const source = 'log-analyzer'

/** Takes the logs as log lines, which pass the pipeline like new ones. */
const logPart = (database: FormerDatabase): readonly AdoptionPart[] => {
  const table = logsOf(database)
  if (!table) return []
  const key = `adopted ${database.place}`
  return [
    {
      noun: 'log lines',
      from: table.name,
      count: table.count,
      async adopt({ store, intake, now }) {
        const before = await store.intake.readCursor(source, key)
        let added = 0
        for await (const rows of table.pages('id', before)) {
          const receivedAt = now()
          const records = rows.map((row) => ({ text: JSON.stringify(toLine(row)), source, receivedAt }))
          await intake.accept(records, { cursor: { key, position: rows.at(-1)?.text('id') ?? '' } })
          added += rows.length
        }
        return { added, present: (await table.count()) - added }
      },
    },
  ]
}

const toLine = (row: FormerRow): object => {
  const metadata = row.json('metadata')
  return {
    timestamp: row.text('timestamp'),
    service: row.text('service'),
    level: row.text('level'),
    message: row.text('message'),
    ...(metadata !== null && { metadata }),
  }
}
