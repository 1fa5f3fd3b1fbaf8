import { statSync } from 'node:fs'
import { chmod, mkdir, open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { AppError } from '../../errors.ts'
import type { Tables } from '../database.ts'
import type { DatabaseRow, Dialect, OpenDatabase } from './dialect.ts'
import { PatientSqliteDialect } from './patient-sqlite.ts'
import { guardSqlite } from './sqlite-connection.ts'
import { createDamage, translateSqliteError } from './sqlite-error.ts'
import { renameInSqlite, sqliteRelations } from './sqlite-relations.ts'
import { readSqliteSpace, reclaimSqliteSpace } from './sqlite-space.ts'
import { type SqliteWitness, watchSqliteFile } from './sqlite-witness.ts'

const abilities = { lockRows: false, shared: false } as const
const types = { blob: 'blob', key: 'integer' } as const

/** Stores all data in one file (`sqlite:PATH`), or in memory (`sqlite::memory:`). */
export const sqlite: Dialect = {
  schemes: ['sqlite'],
  async open(url, { mustExist = false }) {
    const path = url.slice('sqlite:'.length)
    if (path === ':memory:') return openMemory()
    const file = resolve(path)
    try {
      return await openFile(file, mustExist)
    } catch (error) {
      throw translateSqliteError(error, file)
    }
  },
  async copy(url, file) {
    try {
      await copyFile(resolve(url.slice('sqlite:'.length)), file)
    } catch (error) {
      throw translateSqliteError(error, file)
    }
  },
}

const openFile = async (file: string, mustExist: boolean): Promise<OpenDatabase> => {
  if (mustExist) {
    const found = statSync(file, { throwIfNoEntry: false })
    if (!found?.size) {
      const problem = `${file} is ${found ? 'empty' : 'not there'}.`
      throw new AppError('UNAVAILABLE', problem, { retryable: true, retryAfter: 10 })
    }
  } else {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // Create it before SQLite does, so that others can never read it; SQLite copies its mode to related files.
    await (await open(file, 'a', 0o600)).close()
    await chmod(file, 0o600)
  }

  const writer = new Database(file, { timeout: 2_000, fileMustExist: true })
  try {
    // Only affects an empty file; a database of an older version has to be rewritten for it.
    if (writer.pragma('page_count', { simple: true }) === 0) writer.pragma('auto_vacuum = INCREMENTAL')
    writer.pragma('journal_mode = WAL')
    // A commit is on the disk when it returns, because a 2xx answer promises that.
    writer.pragma('synchronous = FULL')
    writer.pragma('wal_autocheckpoint = 4000')
    writer.pragma('journal_size_limit = 67108864')
    writer.pragma('cache_size = -8192')
    writer.pragma('temp_store = MEMORY')
    // From here on, the dialect waits for the write lock, without blocking the thread.
    writer.pragma('busy_timeout = 0')
    // A second connection, so that lists do not wait for the transaction that runs.
    const reader = new Database(file, { timeout: 2_000, readonly: true })
    reader.pragma('cache_size = -16384')
    reader.pragma('temp_store = MEMORY')
    return opened(writer, reader, file, watchSqliteFile(file))
  } catch (error) {
    writer.close()
    throw error
  }
}

/** Both connections are the same here: reads see the writes of the running transaction, and never wait for it. */
const openMemory = (): OpenDatabase => {
  const database = new Database(':memory:')
  const unwatched = { verify() {}, close() {} }
  return opened(database, database, 'the database in memory', unwatched)
}

const opened = (
  writer: Database.Database,
  reader: Database.Database,
  place: string,
  witness: SqliteWitness,
): OpenDatabase => {
  const damage = createDamage(place)
  const verify = () => {
    damage.verify()
    witness.verify()
  }
  const connect = (database: Database.Database, beforeWrite: () => void) =>
    new Kysely<Tables>({
      dialect: new PatientSqliteDialect({
        database: guardSqlite(database, place, { beforeWrite, failed: damage.note }),
      }),
    })
  const write = connect(writer, verify)
  const read = connect(reader, () => {})
  return {
    read,
    write,
    abilities,
    types,
    positionOf: 'instr',
    async *rows(tx, table) {
      for (let last = Number.MIN_SAFE_INTEGER; ; ) {
        const { rows } = await sql<
          DatabaseRow & { readonly copied: number }
        >`select rowid as copied, * from ${sql.table(table)}
          where rowid > ${last} order by rowid limit 100`.execute(tx)
        if (rows.length === 0) return
        yield rows.map(({ copied: _, ...row }) => row)
        last = rows.at(-1)?.copied ?? last
      }
    },
    relations: sqliteRelations,
    rename: renameInSqlite,
    verify: async () => verify(),
    space: async () => readSqliteSpace(writer),
    reclaim: (signal) =>
      reclaimSqliteSpace({ writer, alone: (work) => write.connection().execute(() => work()), signal }),
    async close() {
      await read.destroy()
      // The writer is the last: it moves the write-ahead log into the file, which a connection that only reads cannot.
      reader.close()
      await write.destroy()
      writer.close()
      witness.close()
    },
  }
}

const copyProgram = `
const { workerData } = require('node:worker_threads')
const Database = require(workerData.driver)
const database = new Database(workerData.file, { readonly: true, timeout: 10000 })
database.prepare('vacuum into ?').run(workerData.copy)
database.close()
`

/** Copies one snapshot in a separate thread, so the server keeps running and a busy writer cannot restart the copy. */
const copyFile = async (file: string, copy: string): Promise<void> => {
  await (await open(copy, 'wx', 0o600)).close()
  const driver = createRequire(import.meta.url).resolve('better-sqlite3')
  const { promise, resolve: done, reject } = Promise.withResolvers<void>()
  const worker = new Worker(copyProgram, { eval: true, workerData: { driver, file, copy } })
  worker.once('error', reject)
  worker.once('exit', (code) => (code === 0 ? done() : reject(new Error(`The copy ended with code ${code}.`))))
  await promise
}
