import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { createRandom } from '../random/random.ts'
import { findDrift } from './data-drift.ts'
import type { DriftType } from './finding.ts'
import { type RecordRow, toRecordTable } from './record-table.ts'

const drift = (before: readonly RecordRow[], after: readonly RecordRow[]) =>
  findDrift(toRecordTable(before), toRecordTable(after))
const severityOf = (type: DriftType, before: readonly RecordRow[], after: readonly RecordRow[]) =>
  drift(before, after).find((finding) => finding.type === type)?.severity

const times = (count: number, row: (i: number) => RecordRow): RecordRow[] =>
  Array.from({ length: count }, (_, i) => row(i))
/** Numbers with a mean and a standard deviation that are exact. */
const around = (mean: number, deviation: number, count = 100) =>
  times(count, (i) => ({ x: mean + (i % 2 === 0 ? deviation : -deviation) }))
const spread = (least: number, most: number, count = 101) =>
  times(count, (i) => ({ x: least + ((most - least) * i) / (count - 1) }))
/** Words in such numbers: `words({ a: 50, b: 50 })`. */
const words = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([word, count]) => times(count, () => ({ w: word })))

describe('each change is found just beyond its threshold and not at it', () => {
  const vectors: readonly [DriftType, string, readonly RecordRow[], readonly RecordRow[], string | undefined][] = [
    ['numeric_mean', '1 σ', around(100, 10), around(110, 10), undefined],
    ['numeric_mean', '1.1 σ', around(100, 10), around(111, 10), 'low'],
    ['numeric_mean', '3 σ', around(100, 10), around(130, 10), 'low'],
    ['numeric_mean', '3.1 σ', around(100, 10), around(131, 10), 'medium'],
    ['numeric_mean', '6 σ', around(100, 10), around(160, 10), 'medium'],
    ['numeric_mean', '6.1 σ', around(100, 10), around(161, 10), 'high'],
    ['numeric_mean', 'beyond 3 σ, but by one number only', around(100, 10), [{ x: 115 }], undefined],
    ['numeric_variance', '× 2', around(100, 10), around(100, 20), undefined],
    ['numeric_variance', '× 2.1', around(100, 10), around(100, 21), 'medium'],
    ['numeric_variance', '× 3.1', around(100, 10), around(100, 31), 'high'],
    ['numeric_variance', '× 0.5', around(100, 10), around(100, 5), undefined],
    ['numeric_variance', '× 0.49', around(100, 10), around(100, 4.9), 'medium'],
    ['numeric_variance', '× 0.29', around(100, 10), around(100, 2.9), 'high'],
    ['numeric_range', '10 % wider', spread(0, 100), spread(0, 110), undefined],
    ['numeric_range', '11 % wider', spread(0, 100), spread(0, 111), 'low'],
    ['numeric_range', '× 1.5', spread(0, 100), spread(0, 150), 'low'],
    ['numeric_range', '× 1.51', spread(0, 100), spread(0, 151), 'medium'],
    ['numeric_range', '× 2.01', spread(0, 100), spread(0, 201), 'high'],
    ['numeric_outlier', '20 % outside', spread(0, 100), [{ x: 120 }], undefined],
    ['numeric_outlier', '21 % outside', spread(0, 100), [{ x: 121 }], 'medium'],
    ['numeric_outlier', '50 % outside', spread(0, 100), [{ x: -50 }], 'medium'],
    ['numeric_outlier', '51 % outside', spread(0, 100), [{ x: -51 }], 'high'],
    [
      'distribution_shift',
      'a fifth of all moved',
      spread(0, 99, 200),
      [...spread(0, 99, 160), ...spread(0, 0, 40)],
      undefined,
    ],
    [
      'distribution_shift',
      'a quarter moved',
      spread(0, 99, 400),
      [...spread(0, 99, 300), ...spread(0, 0, 100)],
      'medium',
    ],
    [
      'distribution_shift',
      'two fifths moved',
      spread(0, 99, 400),
      [...spread(0, 99, 240), ...spread(0, 0, 160)],
      'high',
    ],
    ['distribution_bin_count', 'half the bins', spread(0, 100, 400), spread(0, 49, 400), 'medium'],
    ['distribution_bin_count', 'most bins', spread(0, 100, 400), spread(0, 70, 400), undefined],
    ['categorical_cardinality', '× 1.2', words(each(10, 20)), words(each(12, 20)), undefined],
    ['categorical_cardinality', '× 1.3', words(each(10, 20)), words(each(13, 20)), 'low'],
    ['categorical_cardinality', '× 1.4', words(each(10, 20)), words(each(14, 20)), 'medium'],
    ['categorical_cardinality', '× 1.6', words(each(10, 20)), words(each(16, 20)), 'high'],
    ['categorical_cardinality', '× 0.7', words(each(10, 20)), words(each(7, 30)), 'low'],
    ['categorical_cardinality', 'as many as so few records have', words(each(100, 10)), words(each(20, 1)), undefined],
    ['categorical_distribution', 'by 10 % each', words({ a: 500, b: 500 }), words({ a: 600, b: 400 }), undefined],
    ['categorical_distribution', 'by 11 % each', words({ a: 500, b: 500 }), words({ a: 610, b: 390 }), 'medium'],
    ['categorical_distribution', 'by 21 % each', words({ a: 500, b: 500 }), words({ a: 710, b: 290 }), 'high'],
    [
      'categorical_distribution',
      'one of many by 21 %',
      words({ a: 300, ...each(9, 100) }),
      words({ a: 552, ...each(9, 72) }),
      'low',
    ],
    [
      'categorical_dominant',
      'two of three changed',
      words({ a: 30, b: 30, c: 30, d: 5, e: 5 }),
      words({ a: 30, d: 30, e: 30, b: 5 }),
      'medium',
    ],
    [
      'categorical_dominant',
      'one changed',
      words({ a: 30, b: 30, c: 30, d: 5 }),
      words({ a: 30, b: 30, d: 30 }),
      undefined,
    ],
    ['categorical_dominant', 'equals in another order', words(each(10, 10)), words(each(10, 9)), undefined],
    ['null_ratio', '10 %', nulls(1000, 0), nulls(1000, 100), undefined],
    ['null_ratio', '11 %', nulls(1000, 0), nulls(1000, 110), 'medium'],
    ['null_ratio', '21 %', nulls(1000, 0), nulls(1000, 210), 'high'],
    ['null_ratio', 'two of ten', nulls(40, 4), nulls(10, 2), undefined],
    ['date_weekday_pattern', 'by 20 %', days(100, 0), days(100, 20), undefined],
    ['date_weekday_pattern', 'by 21 %', days(100, 0), days(100, 21), 'medium'],
    ['date_weekday_pattern', 'by 31 %', days(100, 0), days(100, 31), 'high'],
    ['correlation', 'gone', pairs(200, 1), pairs(200, 0), 'high'],
    ['correlation', 'the same', pairs(200, 0.6), pairs(200, 0.6), undefined],
    ['enum_correlation', 'words no longer determine the number', tiers(200, true), tiers(200, false), 'high'],
    ['enum_correlation', 'still', tiers(200, true), tiers(60, true), undefined],
    ['new_field', 'a field more', around(1, 1), times(10, () => ({ x: 1, ssn: 'a' })), 'low'],
    ['missing_field', 'a field less', times(20, () => ({ x: 1, y: 2 })), times(20, () => ({ x: 1 })), 'low'],
    ['type_change', 'words for numbers', around(1, 1), times(20, () => ({ x: 'many' })), 'medium'],
  ]
  it.each(vectors)('%s %s', (type, _name, before, after, severity) => {
    expect(severityOf(type, before, after)).toBe(severity)
  })
})

function each(count: number, often: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, often]))
}
function nulls(count: number, empty: number): RecordRow[] {
  return times(count, (i) => ({ x: i < empty ? null : 5 }))
}
/** Dates of three weeks, so many of a hundred at weekends. 2026-01-05 is a Monday. */
function days(count: number, weekends: number): RecordRow[] {
  return times(count, (i) => {
    const day = (i % 3) * 7 + (i < (weekends * count) / 100 ? 5 : i % 5)
    return { at: new Date(Date.UTC(2026, 0, 5 + day, 12)).toISOString() }
  })
}
function pairs(count: number, weight: number): RecordRow[] {
  const random = createRandom(7)
  return times(count, () => {
    const a = random.next()
    return { a, b: weight * a + (1 - weight) * random.next() }
  })
}
function tiers(count: number, ordered: boolean): RecordRow[] {
  const random = createRandom(3)
  return times(count, (i) => ({
    tier: ['free', 'pro', 'gold'][i % 3],
    price: (ordered ? (i % 3) * 10 : random.below(3) * 10) + random.next(),
  }))
}

const normal = (random: ReturnType<typeof createRandom>) =>
  Array.from({ length: 12 }, random.next).reduce((sum, value) => sum + value, -6)

it('finds nothing in records of the same kind, in batches of any size', needs(deepRun), () => {
  const random = createRandom(11)
  const order = (): RecordRow => ({
    id: random.below(1e9),
    amount: 50 + 10 * normal(random),
    skewed: Math.exp(normal(random)),
    status: ['new', 'paid', 'paid', 'paid', 'sent'][random.below(5)],
    note: `note ${random.below(1e6)}`,
    at: new Date(Date.UTC(2026, 0, 1) + random.below(28 * 86_400_000)).toISOString(),
    coupon: random.next() < 0.3 ? 'SPRING' : null,
  })
  const history = times(1000, order)
  const found = [5, 20, 50, 100, 300].flatMap((size) =>
    Array.from({ length: 40 }, () => drift(history, times(size, order))).flatMap((findings) =>
      // A skewed number has no range: that one lies far outside of it now and then is true.
      findings.filter(({ severity, fields }) => severity !== 'low' && !fields.includes('skewed')),
    ),
  )
  expect(found.length).toBeLessThanOrEqual(2)
})

it('calls it no drift that ids grow', () => {
  expect(
    drift(
      times(100, (i) => ({ order_id: i })),
      times(100, (i) => ({ order_id: 100 + i })),
    ),
  ).toEqual([])
})

const anyRow = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'at', '__x'),
  fc.oneof(
    fc.integer({ min: -1000, max: 1000 }),
    fc.constantFrom('x', 'y', 'z', '17', '2026-01-05', '2026-01-10T10:00:00Z', null, true),
    fc.jsonValue(),
  ),
)

it('gives the same findings whatever the order of the rows', () => {
  const known = (before: readonly RecordRow[], after: readonly RecordRow[]) =>
    drift(before, after).map(({ type, fields, severity }) => ({ type, fields, severity }))
  fc.assert(
    fc.property(
      fc.array(anyRow, { minLength: 10, maxLength: 60 }).chain((rows) => fc.tuple(fc.constant(rows), shuffled(rows))),
      fc.array(anyRow, { minLength: 1, maxLength: 60 }).chain((rows) => fc.tuple(fc.constant(rows), shuffled(rows))),
      ([before, beforeToo], [after, afterToo]) => {
        expect(known(beforeToo, afterToo)).toEqual(known(before, after))
      },
    ),
  )
})

const shuffled = <Item>(items: readonly Item[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length })

it('never finds that records drifted from themselves, and finds no number that is none', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 10, maxLength: 80 }), (rows) => {
      expect(drift(rows, rows)).toEqual([])
    }),
  )
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 10 }), fc.array(anyRow), (before, after) => {
      for (const { value, threshold } of drift(before, after)) {
        expect(Number.isFinite(value)).toBe(true)
        expect(Number.isFinite(threshold)).toBe(true)
      }
    }),
  )
})
