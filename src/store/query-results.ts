import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ResultAnalysis, ResultRecord } from '../schema/query-result.ts'
import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import { nextNumbers } from './counters.ts'
import type { Transaction } from './database.ts'
import { fromJson, toJson } from './json.ts'
import { type ResultLimits, retainQueryResults } from './query-retention.ts'

/** The results of one query that share a shape. */
export interface ResultStream {
  readonly query_id: string
  readonly dataset: string
}

/** Records that came together. */
export interface KeptResult extends ResultStream {
  /** Later ones have greater ids. */
  readonly id: string
  readonly received_at: number
  readonly records: readonly ResultRecord[]
  /** The places of those that were odd. */
  readonly odd: readonly number[]
}

export interface KeptModel {
  readonly state: Uint8Array
  readonly features: number
  readonly records: number
  readonly updated_at: number
}

/** A query with its variables, as it was asked. */
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

/** Who asked, beside what was odd about the answer. */
export interface AnalysisOrigin {
  readonly user: string | null
  readonly role: string | null
}

export interface StreamSummary {
  readonly dataset: string
  readonly records: number
  readonly last_received_at: number
}

/** What queries returned, what was learnt of it, and what was odd. */
export interface QueryResultStore {
  /** Keeps a result; the oldest of its stream go when there are more than `most` records. */
  save(result: KeptResult, tx: Transaction): Promise<void>
  /** Drops the oldest results of a stream until at most `most` records are kept; returns how many records went. */
  trim(stream: ResultStream, most: number, tx: Transaction): Promise<number>
  /** The newest results with at least `limit` records in all, the oldest first. */
  newest(query: string, dataset: string | undefined, limit: number): Promise<readonly KeptResult[]>
  /** The id of the newest result. */
  latest(stream: ResultStream): Promise<string | undefined>
  /** What there is of a query, a row a dataset. */
  streams(query: string): Promise<readonly StreamSummary[]>
  model(stream: ResultStream): Promise<KeptModel | undefined>
  saveModel(stream: ResultStream, model: KeptModel): Promise<void>
  /** Counts a query as asked once more. */
  asked(pattern: QueryPattern, tx: Transaction): Promise<void>
  /** The queries that are known, those asked last first. */
  queries(limit: number): Promise<readonly QuerySummary[]>
  /** Keeps an analysis and returns its number. */
  addAnalysis(analysis: ResultAnalysis, origin: AnalysisOrigin, tx: Transaction): Promise<number>
  /** The newest first; of one query, or of all. */
  analyses(query: string | undefined, limit: number): Promise<readonly ResultAnalysis[]>
  /** Forgets what a query returned and what was learnt of it; returns how many records went. */
  clear(query: string, tx: Transaction): Promise<number>
  /** Forgets what is too old; returns how many records, analyses and models went. */
  retain(limits: ResultLimits): Promise<number>
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

/** How grave a flag is, as a number. */
const gravity = { low: 0.3, medium: 0.6, high: 0.9 } as const

/** Keeps what queries returned. */
export const createQueryResultStore = (connections: StoreConnections): QueryResultStore => {
  const { read, write, abilities, transaction } = connections
  return {
    async save({ records, odd, ...row }, tx) {
      await tx
        .insertInto('historical_data')
        .values({
          ...row,
          record_count: records.length,
          odd: toJson(odd),
          record_data: zstdCompressSync(toJson(records)),
        })
        .execute()
    },

    async trim({ query_id, dataset }, most, tx) {
      const rows = await tx
        .selectFrom('historical_data')
        .select(['id', 'record_count'])
        .where('query_id', '=', query_id)
        .where('dataset', '=', dataset)
        .orderBy('id', 'desc')
        .execute()
      let kept = 0
      const gone = rows.filter(({ record_count }, place) => {
        kept += Number(record_count)
        return kept > most && place > 0
      })
      for (const part of batches(gone, abilities.maxVariables)) {
        const ids = part.map(({ id }) => id)
        await tx.deleteFrom('historical_data').where('id', 'in', ids).execute()
      }
      return gone.reduce((sum, { record_count }) => sum + Number(record_count), 0)
    },

    async newest(query, dataset, limit) {
      const found: KeptResult[] = []
      let records = 0
      let before: string | undefined
      while (records < limit) {
        let page = read.selectFrom('historical_data').selectAll().where('query_id', '=', query)
        if (dataset !== undefined) page = page.where('dataset', '=', dataset)
        if (before !== undefined) page = page.where('id', '<', before)
        const rows = await page.orderBy('id', 'desc').limit(pageSize).execute()
        for (const { odd, record_data, record_count, ...row } of rows) {
          if (records >= limit) break
          const text = zstdDecompressSync(record_data).toString('utf8')
          found.push({ ...row, odd: fromJson(odd), records: fromJson(text) })
          records += Number(record_count)
        }
        before = rows.at(-1)?.id
        if (rows.length < pageSize) break
      }
      return found.reverse()
    },

    async latest({ query_id, dataset }) {
      const row = await read
        .selectFrom('historical_data')
        .select('id')
        .where('query_id', '=', query_id)
        .where('dataset', '=', dataset)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.id
    },

    async streams(query) {
      const rows = await read
        .selectFrom('historical_data')
        .select(({ fn }) => [
          'dataset',
          fn.sum<number | string>('record_count').as('records'),
          fn.max('received_at').as('last'),
        ])
        .where('query_id', '=', query)
        .groupBy('dataset')
        .orderBy('dataset')
        .execute()
      return rows.map(({ dataset, records, last }) => ({
        dataset,
        records: Number(records),
        last_received_at: Number(last),
      }))
    },

    async model({ query_id, dataset }) {
      const row = await read
        .selectFrom('trained_models')
        .selectAll()
        .where('query_id', '=', query_id)
        .where('dataset', '=', dataset)
        .executeTakeFirst()
      return (
        row && {
          state: row.model_data,
          features: Number(row.features_count),
          records: Number(row.records_count),
          updated_at: Number(row.last_updated),
        }
      )
    },

    async saveModel({ query_id, dataset }, { state, features, records, updated_at }) {
      const columns = {
        model_data: state,
        features_count: features,
        records_count: records,
        last_updated: updated_at,
      }
      await write
        .insertInto('trained_models')
        .values({ query_id, dataset, ...columns, created_at: updated_at })
        .onConflict((conflict) => conflict.columns(['query_id', 'dataset']).doUpdateSet(columns))
        .execute()
    },

    async asked(pattern, tx) {
      const { query_hash, query_id, operation_name, query_text, seen_at } = pattern
      const columns = { user_role: pattern.role, is_anomalous: pattern.is_odd ? 1 : 0, last_seen: seen_at }
      await tx
        .insertInto('query_patterns')
        .values({
          query_hash,
          query_id,
          operation_name,
          query_text,
          variables_json: toJson(pattern.variables),
          complexity_score: pattern.complexity,
          features: toJson(pattern.shape),
          times: 1,
          created_at: seen_at,
          ...columns,
        })
        .onConflict((conflict) =>
          conflict
            .column('query_hash')
            .doUpdateSet((row) => ({ ...columns, times: row('query_patterns.times', '+', 1) })),
        )
        .execute()
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

    async addAnalysis(analysis, { user, role }, tx) {
      const id = await nextNumbers(tx, 'anomaly analyses')
      await tx
        .insertInto('anomaly_analyses')
        .values({
          id,
          query_id: analysis.query_id,
          dataset: analysis.dataset,
          timestamp: Date.parse(analysis.analyzed_at),
          operation_name: analysis.operation_name,
          user_id: user,
          role,
          processed_records: analysis.records,
          anomalous_records_count: analysis.odd_records.length,
          historical_data_size: analysis.history_records,
          analysis_mode: analysis.mode,
          anomalies_detected: analysis.is_odd ? 1 : 0,
          status: 'completed',
          body: toJson({ ...analysis, analysis_id: id }),
        })
        .execute()
      const records = analysis.odd_records.map(({ index, category, reason, risk_level }) => ({
        analysis_id: id,
        record_index: index,
        category,
        reason,
        risk_level,
      }))
      for (const part of batches(records, abilities.maxVariables, 5)) {
        await tx.insertInto('anomaly_records').values(part).execute()
      }
      const flags = analysis.drift.map(({ type, sentence, severity }, place) => ({
        analysis_id: id,
        place,
        flag_type: type,
        description: sentence,
        severity: gravity[severity],
      }))
      for (const part of batches(flags, abilities.maxVariables, 5)) {
        await tx.insertInto('statistical_flags').values(part).execute()
      }
      return id
    },

    async analyses(query, limit) {
      let found = read.selectFrom('anomaly_analyses').select('body').orderBy('id', 'desc').limit(limit)
      if (query !== undefined) found = found.where('query_id', '=', query)
      return (await found.execute()).map(({ body }) => fromJson<ResultAnalysis>(body))
    },

    async clear(query, tx) {
      const gone = await tx
        .selectFrom('historical_data')
        .select(({ fn }) => fn.sum<number | string | null>('record_count').as('records'))
        .where('query_id', '=', query)
        .executeTakeFirst()
      await tx.deleteFrom('historical_data').where('query_id', '=', query).execute()
      await tx.deleteFrom('trained_models').where('query_id', '=', query).execute()
      return Number(gone?.records ?? 0)
    },

    retain: (limits) => transaction((tx) => retainQueryResults(limits, tx)),
  }
}

const pageSize = 200
