import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSimilarIndex, type SimilarIndex } from './similar-index.ts'

interface Item {
  readonly id: string
  readonly time: number
  readonly features: readonly string[]
}
const item = (id: string, features: readonly string[], time = 0): Item => ({ id, time, features })
type Question = Omit<Parameters<SimilarIndex<Item>['find']>[0], 'most'> & { readonly most?: number }
const makeIndex = (most?: number) => {
  const index: SimilarIndex<Item> = createSimilarIndex(most)
  return {
    index,
    put: (one: Item) => index.put(one, one.features),
    find: (question: Question) => index.find({ most: 1_000, ...question }),
  }
}
const found = (matches: readonly { readonly item: Item; readonly similarity: number }[]) =>
  matches.map(({ item: { id }, similarity }) => `${id} ${similarity.toFixed(2)}`)

const feature = fc
  .tuple(fc.constantFrom('type', 'ip', 'user', 'title', 'host'), fc.nat(6))
  .map(([kind, value]) => `${kind}:${value}`)
const items = fc.array(fc.uniqueArray(feature, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 30 })

describe('the index of similar things', () => {
  it('finds items with common features, rare ones first', () => {
    const index = makeIndex()
    for (let i = 0; i < 20; i++) index.put(item(`common${i}`, ['type:anomaly', 'host:web-01', `ip:${i}`]))
    index.put(item('rare', ['type:anomaly', 'host:db-01', 'ip:203.0.113.9']))
    const [first, second] = index.find({ features: ['type:anomaly', 'host:web-01', 'ip:203.0.113.9'], least: 0.3 })
    expect(first?.item.id).toBe('rare')
    expect(first?.similarity).toBeGreaterThan((second?.similarity ?? 1) + 0.02)
  })

  it('leaves out itself, later items, and items below the minimum similarity', () => {
    const index = makeIndex()
    for (const [id, time] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const)
      index.put(item(id, ['type:x', 'ip:1'], time))
    index.put(item('d', ['type:x', 'ip:2'], 1))
    expect(found(index.find({ id: 'b', features: ['type:x', 'ip:1'], before: 3, least: 0.9 }))).toEqual(['a 1.00'])
    expect(index.find({ features: ['ip:9'], least: 0 })).toEqual([])
  })

  it('updates changed items', () => {
    const index = makeIndex()
    index.put(item('a', ['ip:1']))
    index.put(item('a', ['ip:1', 'ip:2']))
    index.put(item('a', ['ip:2']))
    expect(index.index.size).toBe(1)
    expect(found(index.find({ features: ['ip:1'], least: 0 }))).toEqual([])
    expect(found(index.find({ features: ['ip:2'], least: 0 }))).toEqual(['a 1.00'])
  })

  it('drops the items unchanged for longest above the limit', () => {
    const index = makeIndex(100)
    for (let i = 0; i < 1_000; i++) index.put(item(`${i}`, ['type:x', `ip:${i}`]))
    expect(index.index.size).toBeLessThanOrEqual(100)
    expect(index.find({ features: ['type:x', 'ip:999'], least: 1 })).toHaveLength(1)
    expect(index.find({ features: ['ip:0'], least: 0 })).toHaveLength(0)
  })

  it('is between 0 and 1, symmetric, independent of order, and 1 for equal features', () => {
    fc.assert(
      fc.property(items, fc.nat(), (all, pick) => {
        const index = makeIndex()
        const reversed = makeIndex()
        all.forEach((features, i) => void index.put(item(`${i}`, features)))
        all
          .map((features, i) => item(`${i}`, features))
          .reverse()
          .forEach((one) => void reversed.put(one))
        const at = pick % all.length
        const matches = index.find({ features: all[at] ?? [], least: 0 })
        expect(reversed.find({ features: all[at] ?? [], least: 0 })).toEqual(matches)
        for (const { item: other, similarity } of matches) {
          expect(similarity).toBeGreaterThan(0)
          expect(similarity).toBeLessThanOrEqual(1)
          const back = index.find({ features: other.features, least: 0 }).find((match) => match.item.id === `${at}`)
          expect(back?.similarity).toBeCloseTo(similarity, 9)
          if (other.id === `${at}`) expect(similarity).toBe(1)
        }
      }),
    )
  })
})
