import type { Log } from '../../../component.ts'
import { messageOf } from '../../../errors.ts'
import { pause, unlessAborted } from '../../../lib/deadline/deadline.ts'
import { minute } from '../../../lib/units/time.ts'
import { offer } from '../offer.ts'
import type { Cursors, Emit, Outages } from '../source.ts'
import { type ForeignDatabase, openForeignDatabase } from './foreign-database.ts'
import { fitLogEntriesQuery } from './log-entries-query.ts'
import {
  beginAgain,
  fromCursor,
  isKnown,
  type RowPosition,
  settle,
  startBehind,
  toCursor,
  withRows,
} from './row-position.ts'
import { type ReadRow, type RowColumns, readRow, rowsToRecords } from './row-record.ts'

const shortestWait = 1_000
const longestWait = minute

interface PollOptions {
  readonly name: string
  readonly url: string
  readonly query: string
  readonly columns: RowColumns
  readonly programs: readonly string[]
  readonly from: 'start' | 'end'
  readonly batch: number
  readonly zoneMinutes?: number | undefined
  /** In ms. */
  readonly every: number
  readonly lookback: number
  readonly timeout: number
  /** Identifies the table among the positions of this source. */
  readonly key: string
}

interface Surroundings {
  readonly cursors: Cursors
  readonly outages: Outages
  readonly now: () => number
  readonly log: Log
}

/** Reads new rows until the signal aborts. Retries with growing delays while the database is unreachable. */
export const pollRows = async (
  options: PollOptions,
  { cursors, outages, now, log }: Surroundings,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> => {
  const saved = await cursors.read(options.name, options.key)
  let position = saved === undefined ? undefined : fromCursor(saved)
  let wait = shortestWait
  while (!signal.aborted) {
    let database: ForeignDatabase | undefined
    try {
      database = await open(options, signal)
      const query = await unlessAborted(fitLogEntriesQuery(options.query, database), signal)
      const table = tableOf(database, { ...options, query })
      position ??= startBehind(options.from === 'end' ? ((await unlessAborted(table.last(), signal)) ?? 0) : 0)
      while (!signal.aborted) {
        for await (const page of unread(table, position, signal)) {
          const { again } = position
          const rows = page.filter((row) => !isKnown(again, row))
          const next: RowPosition = withRows(position, page)
          const cursor = { key: options.key, position: toCursor(next) }
          const records = rowsToRecords(rows, { source: options.name, now: now(), zoneMinutes: options.zoneMinutes })
          if (records.length > 0 && !(await offer(emit, records, cursor, signal))) return
          position = next
        }
        position = settle(position, now(), options.lookback)
        const last = await unlessAborted(table.last(), signal)
        if (last !== undefined && last < position.floor) {
          log.warn(
            { source: options.name, last, read: position.high },
            'The ids of a table were reset. It is read again.',
          )
          position = beginAgain(position, last)
          continue
        }
        outages.ended(options.name)
        wait = shortestWait
        await pause(options.every, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      outages.began(options.name, messageOf(error))
      log.warn({ source: options.name, reason: messageOf(error), again_in_ms: wait }, 'A source cannot be read.')
      await pause(wait, signal)
      wait = Math.min(wait * 2, longestWait)
    } finally {
      // Do not wait, because a dead connection never answers.
      database?.close().catch(() => undefined)
    }
  }
}

/** Yields all unread pages: rows that appeared late, then new ones. */
async function* unread(
  table: Table,
  { floor, high, seen }: RowPosition,
  signal: AbortSignal,
): AsyncGenerator<readonly ReadRow[]> {
  const known = new Set(seen)
  const late = high > floor ? (await unlessAborted(table.ids(floor, high), signal)).filter((id) => !known.has(id)) : []
  for (let at = 0; at < late.length; at += table.batch) {
    yield await unlessAborted(table.rows(late.slice(at, at + table.batch)), signal)
  }
  for (let read = high; ; ) {
    const page = await unlessAborted(table.after(read), signal)
    if (page.length > 0) yield page
    if (page.length < table.batch) return
    read = page.at(-1)?.id ?? read
  }
}

/** Opens the database. Closes it at once if the signal has aborted by then. */
const open = (options: PollOptions, signal: AbortSignal): Promise<ForeignDatabase> => {
  const opening = openForeignDatabase(options.url, options)
  opening.then(
    (database) => (signal.aborted ? database.close() : undefined),
    () => undefined,
  )
  return unlessAborted(opening, signal)
}

interface Table {
  readonly batch: number
  /** Returns the ids above `floor` and up to `high`. */
  ids(floor: number, high: number): Promise<readonly number[]>
  rows(ids: readonly number[]): Promise<readonly ReadRow[]>
  /** Returns up to a batch of rows after an id. */
  after(id: number): Promise<readonly ReadRow[]>
  /** Returns the largest id of all programs. */
  last(): Promise<number | undefined>
}

const tableOf = (database: ForeignDatabase, { query, columns, programs, batch }: PollOptions): Table => {
  const id = database.quoteName(columns.id)
  const wanted = programs.map((program) => database.quote(program.toLowerCase())).join(', ')
  const filter = programs.length > 0 ? ` and lower(${database.quoteName(columns.program)}) in (${wanted})` : ''
  const from = `from (${query}) as found`
  const read = async (where: string, limit: string) => {
    const rows = await database.query(`select * ${from} where ${where}${filter} order by ${id}${limit}`)
    return rows.map((row) => readRow(row, columns))
  }
  const numbers = async (sql: string) =>
    (await database.query(sql)).map((row) => Number(row.id)).filter(Number.isSafeInteger)
  return {
    batch,
    ids: (floor, high) =>
      numbers(`select ${id} as id ${from} where ${id} > ${floor} and ${id} <= ${high}${filter} order by ${id}`),
    rows: (ids) => read(`${id} in (${ids.join(', ')})`, ''),
    after: (behind) => read(`${id} > ${behind}`, ` limit ${batch}`),
    last: async () => (await numbers(`select ${id} as id ${from} order by ${id} desc limit 1`))[0],
  }
}
