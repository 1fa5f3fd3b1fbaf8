import type { RawRecord } from '../../../schema/record/record.ts'
import { openForeignDatabase } from './foreign-database.ts'
import { fitLogEntriesQuery } from './log-entries-query.ts'
import { type RowColumns, readRow, rowsToRecords } from './row-record.ts'

interface SpanOptions {
  readonly name: string
  readonly url: string
  readonly query: string
  readonly columns: RowColumns
  readonly programs: readonly string[]
  readonly batch: number
  readonly zoneMinutes?: number | undefined
  /** In ms. */
  readonly timeout: number
}

/** Reads the rows of a time span in the order of their ids, without storing a position. `from` and `to` are in ms since the epoch, UTC. */
export async function* readTimeSpan(
  { name, url, query, columns, programs, batch, zoneMinutes, timeout }: SpanOptions,
  { from, to }: { readonly from: number; readonly to: number },
  now: () => number,
): AsyncGenerator<readonly RawRecord[]> {
  const database = await openForeignDatabase(url, { timeout })
  try {
    const fitted = await fitLogEntriesQuery(query, database)
    const [id, time, program] = [columns.id, columns.time, columns.program].map(database.quoteName)
    const moment = (ms: number) => database.quote(new Date(ms).toISOString().slice(0, 19).replace('T', ' '))
    const wanted = programs.map((one) => database.quote(one.toLowerCase())).join(', ')
    const where = [
      `${time} >= ${moment(from)} and ${time} <= ${moment(to)}`,
      ...(programs.length > 0 ? [`lower(${program}) in (${wanted})`] : []),
    ].join(' and ')
    for (let read = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = await database.query(
        `select * from (${fitted}) as found where ${where} and ${id} > ${read} order by ${id} limit ${batch}`,
      )
      const found = rows.map((row) => readRow(row, columns))
      if (found.length > 0) yield rowsToRecords(found, { source: name, now: now(), zoneMinutes })
      const last = found.at(-1)
      if (last === undefined || found.length < batch) return
      read = last.id
    }
  } finally {
    await database.close()
  }
}
