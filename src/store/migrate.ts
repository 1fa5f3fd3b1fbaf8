import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Tables } from './database.ts'
import type { OpenDatabase } from './dialects/dialect.ts'
import { formerMigrations, migrations } from './migrations/migrations.ts'
import { setAside } from './set-aside.ts'

/** The last commit that still contains the former migrations. */
const lastFormerVersion = 'a9f1f5e'
const firstMigration = '0001-schema'

/**
 * Migrates the tables to this version, and renames conflicting tables of other programs. Refuses a database of a newer version, and of a
 * development version that is too old.
 */
export const migrate = async (database: OpenDatabase, log: Log): Promise<void> => {
  const { write, types } = database
  const executed = await executedMigrations(write)
  const newer = newerMigrations(executed)
  if (newer.length > 0) {
    throw new AppError('STATE_VERSION', `The database was made by a newer version: it has ${newer.join(', ')}.`, {
      hint: 'Start that version or a later one, or restore a backup made before the upgrade.',
    })
  }
  if (formerMigrations.some((name) => executed.includes(name))) await adoptFormer(write, executed)
  // Later migrations of an empty database meet only the tables of the earlier ones. Determining what each creates would run all of them
  // again.
  let wasEmpty: boolean | undefined
  const { error, results } = await new Migrator({
    db: write,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(
          Object.entries(migrations).map(([name, up]): [string, Migration] => [
            name,
            {
              async up(db) {
                wasEmpty ??= (await database.relations(db)).length === 0
                if (!wasEmpty) await setAside(db, database, { name, all: migrations, log })
                await up(db, types)
              },
            },
          ]),
        ),
    },
    // Migrations are developed in parallel: one may arrive after another with a later number has run.
    allowUnorderedMigrations: true,
  }).migrateToLatest()
  if (error === undefined) return
  if (error instanceof AppError) throw error
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the schema'
  throw new AppError('UNAVAILABLE', `The database migration ${failed} failed: ${messageOf(error)}`, {
    hint: 'The database is unchanged. Report the failure, and restore the last backup if the server still does not start.',
    cause: error,
  })
}

/** Records a database that has run all former migrations as one that has run the first one of today. */
const adoptFormer = async (db: Kysely<Tables>, executed: readonly string[]): Promise<void> => {
  const [lacking] = formerMigrations.filter((name) => !executed.includes(name))
  if (lacking !== undefined) {
    throw new AppError('STATE_VERSION', `The database was made by an early development version: it lacks ${lacking}.`, {
      hint: `Start the development version ${lastFormerVersion} once, which upgrades the database, then this version.`,
    })
  }
  await db.transaction().execute(async (tx) => {
    const [first, ...rest] = formerMigrations
    await sql`update kysely_migration set name = ${firstMigration} where name = ${first}`.execute(tx)
    await sql`delete from kysely_migration where name in (${sql.join(rest)})`.execute(tx)
  })
}

/** The migrations of a database that this version does not know. */
export const newerMigrations = (executed: readonly string[]): readonly string[] =>
  executed.filter((name) => !(name in migrations) && !formerMigrations.includes(name))

/** An SQL expression for a database that this version has migrated: whether a newer version has migrated it since. */
export const isUpgraded = (): RawBuilder<SqlBool> =>
  sql<SqlBool>`exists (select 1 from kysely_migration where name not in (${sql.join(Object.keys(migrations))}))`

/** The migrations that a database still lacks. */
export const missingMigrations = (executed: readonly string[]): readonly string[] => {
  const adopted = formerMigrations.every((name) => executed.includes(name)) ? [firstMigration] : []
  return Object.keys(migrations).filter((name) => !executed.includes(name) && !adopted.includes(name))
}

/** Lists the migrations that a database has run. */
export const executedMigrations = async (db: Kysely<Tables>): Promise<readonly string[]> => {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return rows.map(({ name }) => name)
}
