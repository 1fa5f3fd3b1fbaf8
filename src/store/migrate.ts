import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { AppError, messageOf } from '../errors.ts'
import type { Tables } from './database.ts'
import type { OpenDatabase } from './dialects/dialect.ts'
import { migrations } from './migrations/migrations.ts'

/** Brings the tables to the form this program knows; refuses a database that a newer program has been at. */
export const migrate = async ({ write, types }: OpenDatabase): Promise<void> => {
  const steps = Object.entries(migrations).map(([name, up]): [string, Migration] => [
    name,
    { up: (db) => up(db, types) },
  ])
  const unknown = (await executedMigrations(write)).filter((name) => !(name in migrations))
  if (unknown.length > 0) {
    throw new AppError('STATE_VERSION', `The database was made by a newer version: it has ${unknown.join(', ')}.`, {
      hint: 'Start that version or a later one, or restore a backup made before the upgrade.',
    })
  }
  const { error, results } = await new Migrator({
    db: write,
    provider: { getMigrations: async () => Object.fromEntries(steps) },
    // Steps are written side by side: one may come after another of a later number was run.
    allowUnorderedMigrations: true,
  }).migrateToLatest()
  if (error === undefined) return
  if (error instanceof AppError) throw error
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the schema'
  throw new AppError('UNAVAILABLE', `The step ${failed} of the database failed: ${messageOf(error)}`, {
    hint: 'Nothing of it was kept. Report it, and restore the last backup if the server does not start again.',
    cause: error,
  })
}

/** Lists the steps that a database has run. */
export const executedMigrations = async (db: Kysely<Tables>): Promise<readonly string[]> => {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return rows.map(({ name }) => name)
}
