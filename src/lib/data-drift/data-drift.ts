import { day } from '../units/time.ts'
import { associationDrift } from './association.ts'
import { categoricalDrift } from './categorical.ts'
import { climb, type DriftFinding, percentToTenth } from './finding.ts'
import { numbersOf, numericDrift } from './numeric.ts'
import type { DriftColumn, DriftNumberColumn, RecordTable } from './record-table.ts'

const fewest = 10
const severityRank = { low: 0, medium: 1, high: 2 }

/**
 * Compares the records that a query gives now with those it gave before, field by field and pair by pair, and reports the changes, the
 * most severe first. Chance differences of samples of these sizes are no change: each detector asks its threshold *and* whether the difference
 * is beyond four standard errors. The order of rows changes nothing.
 *
 * O(rows · fields + rows · pairs), at most 100 fields, 16 of them numeric and 8 enums for pairs. Not for fewer than ten records before.
 */
export const findDrift = (before: RecordTable, after: RecordTable): readonly DriftFinding[] => {
  if (before.rows < fewest || after.rows === 0) return []
  const names = [...new Set([...before.columns.keys(), ...after.columns.keys()])]
  return [
    ...names.flatMap((name) => fieldDrift(name, before, after)),
    ...associationDrift(before, after), //
  ].sort((a, b) => severityRank[b.severity] - severityRank[a.severity])
}

const fieldDrift = (name: string, before: RecordTable, after: RecordTable): readonly DriftFinding[] => {
  const old = before.columns.get(name)
  const young = after.columns.get(name)
  if (!old) return [appeared(name, true)]
  if (!young)
    return after.rows < fewest ? [] : [appeared(name, false), ...nullDrift(name, old, undefined, before, after)]
  const nulls = nullDrift(name, old, young, before, after)
  if (young.present === 0 || old.present === 0) return nulls
  if (old.kind === 'category' && young.kind === 'category') return [...categoricalDrift(name, old, young), ...nulls]
  if (old.kind === 'category' || young.kind === 'category' || old.kind !== young.kind) {
    return [typeChange(name, old, young), ...nulls]
  }
  if (old.kind === 'date') return [...weekdayDrift(name, old, young), ...nulls]
  return [...numericDrift(name, numbersOf(old), numbersOf(young)), ...nulls]
}

const appeared = (name: string, isNew: boolean): DriftFinding => ({
  type: isNew ? 'new_field' : 'missing_field',
  fields: [name],
  severity: 'low',
  value: 1,
  threshold: 0,
  before: isNew ? 'not there' : 'there',
  after: isNew ? 'there' : 'not there',
  sentence: isNew
    ? `The field ${name} was never in the results before.`
    : `The field ${name} is gone from the results.`,
})

const typeChange = (name: string, old: DriftColumn, young: DriftColumn): DriftFinding => ({
  type: 'type_change',
  fields: [name],
  severity: 'medium',
  value: 1,
  threshold: 0,
  before: kinds[old.kind],
  after: kinds[young.kind],
  sentence: `${name} holds ${kinds[young.kind]} where it held ${kinds[old.kind]}.`,
})

const kinds = { number: 'numbers', date: 'dates', category: 'words' } as const

/** In standard errors: whether two shares are further apart than chance puts them. */
const apart = (p: number, n: number, q: number, m: number): boolean => {
  const pooled = (p * n + q * m) / (n + m)
  return Math.abs(p - q) > 3 * Math.sqrt(Math.max(pooled * (1 - pooled), 1 / (n + m)) * (1 / n + 1 / m))
}

const nullDrift = (
  name: string,
  old: DriftColumn,
  young: DriftColumn | undefined,
  before: RecordTable,
  after: RecordTable,
): readonly DriftFinding[] => {
  const was = 1 - old.present / before.rows
  const is = 1 - (young?.present ?? 0) / after.rows
  const step = apart(was, before.rows, is, after.rows)
    ? climb(Math.abs(is - was), { medium: 0.1, high: 0.2 })
    : undefined
  return step
    ? [
        {
          type: 'null_ratio',
          fields: [name],
          ...step,
          value: Math.abs(is - was),
          before: percentToTenth(was),
          after: percentToTenth(is),
          sentence: `${name} is empty in ${percentToTenth(is)} of the records where ${percentToTenth(was)} is usual.`,
        },
      ]
    : []
}

/** Saturday and Sunday, UTC; the epoch was a Thursday. */
const isWeekend = (time: number): boolean => [2, 3].includes(((Math.floor(time / day) % 7) + 7) % 7)

const weekdayDrift = (name: string, old: DriftNumberColumn, young: DriftNumberColumn): readonly DriftFinding[] => {
  const before = numbersOf(old)
  const after = numbersOf(young)
  if (before.sorted.length < fewest || after.sorted.length < fewest) return []
  const share = (times: Float64Array) => times.filter(isWeekend).length / times.length
  const [was, is] = [share(before.sorted), share(after.sorted)]
  const step = apart(was, before.sorted.length, is, after.sorted.length)
    ? climb(Math.abs(is - was), { medium: 0.2, high: 0.3 })
    : undefined
  if (!step) return []
  return [
    {
      type: 'date_weekday_pattern',
      fields: [name],
      ...step,
      // Before a week was seen, its weekend is unknown.
      severity: before.most - before.least < 6 * day ? 'low' : step.severity,
      value: Math.abs(is - was),
      before: `${percentToTenth(was)} at weekends`,
      after: `${percentToTenth(is)} at weekends`,
      sentence: `${percentToTenth(is)} of ${name} lie at weekends where ${percentToTenth(was)} is usual.`,
    },
  ]
}
