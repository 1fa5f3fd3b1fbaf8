import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import type { ResultAnalysis } from '../../schema/query-result.ts'
import type { OpenStore } from '../open-store.ts'
import type { KeptResult } from './query-results.ts'

const begin = Date.UTC(2026, 0, 15, 12)
const stream = { query_id: 'q', dataset: 'orders' }

/** Checks that a database keeps what queries returned. `open` gives an empty store. */
export const describeQueryResults = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`query results ${name}`, () => {
    let store: OpenStore
    beforeEach(async () => {
      store = await open(() => begin)
    })
    afterEach(() => store.close())

    const resultOf = (number: number, count: number, dataset = 'orders'): KeptResult => ({
      query_id: 'q',
      dataset,
      id: `result-${String(number).padStart(5, '0')}`,
      received_at: begin + number,
      records: Array.from({ length: count }, (_, place) => ({ number, place, text: 'Straße ☃' })),
      odd: count > 1 ? [1] : [],
    })
    const save = (...results: readonly KeptResult[]) =>
      store.transaction(async (tx) => {
        for (const result of results) await store.queryResults.save(result, tx)
      })
    const numbers = async (limit: number, dataset?: string) =>
      (await store.queryResults.newest('q', dataset, limit)).map(({ id }) => Number(id.slice(-5)))

    it('gives back the newest results, as they were', async () => {
      await save(...Array.from({ length: 450 }, (_, number) => resultOf(number, 2)), resultOf(900, 1, 'users'))
      expect(await store.queryResults.newest('q', 'orders', 2)).toEqual([resultOf(449, 2)])
      expect(await numbers(3, 'orders')).toEqual([448, 449])
      expect(await numbers(3)).toEqual([449, 900])
      expect(await numbers(10_000, 'orders')).toEqual(Array.from({ length: 450 }, (_, number) => number))
      expect(await store.queryResults.latest(stream)).toBe('result-00449')
      expect(await store.queryResults.latest({ query_id: 'other', dataset: 'orders' })).toBeUndefined()
      expect(await store.queryResults.streams('q')).toEqual([
        { dataset: 'orders', records: 900, last_received_at: begin + 449 },
        { dataset: 'users', records: 1, last_received_at: begin + 900 },
      ])
    })

    it('drops the oldest beyond a number of records, but never the newest result', needs(deepRun), async () => {
      await save(resultOf(1, 50), resultOf(2, 50), resultOf(3, 50), resultOf(4, 500, 'users'))
      const trim = (most: number) => store.transaction((tx) => store.queryResults.trim(stream, most, tx))
      expect(await trim(150)).toBe(0)
      expect(await trim(149)).toBe(50)
      expect(await numbers(1_000, 'orders')).toEqual([2, 3])
      expect(await trim(10)).toBe(50)
      expect(await numbers(1_000, 'orders')).toEqual([3])
      expect(await numbers(1_000, 'users')).toEqual([4])
    })

    it('keeps the newest model of a stream', async () => {
      const model = { state: new Uint8Array([1, 2, 3]), features: 3, records: 100, updated_at: begin }
      await store.queryResults.saveModel(stream, model)
      await store.queryResults.saveModel(stream, { ...model, state: new Uint8Array([4]), records: 200 })
      const found = await store.queryResults.model(stream)
      expect({ ...found, state: [...(found?.state ?? [])] }).toEqual({ ...model, state: [4], records: 200 })
      expect(await store.queryResults.model({ query_id: 'q', dataset: 'users' })).toBeUndefined()
    })

    it('counts how often a query was asked', async () => {
      const pattern = {
        query_hash: 'h1',
        query_id: 'q',
        operation_name: 'GetOrders',
        query_text: 'query GetOrders { orders { id } }',
        variables: { first: 10 },
        complexity: 10.5,
        role: 'user',
        is_odd: false,
        shape: { depth: 2 },
        seen_at: begin,
      }
      await store.transaction(async (tx) => {
        await store.queryResults.asked(pattern, tx)
        await store.queryResults.asked({ ...pattern, seen_at: begin + 5 }, tx)
        await store.queryResults.asked({ ...pattern, query_hash: 'h2', seen_at: begin + 9 }, tx)
        await store.queryResults.asked({ ...pattern, query_hash: 'h3', query_id: 'older', seen_at: begin - 9 }, tx)
      })
      expect(await store.queryResults.queries(10)).toEqual([
        {
          query_id: 'q',
          operation_name: 'GetOrders',
          query_text: pattern.query_text,
          complexity: 10.5,
          times: 3,
          first_seen: begin,
          last_seen: begin + 9,
        },
        expect.objectContaining({ query_id: 'older', times: 1 }),
      ])
    })

    it('stores anomalies, numbered', async () => {
      const first = await store.transaction((tx) => store.queryResults.addAnalysis(analysis, who, tx))
      const second = await store.transaction((tx) =>
        store.queryResults.addAnalysis({ ...analysis, query_id: 'other' }, who, tx),
      )
      expect(second).toBe(first + 1)
      expect(await store.queryResults.analyses('q', 10)).toEqual([{ ...analysis, analysis_id: first }])
      expect((await store.queryResults.analyses(undefined, 10)).map(({ query_id }) => query_id)).toEqual(['other', 'q'])
    })

    it('forgets a query', async () => {
      await save(resultOf(1, 50), resultOf(2, 10, 'users'), { ...resultOf(3, 5), query_id: 'other' })
      await store.queryResults.saveModel(stream, {
        state: new Uint8Array(),
        features: 1,
        records: 1,
        updated_at: begin,
      })
      const clear = () => store.transaction((tx) => store.queryResults.clear('q', tx))
      expect(await clear()).toBe(60)
      expect(await clear()).toBe(0)
      expect(await store.queryResults.streams('q')).toEqual([])
      expect(await store.queryResults.model(stream)).toBeUndefined()
      expect(await store.queryResults.streams('other')).toHaveLength(1)
    })

    it('forgets what is too old, each by its own measure', async () => {
      await save(resultOf(1, 5), resultOf(9, 5))
      await store.queryResults.saveModel(stream, {
        state: new Uint8Array(),
        features: 1,
        records: 1,
        updated_at: begin,
      })
      await store.transaction((tx) => store.queryResults.addAnalysis(analysis, who, tx))
      expect(await store.queryResults.retain({})).toBe(0)
      expect(await store.queryResults.retain({ historyBefore: begin + 5 })).toBe(1)
      expect(await numbers(100)).toEqual([9])
      expect(await store.queryResults.retain({ analysesBefore: begin + 1 })).toBe(1)
      expect(await store.queryResults.analyses(undefined, 10)).toEqual([])
      expect(await store.queryResults.retain({ modelsBefore: begin + 1 })).toBe(1)
      expect(await store.queryResults.model(stream)).toBeUndefined()
    })
  })
}

const who = { user: 'ana', role: 'user' }
const analysis: ResultAnalysis = {
  query_id: 'q',
  dataset: 'orders',
  operation_name: 'GetOrders',
  analyzed_at: new Date(begin).toISOString(),
  mode: 'comparative',
  is_odd: true,
  score: 0.9,
  records: 5,
  history_records: 200,
  model_features: 3,
  odd_records: [
    {
      index: 4,
      record: { amount: 1e6 },
      score: 0.9,
      features: [1e6],
      category: 'range_violation',
      risk_level: 'high',
      reason: 'amount: far outside all earlier values.',
    },
  ],
  drift: [
    {
      type: 'numeric_outlier',
      fields: ['amount'],
      severity: 'high',
      value: 30,
      threshold: 0.5,
      before: '1–60',
      after: '1000000',
      sentence: 'amount has a value of 1000000, far outside of 1–60.',
    },
  ],
  concerns: [{ type: 'size_anomaly', severity: 'low', description: 'Many.' }],
  recommendations: [],
  reading: { status: 'not_configured', records: [], concerns: [], recommendations: [] },
  analysis_id: null,
}
