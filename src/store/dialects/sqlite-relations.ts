import { type Kysely, sql } from 'kysely'
import type { Relation } from './dialect.ts'

interface SchemaRow {
  readonly name: string
  readonly type: Relation['kind']
  readonly sql: string
}

/** Lists the tables, views and indexes of a file, without those that SQLite creates itself. */
export const sqliteRelations = async (db: Kysely<unknown>): Promise<readonly Relation[]> =>
  (await schemaRows(db)).map(({ name, type: kind }) => ({ name, kind }))

/** Renames a table. Replaces a view or an index, because SQLite cannot rename those. */
export const renameInSqlite = async (db: Kysely<unknown>, { name, kind }: Relation, to: string): Promise<void> => {
  if (kind === 'table') {
    await sql`alter table ${sql.id(name)} rename to ${sql.id(to)}`.execute(db)
    return
  }
  // Read now: renaming a table changes the statements of its indexes and views.
  const definition = (await schemaRows(db)).find((row) => row.name === name)?.sql ?? ''
  await sql`drop ${sql.raw(kind)} ${sql.id(name)}`.execute(db)
  await sql.raw(definition.replace(nameIn, (_, start: string) => `${start}"${to.replaceAll('"', '""')}"`)).execute(db)
}

/** The beginning of a stored statement, which SQLite has normalized, with its name. */
const nameIn = /^(create\s+(?:unique\s+)?(?:view|index)\s+)("(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[^\s(]+)/i

const schemaRows = async (db: Kysely<unknown>): Promise<readonly SchemaRow[]> => {
  const { rows } = await sql<SchemaRow>`select name, type, coalesce(sql, '') as sql from sqlite_schema
    where type in ('table', 'view', 'index') and name not like 'sqlite\\_%' escape '\\' and name not like 'kysely\\_%' escape '\\'
    order by name`.execute(db)
  return rows
}
