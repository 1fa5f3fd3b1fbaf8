import { findDrift } from '../data-drift/data-drift.ts'
import type { DriftFinding } from '../data-drift/finding.ts'
import { type RecordRow, type RecordTable, toRecordTable } from '../data-drift/record-table.ts'
import { stableHash } from '../record-model/stable-hash.ts'

/** A whole result that a query gave. */
export interface FormerResult {
  readonly rows: readonly RecordRow[]
  /** The number of its rows; `rows` contains the last of them. */
  readonly size: number
  readonly keys: ReadonlySet<number>
}

const mostResults = 20
const mostKeys = 20_000
const mostRows = 2_000
/** A result that shares this share of its rows with a former one is the same list again. */
const sameShare = 0.5

/** Identifies a row by its content, whatever the order of its fields. */
export const rowKey = (row: RecordRow): number => {
  const text = JSON.stringify(sorted(row)) ?? ''
  return stableHash(text) * 1_000_000 + stableHash(`.${text}`)
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  )
}

/** Stores a result, and drops old ones beyond the limits. A single anomalous record is not stored, because it may occur again. */
export const rememberResult = (
  former: readonly FormerResult[],
  rows: readonly RecordRow[],
  odd: ReadonlySet<number>,
): readonly FormerResult[] => {
  if (rows.length === 0 || (rows.length === 1 && odd.size > 0)) return former
  const results = [...former, { rows: rows.slice(-mostRows), size: rows.length, keys: new Set(rows.map(rowKey)) }]
  let keys = 0
  let from = results.length
  while (from > 0 && results.length - from < mostResults) {
    keys += results[from - 1]?.keys.size ?? 0
    if (keys > mostKeys && from < results.length) break
    from -= 1
  }
  return results.slice(from)
}

/** Finds the former result that a list repeats, the newest of the closest; undefined if none shares half of its rows. */
export const closestResult = (former: readonly FormerResult[], keys: readonly number[]): FormerResult | undefined => {
  let best: FormerResult | undefined
  let most = sameShare * keys.length
  for (const result of former.toReversed()) {
    const shared = keys.reduce((count, key) => count + (result.keys.has(key) ? 1 : 0), 0)
    if (shared < most || (best && shared === most)) continue
    best = result
    most = shared
  }
  return best
}

/**
 * Of the changes that a repeated list shows against the pooled history, those that are changes of the list: its former result does not show
 * them, and the two results differ in them. Rows that stay are no draws from the history, so counts of different values are compared as
 * they are.
 */
export const changesOfList = (
  found: readonly DriftFinding[],
  former: FormerResult,
  before: RecordTable,
  after: RecordTable,
): readonly DriftFinding[] => {
  if (found.length === 0) return found
  const last = toRecordTable(former.rows)
  const nameOf = ({ type, fields }: DriftFinding) => `${type} ${fields.join(' ')}`
  const shownBefore = new Map(findDrift(before, last).map((finding) => [nameOf(finding), finding]))
  const differs = new Set(findDrift(last, after).map(nameOf))
  return found.filter((finding) => {
    if (shownBefore.get(nameOf(finding))?.severity === finding.severity) return false
    return finding.type === 'categorical_cardinality'
      ? hasOtherCount(finding.fields[0] ?? '', last, after)
      : differs.has(nameOf(finding))
  })
}

const hasOtherCount = (name: string, last: RecordTable, after: RecordTable): boolean => {
  const was = wordsOf(last, name)
  const is = wordsOf(after, name)
  const ratio = is / was
  return Math.abs(is - was) >= 2 && (ratio > 1.2 || ratio < 0.8)
}

const wordsOf = (table: RecordTable, name: string): number => {
  const column = table.columns.get(name)
  return column?.kind === 'category' ? Math.max(1, column.words.length) : 1
}
