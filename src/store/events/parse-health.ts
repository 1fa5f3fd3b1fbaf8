import { sql } from 'kysely'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { upsert } from '../write-rows.ts'

/** The parse rate of a source. */
export interface ParseHealthRow {
  readonly source: string
  /** `syslog/rfc3164`, or the reason and shape of a record that was not parsed. */
  readonly format: string
  readonly parsed: boolean
  readonly count: number
  /** One record of this shape, cut at 300 characters. */
  readonly sample: string
  readonly last_seen_at: number
}

export interface ParseHealthStore {
  add(rows: readonly ParseHealthRow[], tx: Transaction): Promise<void>
  list(): Promise<readonly ParseHealthRow[]>
}

/** Counts parsed and unparsed records of each source. */
export const createParseHealthStore = ({ read }: StoreConnections): ParseHealthStore => ({
  async add(rows, tx) {
    const counted = joined(rows).map((row) => ({ ...row, parsed: row.parsed ? 1 : 0 }))
    await upsert(tx, 'parse_health', counted, {
      key: ['source', 'format', 'parsed'],
      set: { count: sql`parse_health.count + excluded.count` },
    })
  },

  async list() {
    const rows = await read
      .selectFrom('parse_health')
      .selectAll()
      .orderBy('source')
      .orderBy('count', 'desc')
      .orderBy('format')
      .execute()
    return rows.map((row) => ({ ...row, parsed: row.parsed === 1 }))
  },
})

/** One statement may touch a row once only. */
const joined = (rows: readonly ParseHealthRow[]): readonly ParseHealthRow[] => {
  const byKey = new Map<string, ParseHealthRow>()
  for (const row of rows) {
    const key = JSON.stringify([row.source, row.format, row.parsed])
    byKey.set(key, { ...row, count: row.count + (byKey.get(key)?.count ?? 0) })
  }
  return [...byKey.values()]
}
