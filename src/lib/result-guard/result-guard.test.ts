import { expect, it } from 'vitest'
import type { RecordRow } from '../data-drift/record-table.ts'
import { createRandom } from '../random/random.ts'
import { RecordModel } from '../record-model/record-model.ts'
import { ResultGuard } from './result-guard.ts'

const random = createRandom(11)
const normal = () => Array.from({ length: 12 }, random.next).reduce((sum, value) => sum + value, -6)
const order = () => ({
  id: random.below(1e9),
  amount: 50 + 10 * normal(),
  country: ['DE', 'PT', 'FR'][random.below(3)],
  quantity: 1 + random.below(5),
})
const many = (count: number) => Array.from({ length: count }, order)
const create = () => new ResultGuard({ margin: 0.1, fewest: 100 })
const teach = (guard: ResultGuard, rows: readonly RecordRow[], odd: readonly number[] = []) => {
  guard.learn(rows, new Set(odd))
  if (guard.isDue) guard.adopt(RecordModel.fit(guard.toFit()))
}

it('has nothing to say of the first results', () => {
  expect(create().judge(many(5))).toEqual({ mode: 'baseline', odd: [], drift: [], highest: undefined, features: 0 })
})

it('compares with few records, and makes a model of many', () => {
  const guard = create()
  teach(guard, many(30))
  expect(guard.judge([{ ...order(), amount: 1e6 }])).toMatchObject({
    mode: 'comparative',
    odd: [],
    drift: [
      { type: 'numeric_mean', severity: 'high' },
      { type: 'numeric_outlier', severity: 'high' },
    ],
  })
  teach(guard, many(70))
  expect(guard.model?.records).toBe(100)
  const [odd, ...others] = guard.judge([order(), { ...order(), amount: 1e6 }]).odd
  expect(odd).toMatchObject({ index: 1, score: 1 })
  expect(odd?.reasons[0]).toMatchObject({ field: 'amount', outside: true })
  expect(others).toEqual([])
})

it('never learns by scoring, and the same results get the same scores again', () => {
  const guard = create()
  teach(guard, many(200))
  const odd = [{ ...order(), amount: 1e6 }]
  const first = guard.judge(odd)
  for (let again = 0; again < 3; again += 1) expect(guard.judge(odd)).toEqual(first)
})

it('still finds anomalies after anomalous records were remembered', () => {
  const guard = create()
  teach(guard, many(200))
  for (let again = 0; again < 3; again += 1) {
    const odd = [{ ...order(), amount: 1e6 }]
    expect(guard.judge(odd).odd.map(({ index }) => index)).toEqual([0])
    teach(guard, [...many(20), ...odd], [20])
  }
})

it('takes for usual what comes again and again', () => {
  const guard = create()
  teach(guard, many(200))
  const moved = () => many(100).map((row) => ({ ...row, amount: row.amount + 1_000 }))
  const findings: number[] = []
  for (let again = 0; again < 4; again += 1) {
    const rows = moved()
    const { odd } = guard.judge(rows)
    findings.push(odd.length)
    teach(
      guard,
      rows,
      odd.map(({ index }) => index),
    )
  }
  expect(findings[0]).toBe(100)
  expect(findings.at(-1)).toBeLessThan(5)
})

it('leaves ordinary results alone', () => {
  const guard = create()
  teach(guard, many(500))
  let odd = 0
  let changed = 0
  for (let batch = 0; batch < 100; batch += 1) {
    const judged = guard.judge(many(50))
    odd += judged.odd.length
    changed += judged.drift.filter(({ severity }) => severity !== 'low').length
  }
  expect(odd).toBeLessThan(50)
  expect(changed).toBeLessThan(5)
})

it('fits a model when fourteen records came, or a tenth of what it knows', () => {
  const guard = create()
  teach(guard, many(100))
  guard.learn(many(13), new Set())
  expect(guard.isDue).toBe(false)
  guard.learn(many(1), new Set())
  expect(guard.isDue).toBe(true)
  teach(guard, many(1_000))
  guard.learn(many(100), new Set())
  expect(guard.isDue).toBe(false)
  guard.learn(many(12), new Set())
  expect(guard.isDue).toBe(true)
})
