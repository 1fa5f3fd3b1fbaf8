import { type Kysely, sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { Relation } from './dialect.ts'

/** The keyword of a relation in `alter`, by its letter in the catalogue. */
const keywords: Readonly<Record<string, string>> = {
  v: 'view',
  m: 'materialized view',
  i: 'index',
  I: 'index',
  S: 'sequence',
}

interface CatalogueRow {
  readonly name: string
  readonly letter: string
  readonly owned: boolean
}

/** Lists the tables, views, sequences and indexes of the schema that new tables go to. */
export const postgresRelations = async (db: Kysely<unknown>): Promise<readonly Relation[]> =>
  (await catalogueRows(db)).map(({ name, letter }) => ({
    name,
    kind: letter === 'i' || letter === 'I' ? 'index' : letter === 'v' || letter === 'm' ? 'view' : 'table',
  }))

/** Renames a relation; its data, keys, triggers and dependent views remain. Throws CONFIG_INVALID if it belongs to another role. */
export const renameInPostgres = async (db: Kysely<unknown>, { name }: Relation, to: string): Promise<void> => {
  const found = (await catalogueRows(db)).find((row) => row.name === name)
  if (found && !found.owned) {
    throw new AppError(
      'CONFIG_INVALID',
      `The database has a table "${name}" of another program and of another owner.`,
      {
        hint: `Rename it as its owner, \`alter table ${name} rename to ${to}\`, or let storage.url name a database of its own.`,
      },
    )
  }
  const keyword = keywords[found?.letter ?? ''] ?? 'table'
  await sql`alter ${sql.raw(keyword)} ${sql.id(name)} rename to ${sql.id(to)}`.execute(db)
}

const catalogueRows = async (db: Kysely<unknown>): Promise<readonly CatalogueRow[]> => {
  const { rows } = await sql<CatalogueRow>`
    select relname::text as name, relkind::text as letter, pg_has_role(relowner, 'usage') as owned from pg_class
    where relnamespace = (select oid from pg_namespace where nspname = current_schema()) and relkind in ('r', 'p', 'f', 'v', 'm', 'i', 'I', 'S')
      and relname not like 'kysely\\_%' order by relname`.execute(db)
  return rows
}
