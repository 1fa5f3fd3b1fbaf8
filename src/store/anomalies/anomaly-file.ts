import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { AppError, messageOf } from '../../errors.ts'
import type { Anomaly } from '../../schema/agent/anomaly.ts'
import type { Store } from '../store.ts'

/** Marks a file with rows of Vedette, so that the rows of another program are taken once. */
export const anomalyFileMark = 0x56_44_54_54
const pageSize = 1_000
/** Other processes commit a little later than they read the time of a change. */
const overlapMs = 10_000

const table = `
  create table if not exists mcp_anomalies (
    id INTEGER PRIMARY KEY AUTOINCREMENT, agent_name TEXT NOT NULL, device_id INTEGER, timestamp TEXT NOT NULL,
    anomaly_type TEXT NOT NULL, confidence REAL NOT NULL, description TEXT, features TEXT, created_at TEXT DEFAULT CURRENT_TIMESTAMP
  );
  create index if not exists idx_anomalies_timestamp on mcp_anomalies (timestamp);
  create index if not exists idx_anomalies_agent on mcp_anomalies (agent_name);`
const columnNames =
  'id, agent_name, device_id, timestamp, anomaly_type, confidence, description, features, created_at'.split(', ')
const insert = `insert or replace into mcp_anomalies (${columnNames.join(', ')}) values (${columnNames.map((name) => `@${name}`).join(', ')})`

/** A SQLite file where other programs read the findings of agents: `mcp_anomalies`, and nothing else of ours. */
export interface AnomalyFile {
  /** Updates the file. Throws UNAVAILABLE if another program has locked it; the next update includes the missed changes. */
  keep(): Promise<void>
  close(): void
}

/**
 * Opens a file for the clients of network agents, and takes the earlier rows of another program. Throws CONFIG_INVALID if it cannot be
 * written or has another format.
 */
export const openAnomalyFile = async (
  path: string,
  { anomalies, intake, transaction }: Pick<Store, 'anomalies' | 'intake' | 'transaction'>,
): Promise<AnomalyFile> => {
  const file = openFile(path)
  try {
    // A file of ours next to an empty store belongs to a deleted one.
    if (file.pragma('application_id', { simple: true }) !== anomalyFileMark || (await anomalies.count()) === 0) {
      // `vedette adopt` may have taken the first of them already.
      const taken = Number((await intake.readCursor(`adopted ${path}`, 'mcp_anomalies')) ?? 0)
      const found = adopted(file).flatMap((one) => (one.id > taken ? [{ ...one, id: one.id - taken }] : []))
      await transaction((tx) => anomalies.adopt(found, tx))
      file.pragma(`application_id = ${anomalyFileMark}`)
    }
  } catch (error) {
    file.close()
    throw error
  }

  let since: number | undefined
  const write = file.transaction((rows: readonly Anomaly[]) => {
    if (since === undefined) file.exec('delete from mcp_anomalies')
    const statement = file.prepare(insert)
    for (const row of rows) {
      statement.run({ ...row, features: row.features === null ? null : JSON.stringify(row.features) })
    }
  })
  const copy = async () => {
    const rows: Anomaly[] = []
    let [from, after] = [Math.max(0, (since ?? 0) - overlapMs), 0]
    for (let more = true; more; ) {
      const page = await anomalies.changed({ since: from, after, limit: pageSize })
      rows.push(...page.map(({ anomaly }) => anomaly))
      const last = page.at(-1)
      if (last) [from, after] = [last.changedAt, last.anomaly.id]
      more = page.length === pageSize
    }
    write(rows)
    since = Math.max(since ?? 0, from)
  }
  const count = () => counted.parse(file.prepare('select count(*) as count from mcp_anomalies').get()).count

  return {
    async keep() {
      try {
        await copy()
        if (count() === (await anomalies.count())) return
        // Rows were removed, so rewrite the whole file.
        since = undefined
        await copy()
      } catch (error) {
        if (error instanceof AppError) throw error
        throw new AppError('UNAVAILABLE', `${path} cannot be written: ${messageOf(error)}.`, {
          retryable: true,
          cause: error,
        })
      }
    },
    close: () => void file.close(),
  }
}

const openFile = (path: string): Database.Database => {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = new Database(path, { timeout: 500 })
    // Let read-only users read the file; a write-ahead log would have to be writable for them too.
    file.pragma('journal_mode = DELETE')
    file.pragma('synchronous = NORMAL')
    const known = columnsOf(file)
    if (known.length > 0 && known.join() !== columnNames.join()) {
      // Keep a table with other columns unchanged, under another name.
      file.exec(`drop index if exists idx_anomalies_timestamp; drop index if exists idx_anomalies_agent;
        drop table if exists mcp_anomalies_before; alter table mcp_anomalies rename to mcp_anomalies_before`)
    }
    file.exec(table)
    return file
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${path} cannot be used for anomalies: ${messageOf(error)}.`, {
      hint: 'Let network_agents.sqlite_path (SQLITE_DB_PATH) name a SQLite file of its own that may be written, or one that is not there yet.',
      cause: error,
    })
  }
}

const columnsOf = (file: Database.Database): readonly string[] =>
  z
    .array(z.object({ name: z.string() }))
    .parse(file.pragma('table_info(mcp_anomalies)'))
    .map(({ name }) => name)

const counted = z.object({ count: z.int() })

/** The rows that another program had written before. */
const adopted = (file: Database.Database): readonly Anomaly[] => {
  const before = file.prepare("select 1 from sqlite_master where name = 'mcp_anomalies_before'").get()
  const rows = file.prepare(`select ${columnNames.join(', ')} from mcp_anomalies${before ? '_before' : ''}`).all()
  return z.array(foreignRow).parse(rows)
}

const foreignRow = z.object({
  id: z.int().min(1),
  agent_name: z.string(),
  device_id: z.int().nullable(),
  timestamp: z.string().transform((text) => plainTime(text)),
  anomaly_type: z.string(),
  confidence: z.number(),
  description: z.string().nullable(),
  features: z
    .string()
    .nullable()
    .transform((text) => readFeatures(text)),
  created_at: z
    .string()
    .nullable()
    .transform((text) => plainTime(text ?? '')),
})

/** UTC to the second, without a zone; invalid times stay unchanged. */
const plainTime = (text: string): string => {
  const time = Date.parse(/[+-]\d\d:?\d\d$|Z$/.test(text) ? text : `${text.replace(' ', 'T')}Z`)
  return Number.isNaN(time) ? text : new Date(time).toISOString().slice(0, 19)
}

const readFeatures = (text: string | null): unknown => {
  if (text === null || text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
