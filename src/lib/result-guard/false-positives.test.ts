import { expect, it } from 'vitest'
import { casesOf, runs } from '../../../test/depth.ts'
import { keeps } from '../../../test/keeps.ts'
import type { RecordRow } from '../data-drift/record-table.ts'
import { createRandom } from '../random/random.ts'
import { RecordModel } from '../record-model/record-model.ts'
import { ResultGuard } from './result-guard.ts'

type Random = () => number

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const word = (random: Random, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')
const pick = (random: Random, words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? ''
const few = (random: Random, mean: number): number => Math.floor(-Math.log(1 - random()) * mean)

/** Ordinary records of a kind, and changes that make one a rare value. */
const kinds: Readonly<
  Record<string, { make(random: Random, id: number): RecordRow; readonly rare: readonly RecordRow[] }>
> = {
  'e-mail addresses': {
    make: (random, id) => ({
      id,
      email: `${word(random, 3 + few(random, 4))}.${word(random, 4 + few(random, 3))}@${pick(random, ['example.com', 'mail.example'])}`,
      verified: random() < 0.9,
    }),
    rare: [{ email: `${'a'.repeat(400)}@example.com` }],
  },
  'log-normal numbers': {
    make: (random) => ({
      amount: Math.exp(3 + 1.2 * normal(random)),
      fee: Math.exp(0.5 * normal(random)),
      days: few(random, 4),
    }),
    rare: [{ amount: 2e6 }, { amount: -100 }, { fee: 5_000 }, { days: 900 }],
  },
  orders: {
    make: (random, id) => {
      const amount = Math.exp(3.5 + 0.8 * normal(random))
      return {
        id,
        amount: Math.round(amount * 100) / 100,
        tax: Math.round(amount * 19) / 100,
        country: random() < 0.9 ? pick(random, ['DE', 'PT', 'FR']) : pick(random, ['SE', 'PL', 'IT', 'ES']),
        coupon: random() < 0.1 ? 'SPRING' : null,
        items: 1 + few(random, 2),
        ordered_at: new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString(),
      }
    },
    rare: [{ amount: 1e6 }, { tax: -50 }, { items: 4_000 }, { country: 'Narnia' }],
  },
}

const hostileTexts = ["' OR 1=1--", '<script>', '../../etc/passwd', '; rm -rf /', '<%= 7*7 %>', 'a\u0000b']

it.each(casesOf(Object.keys(kinds), 2))(
  `flags at most one record in a hundred of ordinary %s, and every rare or hostile value (${keeps('query-guard.hostile-texts')})`,
  (name) => {
    const { make, rare } = kinds[name] ?? { make: () => ({}), rare: [] }
    let [odd, total] = [0, 0]
    for (let seed = 1; seed <= runs(10); seed += 1) {
      const { next: random } = createRandom(seed)
      const guard = new ResultGuard({ margin: 0.1, fewest: 100 })
      let id = 0
      const result = () =>
        Array.from({ length: 50 }, () => {
          id += 1
          return make(random, id)
        })
      for (let number = 0; number < 50; number += 1) {
        const rows = result()
        const found = guard.judge(rows).odd
        if (number >= 30) {
          odd += found.length
          total += rows.length
        }
        guard.learn(rows, new Set(found.map(({ index }) => index)))
        if (guard.isDue) guard.adopt(RecordModel.fit(guard.toFit()))
      }
      const [ordinary] = result()
      const hostile = Object.keys(ordinary ?? {}).flatMap((field) => hostileTexts.map((text) => ({ [field]: text })))
      for (const change of [...rare, ...hostile]) {
        const [row] = result()
        expect(guard.judge([{ ...row, ...change }]).odd, JSON.stringify(change).slice(0, 60)).toHaveLength(1)
      }
    }
    expect(odd / total).toBeLessThanOrEqual(0.01)
  },
)
