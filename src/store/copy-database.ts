import { type Kysely, sql } from 'kysely'
import { AppError } from '../errors.ts'
import type { Tables, Transaction } from './database.ts'
import type { OpenDatabase } from './dialects/dialect.ts'
import { dialectOf } from './dialects/registry.ts'
import { openBlockObjects } from './events/block-objects.ts'
import { readPayload } from './events/block-payload.ts'
import type { EventBlockRow } from './events/event-tables.ts'
import { executedMigrations, missingMigrations, newerMigrations } from './migrate.ts'
import { databaseNumber, openStore, type StoreOptions } from './open-store.ts'
import { insertion } from './write-rows.ts'

const blockObjectsMigration = '0007-block-objects'
/** How many blocks are collected from object storage at once. */
const batch = 32

/**
 * Writes a consistent copy of a database as a SQLite file, while others read and write, and changes nothing in it. A database server
 * is read row by row in one snapshot, so that the copy can be restored into either kind of database. The copy holds the blocks of events that
 * are in object storage.
 */
export const copyDatabase = async (url: string, file: string, options: StoreOptions): Promise<void> => {
  const dialect = dialectOf(url)
  await (dialect.copy ? dialect.copy(url, file) : copyAllRows(url, file, options))
  await collectPayloads(url, file, options)
}

const copyAllRows = async (url: string, file: string, options: StoreOptions): Promise<void> => {
  await (await openStore(`sqlite:${file}`, options)).close()
  await between(url, `sqlite:${file}`, options, async (source, target) => {
    await requireOurForm(source.read)
    const snapshot = source.read.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
    await snapshot.execute((from) => target.write.transaction().execute((to) => copyRows(source, from, to)))
  })
}

/** Puts all rows of a SQLite file into an empty database, in one transaction. Throws CONFLICT when other rows are there. */
export const fillDatabase = async (file: string, url: string, options: StoreOptions): Promise<void> => {
  await (await openStore(url, options)).close()
  await between(`sqlite:${file}`, url, options, async (source, target) => {
    const tables = await tablesOfBoth(source.read, target.read)
    const [copied, there] = [await countRows(source.read, tables), await countRows(target.read, tables)]
    // A restore that was interrupted after its commit is done already.
    if (Object.entries(copied).every(([name, count]) => there[name] === count)) return
    const full = Object.keys(copied).filter((name) => there[name] !== 0)
    if (full.length > 0) {
      throw new AppError(
        'CONFLICT',
        `The database that storage.url names is not empty: it has rows in ${full.join(', ')}.`,
        {
          hint: 'Create an empty database, let storage.url name it, and restore again.',
        },
      )
    }
    await target.write.transaction().execute((to) => copyRows(source, source.read, to))
  })
}

const between = async (
  from: string,
  to: string,
  { log }: StoreOptions,
  work: (source: OpenDatabase, target: OpenDatabase) => Promise<void>,
): Promise<void> => {
  const source = await dialectOf(from).open(from, { log })
  try {
    const target = await dialectOf(to).open(to, { log })
    await work(source, target).finally(() => target.close())
  } finally {
    await source.close()
  }
}

/** Puts the payloads that are in object storage into a copy. The copy gets its own number when it is opened. */
const collectPayloads = async (url: string, file: string, { log, blocks }: StoreOptions): Promise<void> => {
  const objects = blocks && openBlockObjects(blocks)
  const { read, write, close } = await dialectOf(`sqlite:${file}`).open(`sqlite:${file}`, { log })
  try {
    if (!(await executedMigrations(read)).includes(blockObjectsMigration)) return
    for (;;) {
      const rows = await read
        .selectFrom('event_blocks')
        .select(['id', 'partition', 'first', 'payload', 'object_name'])
        .where('object_name', 'is not', null)
        .limit(batch)
        .execute()
      for (const row of rows) {
        const payload = await readPayload(row, objects)
        if (payload) {
          const whole = { payload, object_name: null }
          await write.updateTable('event_blocks').set(whole).where('id', '=', row.id).execute()
        } else {
          await requireRemoved(url, row, log)
          await write.deleteFrom('event_blocks').where('id', '=', row.id).execute()
        }
      }
      if (rows.length < batch) break
    }
    await write.deleteFrom('counters').where('name', '=', databaseNumber).execute()
  } finally {
    await close()
  }
}

/** Retention may have removed an object since the copy was made; then its events are gone. */
const requireRemoved = async (
  url: string,
  { id, partition, first, object_name }: Pick<EventBlockRow, 'id' | 'partition' | 'first' | 'object_name'>,
  log: StoreOptions['log'],
): Promise<void> => {
  const { read, close } = await dialectOf(url).open(url, { log })
  try {
    const row = await read
      .selectFrom('event_blocks')
      .select('object_name')
      .where('partition', '=', partition)
      .where('first', '<=', first)
      .where('last', '>=', first)
      .executeTakeFirst()
    if (!row) return
    if (row.object_name !== object_name) {
      throw new AppError('CONFLICT', 'Blocks of events were joined while they were copied.', {
        hint: 'Try again.',
        retryable: true,
      })
    }
  } finally {
    await close()
  }
  throw new AppError('UNAVAILABLE', `The object ${object_name} is missing, which holds the block ${id} of events.`, {
    hint: 'Restore the object from a backup of the bucket, or remove its row from event_blocks.',
  })
}

const copyRows = async (source: OpenDatabase, from: Transaction, to: Transaction): Promise<void> => {
  for (const table of await tablesOfBoth(from, to)) {
    for await (const rows of source.rows(from, table)) await insertion(table, rows).execute(to)
  }
}

const countRows = async (db: Kysely<Tables>, tables: readonly string[]): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db)
    counts[table] = Number(rows[0]?.count ?? 0)
  }
  return counts
}

/** Lists our tables: those of another program in the same database are only on one side. */
const tablesOfBoth = async (one: Kysely<Tables>, other: Kysely<Tables>): Promise<readonly string[]> => {
  const others = await tablesOf(other)
  return (await tablesOf(one)).filter((name) => others.includes(name))
}

const tablesOf = async (db: Kysely<Tables>): Promise<readonly string[]> =>
  (await db.introspection.getTables()).filter(({ isView }) => !isView).map(({ name }) => name)

const requireOurForm = async (db: Kysely<Tables>): Promise<void> => {
  const executed = await executedMigrations(db)
  const [different] = [...newerMigrations(executed), ...missingMigrations(executed)]
  if (different === undefined) return
  throw new AppError('STATE_VERSION', `Another version of Vedette made the database: ${different} differs.`, {
    hint: 'Back it up with the version that runs on it.',
  })
}
