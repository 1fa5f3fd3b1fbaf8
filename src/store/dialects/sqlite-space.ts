import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { createPace } from '../pace.ts'
import type { Space } from './dialect.ts'
import { isBusy } from './patient-sqlite.ts'
import { openCheckpointer } from './sqlite-checkpointer.ts'

/** The share and the minimum number of free bytes that stay in the file for new rows: growing again would cost as much. */
const reserveShare = 0.05
const leastReserve = 8 * 2 ** 20
const incremental = 2

/** Reads the size of a database and its free space. */
export const readSqliteSpace = (database: Database.Database): Space => {
  const pageSize = pragma(database, 'page_size')
  return {
    bytes: pragma(database, 'page_count') * pageSize,
    free: pragma(database, 'freelist_count') * pageSize,
    shrinks: pragma(database, 'auto_vacuum') === incremental,
  }
}

const pragma = (database: Database.Database, name: string): number => Number(database.pragma(name, { simple: true }))

interface ReclaimOptions {
  readonly writer: Database.Database
  /** Runs something while no transaction is open. */
  readonly alone: (work: () => Promise<void>) => Promise<void>
  readonly signal: AbortSignal | undefined
}

/**
 * Returns free pages to the disk in steps of a few ms, with pauses for the rest of the program, then empties the write-ahead log.
 * Returns by how many bytes the database shrank.
 */
export const reclaimSqliteSpace = async ({ writer, alone, signal }: ReclaimOptions): Promise<number> => {
  const before = readSqliteSpace(writer)
  if (!before.shrinks) return 0
  const pageSize = pragma(writer, 'page_size')
  const reserve = Math.max(leastReserve, before.bytes * reserveShare)
  const excess = () => Math.floor((readSqliteSpace(writer).free - reserve) / pageSize)
  const pace = createPace({ least: 32, most: 2_048 })
  const checkpointer = writer.memory ? undefined : openCheckpointer(writer.name)
  try {
    for (let left = excess(); left > 0 && !signal?.aborted; left = excess()) {
      let ms = 0
      await alone(async () => {
        const began = performance.now()
        // With `exec`, because a prepared statement would end after the first page.
        try {
          writer.exec(`pragma incremental_vacuum(${Math.min(left, pace.size)})`)
        } catch (error) {
          // A worker is committing: the next step tries again.
          if (!isBusy(error)) throw error
        }
        ms = performance.now() - began
      })
      pace.took(ms)
      await checkpointer?.run()
      await sleep(Math.max(1, ms))
    }
    await checkpointer?.run()
    await alone(async () => emptyLog(writer))
  } finally {
    await checkpointer?.close()
  }
  return before.bytes - readSqliteSpace(writer).bytes
}

/** Empties the write-ahead log, whose contents are in the file by now, unless somebody still reads from it: the writer has no busy timeout. */
const emptyLog = (writer: Database.Database): void => {
  writer.pragma('wal_checkpoint(TRUNCATE)')
}
