import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { databaseAt, plainDatabaseUrl } from '../../pipeline/ingest/sql/database-url.ts'
import {
  type ForeignDatabase,
  type ForeignRow,
  openForeignDatabase,
} from '../../pipeline/ingest/sql/foreign-database.ts'
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
    if (columns.size === 0 && url.startsWith('postgres')) await refuseOtherSchema(database, placeOf(url))
    const isOurs = columns.has(oursOnly) || (await isAnomalyFile(database, url))
    return {
      place: placeOf(url),
      table(name, ...needed) {
        const candidates = [`${formerPrefix}${name}`, `${name}_before`, ...(isOurs && shared.has(name) ? [] : [name])]
        for (const candidate of candidates) {
          const found = columns.get(candidate.toLowerCase())
          if (found && needed.every((column) => found.columns.has(column.toLowerCase()))) {
            return tableOf(database, url, found)
          }
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

/** A table as it is written in its database. SQL ignores case, so that a dump or a tool may have changed that of names. */
interface FoundTable {
  readonly name: string
  /** The columns by their names in lower case. */
  readonly columns: ReadonlyMap<string, string>
}

const tableOf = (database: ForeignDatabase, url: string, { name, columns }: FoundTable): FormerTable => {
  const table = database.quoteName(name)
  const quoteColumn = (column: string): string => database.quoteName(columns.get(column.toLowerCase()) ?? column)
  const isFolded = [...columns].every(([folded, column]) => folded === column)
  const rowOf = (row: ForeignRow): FormerRow =>
    formerRow(
      isFolded
        ? row
        : {
            ...row,
            ...Object.fromEntries(Object.entries(row).map(([column, value]) => [column.toLowerCase(), value])),
          },
    )
  const asText = (column: string): string =>
    `cast(${quoteColumn(column)} as ${/^(mysql|mariadb):/.test(url) ? 'char' : 'text'})`
  return {
    name,
    has: (column) => columns.has(column.toLowerCase()),
    async count() {
      return counted.parse(await database.query(`select count(*) as count from ${table}`))[0]?.count ?? 0
    },
    async *pages(key, after) {
      const column = quoteColumn(key)
      for (let last = after; ; ) {
        const where = last === undefined ? '' : `where ${column} > ${database.quote(last)}`
        const rows = (await database.query(`select * from ${table} ${where} order by ${column} limit ${pageSize}`)).map(
          rowOf,
        )
        if (rows.length > 0) yield rows
        const next = rows.at(-1)?.text(key) ?? undefined
        // Text of an unknown encoding may not be found again as it was read.
        if (rows.length < pageSize || next === undefined || next === last) return
        last = next
      }
    },
    async among(column, values) {
      if (values.length === 0) return []
      const list = values.map(database.quote).join(', ')
      const order = columns.has('id') ? `order by ${quoteColumn('id')}` : ''
      return (await database.query(`select * from ${table} where ${asText(column)} in (${list}) ${order}`)).map(rowOf)
    },
  }
}

const named = z.array(z.object({ table: z.string(), column: z.string() }))

const readColumns = async (database: ForeignDatabase, url: string): Promise<ReadonlyMap<string, FoundTable>> => {
  const rows = await database.query(
    url.startsWith('sqlite:')
      ? `select m.name as "table", p.name as "column" from sqlite_schema m join pragma_table_info(m.name) p where m.type in ('table', 'view')`
      : `select table_name as ${database.quoteName('table')}, column_name as ${database.quoteName('column')}
         from information_schema.columns where table_schema = ${/^(mysql|mariadb):/.test(url) ? 'database()' : 'current_schema()'}`,
  )
  const tables = new Map<string, { readonly name: string; readonly columns: Map<string, string> }>()
  for (const { table, column } of named.parse(rows)) {
    const folded = table.toLowerCase()
    const known = tables.get(folded)
    // Where names differ in case only, the one in lower case is that of the older system.
    const found = known?.name === table || (known && table !== folded) ? known : { name: table, columns: new Map() }
    tables.set(folded, found)
    if (found.name === table) found.columns.set(column.toLowerCase(), column)
  }
  return tables
}

const schemas = z.array(z.object({ schema: z.string() }))

/** Throws INVALID_REQUEST if all tables are in schemas that queries do not find. */
const refuseOtherSchema = async (database: ForeignDatabase, place: string): Promise<void> => {
  const rows = await database.query(
    `select distinct table_schema as schema from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') order by 1 limit 5`,
  )
  const [first, ...more] = schemas.parse(rows).map(({ schema }) => schema)
  if (first === undefined) return
  const others = [first, ...more].map((schema) => `"${schema}"`).join(', ')
  // The server splits its options at spaces.
  const path = /^[a-z_][a-z\d_]*$/.test(first) ? first : database.quoteName(first).replace(/[\s\\]/g, '\\$&')
  const option = `options=${encodeURIComponent(`-csearch_path=${path}`)}`
  throw new AppError('INVALID_REQUEST', `The tables of ${place} are in other schemas: ${others}.`, {
    hint: `Name the schema in the URL: add \`${option}\` after a "?", or after "&" if it has options.`,
  })
}

const placeOf = (url: string): string => {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length)
  const { protocol, host, name } = databaseAt(url)
  return `${protocol}//${host}/${name}`
}
