import { sql } from 'kysely'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { toJson } from '../json.ts'
import { upsert } from '../write-rows.ts'

/** A query with its variables, as received. */
export interface QueryPattern {
  /** Of the text and the variables. */
  readonly query_hash: string
  readonly query_id: string
  readonly operation_name: string | null
  readonly query_text: string
  readonly variables: unknown
  readonly complexity: number
  readonly role: string | null
  readonly is_odd: boolean
  readonly shape: unknown
  readonly seen_at: number
}

export interface QuerySummary {
  readonly query_id: string
  readonly operation_name: string | null
  readonly query_text: string
  readonly complexity: number
  readonly times: number
  readonly first_seen: number
  readonly last_seen: number
}

/** The received queries. */
export interface QueryPatternStore {
  /** Increments the count of a query. */
  asked(pattern: QueryPattern, tx: Transaction): Promise<void>
  /** Returns how often each role sent a query. */
  roles(query: string): Promise<ReadonlyMap<string, number>>
  /** Returns the known queries, the most recently used first. */
  queries(limit: number): Promise<readonly QuerySummary[]>
}

/** Counts queries. */
export const createQueryPatternStore = ({ read }: StoreConnections): QueryPatternStore => ({
  async asked(pattern, tx) {
    const { query_hash, query_id, operation_name, query_text, seen_at } = pattern
    const row = {
      query_hash,
      query_id,
      operation_name,
      query_text,
      variables_json: toJson(pattern.variables),
      complexity_score: pattern.complexity,
      user_role: pattern.role,
      is_anomalous: pattern.is_odd ? 1 : 0,
      features: toJson(pattern.shape),
      times: 1,
      created_at: seen_at,
      last_seen: seen_at,
    }
    await upsert(tx, 'query_patterns', [row], {
      key: ['query_hash'],
      keep: [
        'query_id',
        'operation_name',
        'query_text',
        'variables_json',
        'complexity_score',
        'features',
        'created_at',
      ],
      set: { times: sql`query_patterns.times + 1` },
    })
    if (pattern.role === null) return
    await upsert(tx, 'query_roles', [{ query_id, role: pattern.role, times: 1, last_seen: seen_at }], {
      key: ['query_id', 'role'],
      set: { times: sql`query_roles.times + 1` },
    })
  },

  async roles(query) {
    const rows = await read.selectFrom('query_roles').select(['role', 'times']).where('query_id', '=', query).execute()
    return new Map(rows.map(({ role, times }) => [role, times]))
  },

  async queries(limit) {
    const rows = await read
      .selectFrom('query_patterns')
      .select(({ fn }) => [
        'query_id',
        fn.max('operation_name').as('operation_name'),
        fn.max('query_text').as('query_text'),
        fn.max('complexity_score').as('complexity'),
        fn.sum<number | string>('times').as('times'),
        fn.min('created_at').as('first_seen'),
        fn.max('last_seen').as('last_seen'),
      ])
      .groupBy('query_id')
      .orderBy('last_seen', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      ...row,
      times: Number(row.times),
      first_seen: Number(row.first_seen),
      last_seen: Number(row.last_seen),
    }))
  },
})
