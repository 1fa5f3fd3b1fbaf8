import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupingOf } from './grouping.ts'
import { nabScore, nabScoreAt, nabScoreLeftOut } from './nab.ts'
import { confusionOf, rankingOf } from './ranking.ts'

describe('a ranking', () => {
  it('is perfect when all anomalies come first', () => {
    expect(rankingOf([false, true, false, true], [0.1, 0.9, 0.2, 0.8])).toEqual({
      auc: 1,
      ap: 1,
      bestF1: 1,
      bestThreshold: 0.8,
    })
  })

  it('gains nothing from ties', () => {
    const { auc, ap, bestF1 } = rankingOf([true, false, false, false], [0.5, 0.5, 0.5, 0.5])
    expect(auc).toBe(0.5)
    expect(ap).toBe(0.25)
    expect(bestF1).toBeCloseTo(0.4)
  })

  it('counts pairs', () => {
    const pairs = fc.array(fc.record({ odd: fc.boolean(), score: fc.integer({ min: 0, max: 5 }) }), {
      minLength: 2,
      maxLength: 30,
    })
    fc.assert(
      fc.property(pairs, (rows) => {
        const [odd, fine] = [rows.filter((row) => row.odd), rows.filter((row) => !row.odd)]
        fc.pre(odd.length > 0 && fine.length > 0)
        const wins = odd.flatMap((a) => fine.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)))
        const mean = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length
        const { auc } = rankingOf(
          rows.map((row) => row.odd),
          rows.map((row) => row.score),
        )
        expect(auc).toBeCloseTo(mean, 10)
      }),
    )
  })

  it('counts right and wrong calls', () => {
    expect(confusionOf([true, true, false, false], [true, false, true, false])).toEqual({
      truePositives: 1,
      falseNegatives: 1,
      falsePositives: 1,
      trueNegatives: 1,
    })
  })
})

describe('a grouping', () => {
  it('counts only groups that are exactly right', () => {
    expect(groupingOf(['a', 'a', 'b', 'c'], ['1', '1', '2', '3'])).toEqual({ groupingAccuracy: 1, groupF1: 1 })
    expect(groupingOf(['a', 'a', 'b', 'c'], ['1', '2', '3', '3'])).toEqual({ groupingAccuracy: 0, groupF1: 0 })
    expect(groupingOf(['a', 'a', 'b', 'b'], ['1', '1', '2', '3']).groupingAccuracy).toBe(0.5)
  })
})

describe('the score of a benchmark for series', () => {
  const rows = 1000
  const quiet = Array.from({ length: rows }, () => 0)
  const at = (...alarms: number[]) => quiet.map((_, row) => (alarms.includes(row) ? 1 : 0))
  const windows: [number, number][] = [[600, 650]]

  it('is 0 for silence and near 100 for an alarm at the start of each window', () => {
    expect(nabScore([{ scores: quiet, windows }]).score).toBe(0)
    expect(nabScore([{ scores: at(600), windows }])).toMatchObject({ score: expect.closeTo(100, 0), threshold: 1 })
  })

  it('likes early alarms better than late ones, and no alarms outside', () => {
    const [early, late, outside] = [at(605), at(648), at(605, 300, 900)].map(
      (scores) => nabScore([{ scores, windows }]).score,
    )
    expect(early).toBeGreaterThan(late ?? 0)
    expect(early).toBeGreaterThan(outside ?? 0)
  })

  it('keeps to a given threshold', () => {
    const series = [{ scores: at(600).map((score) => score * 0.5), windows }]
    expect(nabScoreAt(series, 0.5)).toBeCloseTo(100, 0)
    expect(nabScoreAt(series, 0.6)).toBe(0)
  })

  it('takes the threshold of a group from the other groups', () => {
    const scaled = (factor: number) => [
      { scores: at(600, 900).map((score, row) => score * (row === 900 ? 0.5 : 1) * factor), windows },
    ]
    expect(nabScoreLeftOut([scaled(1), scaled(1)])).toBeCloseTo(100, 0)
    // The hit of the first group is below the threshold of the second, and the false alarm of the second is above that of the first.
    expect(nabScoreLeftOut([scaled(0.4), scaled(1)])).toBeLessThan(55)
  })
})
