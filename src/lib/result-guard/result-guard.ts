import { findDrift } from '../data-drift/data-drift.ts'
import type { DriftFinding } from '../data-drift/finding.ts'
import { type RecordRow, type RecordTable, toRecordTable } from '../data-drift/record-table.ts'
import type { JudgedRecord, RecordModel } from '../record-model/record-model.ts'
import { changesOfList, closestResult, type FormerResult, rememberResult, rowKey } from './former-results.ts'

export interface ResultGuardOptions {
  /** How far above the usual a record must score to be anomalous, 0–1. */
  readonly margin: number
  /** The number of records that a model requires. */
  readonly fewest: number
}

/** The report of a guard on the current results of a query. */
export interface ResultJudgement {
  /** `baseline`: there is nothing to compare with yet. */
  readonly mode: 'baseline' | 'comparative'
  /** The anomalous records, by their place in the result; scores of 0–1, high = anomalous. */
  readonly odd: readonly (JudgedRecord & { readonly index: number })[]
  /** The changes in the results as a whole, the most severe first. */
  readonly drift: readonly DriftFinding[]
  /** The score of the most anomalous record, 0–1; undefined without a model. */
  readonly highest: number | undefined
  /** The number of fields in the model; 0 without one. */
  readonly features: number
}

/** So many of the newest records are compared with, and learnt from. */
export const mostCompared = 2_000
const fewestCompared = 10
/** Refits a model after this many records, or this share of its training records. */
const dueAfter = { records: 14, share: 0.1 }
/** Learns anomalous records once they are more than this share: then they are usual. */
const mostOdd = 0.1

/**
 * Watches the results of one query: anomalous records by an isolation forest over the former ones, changes of the whole by comparing it
 * with them. Records outside of all former ones are remembered but not learnt, so that one bad record does not make the next one ordinary,
 * until more than a tenth of the recent ones are. Rare combinations are learnt: without them the usual would become ever narrower. Scoring changes nothing: nothing is ever compared with itself. A list that is polled again is
 * compared with its former result, because its rows are no new draws.
 *
 * Score O(records · fields), learn O(records), fit O(records · fields) when due. Holds at most 2,000 records.
 */
export class ResultGuard {
  readonly #options: ResultGuardOptions
  #rows: readonly RecordRow[] = []
  #odd: readonly boolean[] = []
  #keys: readonly number[] = []
  #former: readonly FormerResult[] = []
  #model: RecordModel | undefined
  #table: RecordTable | undefined
  /** The number of records since the table, and since the model, were created. */
  #sinceTable = 0
  #sinceModel = 0

  constructor(options: ResultGuardOptions) {
    this.#options = options
  }

  /** The active model; undefined until there are enough records. */
  get model(): RecordModel | undefined {
    return this.#model
  }

  /** Scores records. `margin` replaces the guard's own, for callers of whom more or less is unusual. */
  judge(rows: readonly RecordRow[], margin = this.#options.margin): ResultJudgement {
    const before = this.#before()
    const model = this.#model
    if (before.rows < fewestCompared && !model) {
      return { mode: 'baseline', odd: [], drift: [], highest: undefined, features: 0 }
    }
    const judged = model?.judge(rows, margin) ?? []
    const keys = rows.map(rowKey)
    const former = closestResult(this.#former, keys)
    const isShortList = former !== undefined && this.#knowsFew
    const odd = judged.flatMap((record, index) => {
      // A row that a list had before is no news.
      if (!record.isAnomaly || former?.keys.has(keys[index] ?? 0)) return []
      return isShortList && !record.reasons.some(({ outside }) => outside) ? [] : [{ ...record, index }]
    })
    return {
      mode: 'comparative',
      odd,
      drift: driftOf(before, rows, new Set(odd.map(({ index }) => index)), former, keys),
      highest: model ? judged.reduce((most, { score }) => Math.max(most, score), 0) : undefined,
      features: model?.features.length ?? 0,
    }
  }

  /** Stores records. Some of them, by their positions, were anomalous. */
  learn(rows: readonly RecordRow[], odd: ReadonlySet<number>): void {
    this.#former = rememberResult(this.#former, rows, odd)
    this.#rows = [...this.#rows, ...rows].slice(-mostCompared)
    this.#odd = [...this.#odd, ...rows.map((row, index) => odd.has(index) && this.#isOutside(row))].slice(-mostCompared)
    this.#keys = [...this.#keys, ...rows.map(rowKey)].slice(-mostCompared)
    this.#sinceTable += rows.length
    this.#sinceModel += rows.length
  }

  /** Whether there are enough new records for a new model. */
  get isDue(): boolean {
    if (this.#rows.length < this.#options.fewest) return false
    const known = this.#model?.records ?? 0
    return this.#model === undefined || this.#sinceModel >= Math.max(dueAfter.records, dueAfter.share * known)
  }

  /** The records to fit the next model to. The caller fits it and hands it to `adopt`. */
  toFit(): readonly RecordRow[] {
    this.#sinceModel = 0
    return this.#distinct()
  }

  /** Activates this model; `since`: the number of records after it was fitted, if known. */
  adopt(model: RecordModel | undefined, since?: number): void {
    if (!model) return
    this.#model = model
    if (since !== undefined) this.#sinceModel = since
  }

  /** The number of stored records. */
  get size(): number {
    return this.#rows.length
  }

  /** The newest records, the newest last. */
  recent(count: number): readonly RecordRow[] {
    return this.#rows.slice(-count)
  }

  /** Whether a value of an anomalous record lies outside of all former ones, as far as there is a model. */
  #isOutside(row: RecordRow): boolean {
    const [judged] = this.#model?.judge([row], this.#options.margin) ?? []
    return judged?.reasons.some(({ outside }) => outside) ?? true
  }

  #usual(): readonly RecordRow[] {
    const odd = this.#odd.reduce((count, is) => count + (is ? 1 : 0), 0)
    return odd > mostOdd * this.#rows.length ? this.#rows : this.#rows.filter((_, index) => !this.#odd[index])
  }

  /** Each usual row once, where there are enough: a forest takes rows that a list repeats for a crowd, and every new row for a loner. */
  #distinct(): readonly RecordRow[] {
    const rows = this.#usual()
    const distinct = new Map(rows.map((row) => [rowKey(row), row]))
    return distinct.size < this.#options.fewest ? rows : [...distinct.values()]
  }

  /** Whether the model knows little more than one short list: then only values far outside of it make a new row anomalous. */
  get #knowsFew(): boolean {
    return new Set(this.#keys).size < this.#options.fewest
  }

  /** The reference of the comparison; rebuilt once a tenth of it is new. */
  #before(): RecordTable {
    if (!this.#table || this.#sinceTable > this.#table.rows / 10) {
      this.#table = toRecordTable(this.#usual())
      this.#sinceTable = 0
    }
    return this.#table
  }
}

/** Of a list that comes again, what changed in it; of other results, what changed against all former records. */
const driftOf = (
  before: RecordTable,
  rows: readonly RecordRow[],
  odd: ReadonlySet<number>,
  former: FormerResult | undefined,
  keys: readonly number[],
): readonly DriftFinding[] => {
  if (!former) return driftBeside(before, rows, odd)
  if (rows.length === former.size && keys.every((key) => former.keys.has(key))) return []
  return changesOfList(driftBeside(before, rows, odd), former, before, toRecordTable(rows))
}

/**
 * The changes of the whole. A few anomalous records move means and ranges, and are reported already: so compare the others, and of all of
 * them only which values lie outside.
 */
const driftBeside = (
  before: RecordTable,
  rows: readonly RecordRow[],
  odd: ReadonlySet<number>,
): readonly DriftFinding[] => {
  const others = rows.filter((_, index) => !odd.has(index))
  if (odd.size === 0 || others.length === 0 || odd.size > mostOddBeside(rows.length)) {
    return findDrift(before, toRecordTable(rows))
  }
  const outliers = findDrift(before, toRecordTable(rows)).filter(({ type }) => type === 'numeric_outlier')
  return [...outliers, ...findDrift(before, toRecordTable(others)).filter(({ type }) => type !== 'numeric_outlier')]
}

const mostOddBeside = (rows: number): number => Math.max(1, rows / 10)
