import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ResultRecord } from '../../schema/query-result.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { batches, upsert } from '../write-rows.ts'
import { createQueryPatternStore, type QueryPatternStore } from './query-patterns.ts'
import { type ResultLimits, retainQueryResults } from './query-retention.ts'
import { createResultAnalysisStore, type ResultAnalysisStore } from './result-analyses.ts'

/** The results of one query that share a shape. */
export interface ResultStream {
  readonly query_id: string
  readonly dataset: string
}

/** Records that arrived together. */
export interface KeptResult extends ResultStream {
  /** Later ones have greater ids. */
  readonly id: string
  readonly received_at: number
  readonly records: readonly ResultRecord[]
  /** The positions of the anomalous records. */
  readonly odd: readonly number[]
}

export interface KeptModel {
  readonly state: Uint8Array
  readonly features: number
  readonly records: number
  readonly updated_at: number
}

export interface StreamSummary {
  readonly dataset: string
  readonly records: number
  readonly last_received_at: number
}

/** Query results, their models and their anomalies. */
export interface QueryResultStore extends QueryPatternStore, ResultAnalysisStore {
  /** Stores a result; removes the oldest of its stream if there are more than `most` records. */
  save(result: KeptResult, tx: Transaction): Promise<void>
  /** Removes the oldest results of a stream until at most `most` records remain. Returns the number of removed records. */
  trim(stream: ResultStream, most: number, tx: Transaction): Promise<number>
  /** The newest results with at least `limit` records in all, the oldest first. */
  newest(query: string, dataset: string | undefined, limit: number): Promise<readonly KeptResult[]>
  /** The id of the newest result. */
  latest(stream: ResultStream): Promise<string | undefined>
  /** A summary of a query, one row per dataset. */
  streams(query: string): Promise<readonly StreamSummary[]>
  model(stream: ResultStream): Promise<KeptModel | undefined>
  saveModel(stream: ResultStream, model: KeptModel): Promise<void>
  /** Removes the results of a query and the learned state about it; returns how many records were removed. */
  clear(query: string, tx: Transaction): Promise<number>
  /** Removes expired rows; returns how many records, analyses and models were removed. */
  retain(limits: ResultLimits): Promise<number>
}

/** Stores the results of queries. */
export const createQueryResultStore = (connections: StoreConnections): QueryResultStore => {
  const { read, write, transaction } = connections
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
      for (const part of batches(gone)) {
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
      const row = {
        query_id,
        dataset,
        model_data: state,
        features_count: features,
        records_count: records,
        last_updated: updated_at,
        created_at: updated_at,
      }
      await upsert(write, 'trained_models', [row], { key: ['query_id', 'dataset'], keep: ['created_at'] })
    },

    async clear(query, tx) {
      const gone = await tx
        .selectFrom('historical_data')
        .select(({ fn }) => fn.sum<number | string | null>('record_count').as('records'))
        .where('query_id', '=', query)
        .executeTakeFirst()
      await tx.deleteFrom('historical_data').where('query_id', '=', query).execute()
      await tx.deleteFrom('trained_models').where('query_id', '=', query).execute()
      await tx.deleteFrom('query_roles').where('query_id', '=', query).execute()
      return Number(gone?.records ?? 0)
    },

    ...createQueryPatternStore(connections),
    ...createResultAnalysisStore(connections),

    retain: (limits) => transaction((tx) => retainQueryResults(limits, tx)),
  }
}

const pageSize = 200
