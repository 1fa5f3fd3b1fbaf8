import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { Log } from '../component.ts'
import type { OpenDatabase, Relation } from './dialects/dialect.ts'
import { sqliteRelations } from './dialects/sqlite-relations.ts'
import type { migrations } from './migrations/migrations.ts'

/** The prefix of renamed tables of other programs. */
export const formerPrefix = 'former_'

/** A table that no other program has: a database with it belongs to Vedette, even if the record of its migrations is damaged. */
const oursOnly = 'event_blocks'

type Migrations = typeof migrations

/**
 * Renames the tables, views and indexes of other programs that a migration is about to create, so that a database of an older system can
 * become ours: `alerts` becomes `former_alerts`. Nothing is removed. Runs within the transaction of the migration.
 */
export const setAside = async (
  db: Kysely<unknown>,
  database: OpenDatabase,
  { name, all, log }: { readonly name: string; readonly all: Migrations; readonly log: Log },
): Promise<void> => {
  const present = await database.relations(db)
  const needed = await createdBy(name, all)
  const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
  const inTheWay = present.filter((relation) => needed.some((other) => sameName(relation.name, other)))
  if (inTheWay.length === 0 || inTheWay.some((relation) => sameName(relation.name, oursOnly))) return
  const renamed: Record<string, string> = {}
  for (const relation of inTheWay) {
    const to = freeName(relation, present)
    await database.rename(db, relation, to)
    renamed[relation.name] = to
  }
  log.warn(
    { renamed },
    'The database has tables of another program. Those with names that Vedette needs were renamed, and kept whole.',
  )
}

/** Lists the relations that a migration creates, by running it in memory. */
const createdBy = async (name: string, all: Migrations): Promise<readonly string[]> => {
  const memory = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
  try {
    const names = async () => (await sqliteRelations(memory)).map((relation) => relation.name)
    let before: readonly string[] = []
    for (const [one, up] of Object.entries(all)) {
      before = await names()
      await up(memory, { blob: 'blob', key: 'integer' })
      if (one === name) break
    }
    return (await names()).filter((created) => !before.includes(created))
  } finally {
    await memory.destroy()
  }
}

const freeName = ({ name }: Relation, present: readonly Relation[]): string => {
  const taken = new Set(present.map((relation) => relation.name.toLowerCase()))
  const first = `${formerPrefix}${name}`
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? first : `${first}_${number}`
    if (!taken.has(candidate.toLowerCase())) return candidate
  }
}
