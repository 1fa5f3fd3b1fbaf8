import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { RecordModel } from './record-model.ts'
import { stableHash } from './stable-hash.ts'

const margin = 0.1
const random = createRandom(5)
const normal = () => Array.from({ length: 12 }, random.next).reduce((sum, value) => sum + value, -6)
const order = () => ({
  amount: 50 + 10 * normal(),
  quantity: String(1 + random.below(5)),
  country: ['DE', 'PT', 'FR'][random.below(3)],
  created_at: new Date(Date.UTC(2026, 0, 1) + random.below(1e9)).toISOString(),
  tags: Array.from({ length: random.below(4) }, () => 'a'),
  note: `note ${random.below(1e6)}`,
})
const many = (count: number) => Array.from({ length: count }, order)
const model = RecordModel.fit(many(1000))

describe('a model of records', () => {
  it('leaves ordinary records alone', () => {
    const odd = model?.judge(many(1000), margin).filter(({ isAnomaly }) => isAnomaly) ?? []
    expect(odd.length).toBeLessThan(20)
  })

  it('finds anomalies, and says by which field', () => {
    const usual = order()
    const [huge, strange] =
      model?.judge(
        [
          { ...usual, amount: 5_000 },
          { ...usual, country: 'XX', amount: 14, quantity: '40' },
        ],
        margin,
      ) ?? []
    expect(huge?.isAnomaly).toBe(true)
    expect(huge?.reasons[0]).toMatchObject({ field: 'amount', outside: true })
    expect(strange?.isAnomaly).toBe(true)
    expect(strange?.reasons.map(({ field }) => field)).toContain('quantity')
    expect(huge?.score).toBeGreaterThan(0.9)
  })

  it('gives a record the same score alone and among others, and scoring teaches it nothing', () => {
    const batch = many(100)
    const together = model?.judge(batch, margin).map(({ score }) => score)
    const alone = batch.map((record) => model?.judge([record], margin)[0]?.score)
    expect(alone).toEqual(together)
  })

  it('is the same after it was saved and loaded', () => {
    const batch = many(50)
    const loaded = model && RecordModel.load(model.save())
    expect(loaded?.judge(batch, margin)).toEqual(model?.judge(batch, margin))
    expect(loaded?.save()).toEqual(model?.save())
  })

  it('keeps none of the words it has seen', () => {
    expect(Buffer.from(model?.save() ?? []).toString('latin1')).not.toMatch(/DE|note \d/)
  })

  it('scores any record, whatever it was fitted to', () => {
    const anything = fc.array(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 6 }), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(anything, anything, (learnt, judged) => {
        for (const { score } of RecordModel.fit(learnt)?.judge(judged, margin) ?? []) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

it('hashes texts alike in every process', () => {
  expect(['', 'DE', 'Straße', 'a'.repeat(1000)].map(stableHash)).toEqual([998923, 483462, 450635, 347395])
  fc.assert(
    fc.property(fc.string(), (text) => {
      const hash = stableHash(text)
      expect(Number.isInteger(hash) && hash >= 0 && hash < 1_000_000).toBe(true)
    }),
  )
})
