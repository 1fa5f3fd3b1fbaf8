import { z } from 'zod'
import { plainDatabaseUrl } from '../../pipeline/ingest/sql/database-url.ts'
import { type ForeignDatabase, openForeignDatabase } from '../../pipeline/ingest/sql/foreign-database.ts'
import { anomalyFileMark } from '../../store/anomalies/anomaly-file.ts'
import { formerPrefix } from '../../store/set-aside.ts'
import { type FormerRow, formerRow } from './former-row.ts'

const pageSize = 500
const timeoutMs = 60_000

/** A table of an older system. */
export interface FormerTable {
  /** Its name in the database: `alerts`, or `former_alerts` if Vedette renamed it. */
  readonly name: string
  has(column: string): boolean
  count(): Promise<number>
  /** All rows after a value of a column, in the order of that column, in pages. */
  pages(key: string, after?: string): AsyncIterable<readonly FormerRow[]>
  /** The rows whose column, as text, has one of these values. */
  among(column: string, values: readonly string[]): Promise<readonly FormerRow[]>
}

/** The database of an older system, opened for reading. */
export interface FormerDatabase {
  /** Names it, without a password. */
  readonly place: string
  /** Finds a table that has these columns. */
  table(name: string, ...columns: readonly string[]): FormerTable | undefined
  close(): Promise<void>
}

/** Table names that Vedette uses too. In a database of Vedette, only a renamed table with such a name belongs to an older system. */
const shared = new Set([
  ...['alerts', 'alert_context', 'triage_results', 'threat_intel', 'assets', 'users', 'incidents', 'notifications'],
  ...['remediation_actions', 'audit_logs', 'mcp_anomalies', 'query_patterns', 'historical_data', 'trained_models'],
  ...['anomaly_analyses', 'anomaly_records', 'statistical_flags'],
])
const oursOnly = 'event_blocks'

/** Opens the database of an older system. Throws UNAVAILABLE if it cannot be read. */
export const openFormerDatabase = async (given: string): Promise<FormerDatabase> => {
  const url = plainDatabaseUrl(given)
  const database = await openForeignDatabase(url, { timeout: timeoutMs })
  try {
    const columns = await readColumns(database, url)
    const isOurs = columns.has(oursOnly) || (await isAnomalyFile(database, url))
    return {
      place: placeOf(url),
      table(name, ...needed) {
        const candidates = [`${formerPrefix}${name}`, `${name}_before`, ...(isOurs && shared.has(name) ? [] : [name])]
        for (const candidate of candidates) {
          const found = columns.get(candidate)
          if (found && needed.every((column) => found.has(column))) return tableOf(database, url, candidate, found)
        }
        return undefined
      },
      close: database.close,
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

const marked = z.array(z.object({ application_id: z.number() }))

/** Whether Vedette writes the findings of agents to this file. */
const isAnomalyFile = async (database: ForeignDatabase, url: string): Promise<boolean> =>
  url.startsWith('sqlite:') &&
  marked.parse(await database.query('pragma application_id'))[0]?.application_id === anomalyFileMark

const counted = z.array(z.object({ count: z.coerce.number() }))

const tableOf = (database: ForeignDatabase, url: string, name: string, columns: ReadonlySet<string>): FormerTable => {
  const table = database.quoteName(name)
  const asText = (column: string): string =>
    `cast(${database.quoteName(column)} as ${/^(mysql|mariadb):/.test(url) ? 'char' : 'text'})`
  return {
    name,
    has: (column) => columns.has(column),
    async count() {
      return counted.parse(await database.query(`select count(*) as count from ${table}`))[0]?.count ?? 0
    },
    async *pages(key, after) {
      const column = database.quoteName(key)
      for (let last = after; ; ) {
        const where = last === undefined ? '' : `where ${column} > ${database.quote(last)}`
        const rows = (await database.query(`select * from ${table} ${where} order by ${column} limit ${pageSize}`)).map(
          formerRow,
        )
        if (rows.length > 0) yield rows
        last = rows.at(-1)?.text(key) ?? undefined
        if (rows.length < pageSize || last === undefined) return
      }
    },
    async among(column, values) {
      if (values.length === 0) return []
      const list = values.map(database.quote).join(', ')
      const order = columns.has('id') ? `order by ${database.quoteName('id')}` : ''
      return (await database.query(`select * from ${table} where ${asText(column)} in (${list}) ${order}`)).map(
        formerRow,
      )
    },
  }
}

const named = z.array(z.object({ table: z.string(), column: z.string() }))

const readColumns = async (
  database: ForeignDatabase,
  url: string,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const rows = await database.query(
    url.startsWith('sqlite:')
      ? `select m.name as "table", p.name as "column" from sqlite_schema m join pragma_table_info(m.name) p where m.type in ('table', 'view')`
      : `select table_name as ${database.quoteName('table')}, column_name as ${database.quoteName('column')}
         from information_schema.columns where table_schema = ${/^(mysql|mariadb):/.test(url) ? 'database()' : 'current_schema()'}`,
  )
  const tables = new Map<string, Set<string>>()
  for (const { table, column } of named.parse(rows)) {
    tables.set(table, (tables.get(table) ?? new Set()).add(column))
  }
  return tables
}

const placeOf = (url: string): string => {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length)
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
