import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { casesOf, deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import type { RecordRow } from '../data-drift/record-table.ts'
import { createRandom } from '../random/random.ts'
import { RecordModel } from '../record-model/record-model.ts'
import { ResultGuard } from './result-guard.ts'

/** A guard that processes results as the server does: score, learn, fit when due. Returns how many findings each gave. */
const watch = () => {
  const guard = new ResultGuard({ margin: 0.1, fewest: 100 })
  return (rows: readonly RecordRow[]) => {
    const judged = guard.judge(rows)
    guard.learn(rows, new Set(judged.odd.map(({ index }) => index)))
    if (guard.isDue) guard.adopt(RecordModel.fit(guard.toFit()))
    return judged
  }
}
const findings = ({ odd, drift }: ReturnType<ReturnType<typeof watch>>) => odd.length + drift.length

const cities = ['Lisbon', 'Berlin', 'Paris', 'Rome', 'Oslo', 'Madrid', 'Vienna', 'Prague']
/** A list as applications keep them: an id, a name, words that come again, numbers, dates, gaps, nested values. */
const listOf = (count: number, seed: number, columns = 0xff): RecordRow[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const all: readonly (readonly [string, unknown])[] = [
      ['id', i + 1],
      ['name', `customer ${random.below(1e6)}`],
      ['city', cities[random.below(cities.length)]],
      ['plan', ['free', 'team', 'enterprise'][random.below(3)]],
      ['balance', Math.round(random.next() ** 4 * 1e5) / 100],
      ['since', new Date(1.7e12 + random.below(1e10)).toISOString()],
      ['note', random.below(4) === 0 ? `note ${random.below(9)}` : null],
      ['tags', Array.from({ length: random.below(4) }, () => cities[random.below(3)])],
    ]
    return Object.fromEntries(all.filter((_field, bit) => (columns >> bit) & 1))
  })
}

describe('a list that is polled again and again', () => {
  it('is never anomalous while it stays the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 500 }),
        fc.nat(1e6),
        fc.integer({ min: 1, max: 255 }),
        (count, seed, columns) => {
          const take = watch()
          const rows = listOf(count, seed, columns)
          take(rows)
          for (let poll = 2; poll <= 8; poll += 1) expect(findings(take(rows))).toBe(0)
        },
      ),
      { numRuns: runs(15) },
    )
  })

  it.each(casesOf([10, 30, 50, 70, 100, 200], 2))('of %i rows stays quiet for 20 polls', (count) => {
    for (let seed = 0; seed < 2; seed += 1) {
      const take = watch()
      const rows = listOf(count, seed)
      take(rows)
      const counts = Array.from({ length: 20 }, () => findings(take([...rows].reverse())))
      expect(counts.reduce((a, b) => a + b, 0)).toBe(0)
    }
  })

  it('is seldom anomalous when a row comes, goes or is edited', needs(deepRun), () => {
    let polls = 0
    let loud = 0
    for (let seed = 0; seed < runs(12); seed += 1) {
      const random = createRandom(1_000 + seed)
      const take = watch()
      const spare = listOf(200, seed)
      let next = 30 + random.below(70)
      let rows = spare.slice(0, next)
      take(rows)
      for (let poll = 0; poll < 15; poll += 1) {
        const change = random.below(3)
        if (change === 0) rows = [...rows, spare[next++] ?? {}]
        else if (change === 1) rows = rows.filter((_, i) => i !== 3)
        else rows = rows.map((row, i) => (i % 40 === poll ? { ...row, plan: 'team', city: cities[poll % 8] } : row))
        polls += 1
        const { odd, drift } = take(rows)
        if (odd.length > 0 || drift.some(({ severity }) => severity !== 'low')) loud += 1
      }
    }
    expect(loud / polls).toBeLessThan(0.03)
  })

  it('is still anomalous when its content changes', needs(deepRun), () => {
    for (const count of casesOf([30, 60, 200])) {
      const rows = listOf(count, count)
      const changes: Readonly<Record<string, (row: RecordRow, i: number) => RecordRow>> = {
        'a wild number': (row, i) => (i === 5 ? { ...row, balance: 9e9 } : row),
        'an empty field': (row, i) => (i % 3 === 0 ? row : { ...row, city: null }),
        'one word instead of many': (row, i) => (i % 5 === 0 ? row : { ...row, city: 'Lisbon' }),
        'a new field': (row) => ({ ...row, password: 'hush' }),
        'other numbers': (row) => ({ ...row, balance: 1e6 + Number(row.balance) }),
      }
      for (const [what, change] of Object.entries(changes)) {
        const take = watch()
        for (let poll = 0; poll < 10; poll += 1) take(rows)
        expect([count, what, findings(take(rows.map(change))) > 0]).toEqual([count, what, true])
      }
    }
  })

  it('that alternates with another, as with two users, is compared with its own former result', needs(deepRun), () => {
    const take = watch()
    const [mine, yours] = [listOf(60, 1), listOf(45, 2).map((row) => ({ ...row, balance: 1e4 + Number(row.balance) }))]
    take(mine)
    take(yours)
    for (let poll = 0; poll < 8; poll += 1) expect([findings(take(mine)), findings(take(yours))]).toEqual([0, 0])
  })
})
