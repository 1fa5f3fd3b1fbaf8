import { afterEach, beforeEach, expect, it } from 'vitest'
import type { OpenStore } from '../../store/open-store.ts'
import { openStore } from '../../store/open-store.ts'
import type { ReadQuery } from './query-analyst.ts'
import { createQueryGuard, type QueryGuardOptions, queryIdOf } from './query-guard.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let store: OpenStore
let time = Date.UTC(2026, 0, 15)
let ids = 0
beforeEach(async () => {
  store = await openStore('sqlite::memory:', { now: () => time, log })
})
afterEach(() => store.close())

const create = (options: Partial<QueryGuardOptions> = {}) =>
  createQueryGuard({
    store,
    now: () => ++time,
    newId: () => `result-${String(++ids).padStart(6, '0')}`,
    threshold: 0.1,
    roleThresholds: {},
    minTrainingRecords: 100,
    maxHistory: 100_000,
    maxShown: 5,
    excludedDatasets: [],
    blockedQueries: [],
    alertFrom: 'high',
    ...options,
  })
const query = 'query Orders($token: String) { orders(token: $token) { amount country } }'
const query_id = queryIdOf(query)
const rows = (count: number, amount = 50) =>
  Array.from({ length: count }, (_, place) => ({ amount: amount + (place % 11), country: place % 3 ? 'DE' : 'PT' }))
const asked = (datasets: Readonly<Record<string, readonly Record<string, unknown>[]>>) => ({
  query_id,
  query,
  operation_name: 'Orders',
  variables: { token: 'hunter2', page: { size: 10 } },
  user: 'ana',
  role: 'user',
  datasets,
})

it('counts every record of results that come at once', async () => {
  const guard = create()
  await Promise.all(Array.from({ length: 10 }, () => guard.guard(asked({ orders: rows(30) }))))
  const [known] = await guard.about(query_id)
  expect(known).toMatchObject({ dataset: 'orders', records: 300, model: { features: 2 } })
  const { analyses } = await guard.guard(asked({ orders: rows(30) }))
  expect(analyses[0]).toMatchObject({ history_records: 300, is_odd: false })
})

it('reports a role that never ran a query before, once enough runs are known', async () => {
  const guard = create()
  const concerns = async (role: string | null) => {
    const { analyses } = await guard.guard({ ...asked({ orders: rows(5) }), role })
    return analyses.flatMap((one) => one.concerns).filter(({ type }) => type === 'new_role')
  }
  for (let run = 0; run < 10; run += 1) expect(await concerns(run % 2 ? 'user' : 'admin')).toEqual([])
  expect(await concerns('guest')).toEqual([])
  for (let run = 0; run < 10; run += 1) expect(await concerns(run % 2 ? 'user' : 'admin')).toEqual([])
  expect(await concerns(null)).toEqual([])
  expect(await concerns('contractor')).toEqual([
    {
      type: 'new_role',
      severity: 'medium',
      description: expect.stringContaining(
        'The role contractor runs this query for the first time; all 21 earlier runs',
      ),
    },
  ])
  expect(await concerns('contractor')).toEqual([])
  await store.transaction((tx) => store.queryResults.clear(query_id, tx))
  expect(await store.queryResults.roles(query_id)).toEqual(new Map())
})

it('scores records with the threshold of the role', async () => {
  // A rare combination of usual values, which only the forest finds.
  const usual = Array.from({ length: 400 }, (_, place) => ({
    amount: place % 200,
    price: 2 * (place % 200) + (place % 7),
  }))
  const rare = (amount: number) => [{ amount, price: 398 - amount }]
  const guard = create({ roleThresholds: { clerk: 0, admin: 1 } })
  await guard.guard(asked({ orders: usual }))
  const isOdd = async (role: string, rows: readonly Record<string, unknown>[]) => {
    const { analyses } = await guard.guard({ ...asked({ orders: rows }), role })
    return analyses.some(({ odd_records }) => odd_records.length > 0)
  }
  expect([await isOdd('admin', rare(3)), await isOdd('clerk', rare(4))]).toEqual([false, true])
  // Values outside of all earlier ones are anomalous for every role.
  expect(await isOdd('admin', [{ amount: 1e6, price: 7 }])).toBe(true)
})

it('sees changes by another process', async () => {
  const [one, other] = [create(), create()]
  await one.guard(asked({ orders: rows(120) }))
  await other.guard(asked({ orders: rows(30) }))
  const found = await one.judge(query_id, { amount: 1e6, country: 'DE' })
  expect(found).toMatchObject({ history_records: 150, is_odd: true })
  await store.transaction((tx) => store.queryResults.clear(query_id, tx))
  other.forget(query_id)
  expect(await one.judge(query_id, { amount: 1e6, country: 'DE' })).toMatchObject({ mode: 'baseline' })
})

it('scores a single record by the dataset with its fields', async () => {
  const guard = create()
  await guard.guard(asked({ orders: rows(120), people: rows(120).map((_, age) => ({ name: `n${age}`, age })) }))
  expect(await guard.judge(query_id, { age: 30, name: 'n5' })).toMatchObject({ dataset: 'people', is_odd: false })
  expect(await guard.judge(query_id, { amount: 55, country: 'DE' })).toMatchObject({ dataset: 'orders' })
})

it('asks a language model for no more records than it may see, once there is something to compare with', async () => {
  const seen: Parameters<ReadQuery>[0][] = []
  const guard = create({
    async readQuery(question) {
      seen.push(question)
      return {
        status: 'answered',
        records: [{ record_index: 0, reason: 'Too many.', risk_level: 'high', category: 'security_concern' }],
        concerns: [],
        recommendations: ['Ask why.'],
      }
    },
  })
  const first = await guard.guard(asked({ orders: rows(20) }))
  expect([first.analyses[0]?.reading.status, seen.length]).toEqual(['nothing_to_compare', 0])
  const second = await guard.guard(asked({ orders: rows(20) }))
  expect(seen[0]).toMatchObject({ query, operation_name: 'Orders', role: 'user', dataset: 'orders' })
  expect([seen[0]?.records.length, seen[0]?.former.length]).toEqual([5, 5])
  expect(second.analyses[0]).toMatchObject({
    is_odd: true,
    concerns: [{ type: 'security_concern', severity: 'high', description: 'Too many.' }],
    recommendations: ['Ask why.'],
  })
})

it('answers without the language model when that fails', async () => {
  const guard = create({
    async readQuery() {
      throw new Error('no route to host')
    },
  })
  await guard.guard(asked({ orders: rows(20) }))
  const { analyses } = await guard.guard(asked({ orders: rows(20) }))
  expect(analyses[0]).toMatchObject({ is_odd: false, reading: { status: 'failed', problem: 'no route to host' } })
})

it('reports an unusually large result', async () => {
  const guard = create()
  for (let day = 0; day < 12; day += 1) await guard.guard(asked({ orders: rows(20) }))
  const { analyses } = await guard.guard(asked({ orders: rows(500) }))
  expect(analyses[0]?.concerns).toEqual([
    { type: 'size_anomaly', severity: 'high', description: 'The result has 500 records; the previous maximum is 20.' },
  ])
  expect(analyses[0]?.recommendations).toEqual(['Add a limit to the query.'])
})

it('reports a sensitive field, with high severity if it is new', async () => {
  const guard = create()
  const first = await guard.guard(asked({ orders: rows(20).map((row) => ({ ...row, password: 'x' })) }))
  expect(first.analyses[0]).toMatchObject({ is_odd: false, concerns: [{ type: 'sensitive_field', severity: 'low' }] })
  await guard.guard(asked({ people: rows(20) }))
  const later = await guard.guard(asked({ people: rows(20).map((row) => ({ ...row, cardNumber: '4111' })) }))
  expect(later.analyses[0]?.concerns).toMatchObject([{ type: 'sensitive_field', severity: 'high' }])
})

it('keeps no variable whose name says that it is secret', async () => {
  await create().guard(asked({ orders: rows(2) }))
  const kept = await store.connections.read.selectFrom('query_patterns').select('variables_json').execute()
  expect(kept).toEqual([{ variables_json: '{"token":"…","page":{"size":10}}' }])
})
