import type { KnownIndicator, Observable, ObservableType } from '../../schema/intelligence/indicator.ts'
import type { Severity } from '../../schema/severity.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from '../page.ts'
import { batches, upsert } from '../write-rows.ts'
import type { ThreatIntelRow } from './intel-tables.ts'

/** The fields of an indicator that matching needs. */
export interface IndicatorSummary
  extends Pick<
    KnownIndicator,
    'ioc' | 'ioc_type' | 'threat_level' | 'confidence' | 'sources' | 'description' | 'positives'
  > {
  readonly validUntil: number | undefined
  readonly updatedAt: number
}

export interface IndicatorQuery extends PageRequest {
  /** A fragment of the value. */
  readonly text?: string | undefined
  readonly type?: ObservableType | undefined
  readonly level?: Severity | undefined
  readonly source?: string | undefined
  /** Only values with a report. */
  readonly known?: boolean | undefined
  /** Only values that are valid at a time. */
  readonly validAt?: number | undefined
}

/** Indicators and their hits (the table `threat_intel`). */
export interface ThreatIntelStore {
  get(id: string): Promise<KnownIndicator | undefined>
  load(ids: readonly string[]): Promise<readonly KnownIndicator[]>
  /** Reads the indicators with the given IDs and saves the ones that `work` returns, in one transaction. */
  change(
    ids: readonly string[],
    work: (known: ReadonlyMap<string, KnownIndicator>) => readonly KnownIndicator[],
  ): Promise<void>
  /** Lists indicators, the most recently changed first. */
  list(query: IndicatorQuery): Promise<Page<KnownIndicator>>
  /** All indicators that changed after a time, oldest change first, including withdrawn ones. */
  changedSince(since: number): AsyncIterable<readonly IndicatorSummary[]>
  /** Returns a moment: later reads see every change that was stamped before it. */
  settled(): Promise<number>
  /** Yields the IDs of all indicators that a source reports. */
  idsOfSource(source: string): AsyncIterable<readonly string[]>
  /** Returns the IDs in the given ranges, both ends included. */
  idsInRanges(spans: readonly (readonly [from: string, to: string])[]): Promise<readonly string[]>
  /** Removes indicators without reports that have not changed since a time. */
  forget(before: number): Promise<number>
}

const chunk = 2000

/** Stores one row per value: the columns contain the summary, `raw_data` the report of each source. */
export const createThreatIntelStore = (connections: StoreConnections): ThreatIntelStore => {
  const { read, abilities, transaction, stamp, settled, contains } = connections

  const load = async (ids: readonly string[], tx?: Transaction): Promise<KnownIndicator[]> => {
    const found: KnownIndicator[] = []
    for (const part of batches([...new Set(ids)])) {
      const rows = (tx ?? read).selectFrom('threat_intel').selectAll().where('id', 'in', part)
      found.push(...(await (tx && abilities.lockRows ? rows.forUpdate() : rows).execute()).map(fromRow))
    }
    return found
  }

  return {
    load: (ids) => load(ids),

    async get(id) {
      return (await load([id]))[0]
    },

    change: (ids, work) =>
      transaction(async (tx) => {
        const known = await load(ids, tx)
        const changed = work(new Map(known.map((one) => [one.id, one])))
        const at = stamp()
        const rows = changed.map((one) => toRow(one, at))
        await upsert(tx, 'threat_intel', rows, { key: ['id'], keep: ['ioc', 'ioc_type', 'created_at'] })
      }),

    async list({ limit, after, text, type, level, source, known, validAt }) {
      let rows = read
        .selectFrom('threat_intel')
        .selectAll()
        .orderBy('updated_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (after !== undefined) {
        const { time, id } = readCursor(after)
        rows = rows.where((where) => where(where.refTuple('updated_at', 'id'), '<', where.tuple(time, id)))
      }
      if (text) rows = rows.where(({ ref }) => contains(ref('ioc'), text))
      if (type) rows = rows.where('ioc_type', '=', type)
      if (level) rows = rows.where('threat_level', '=', level)
      if (source) rows = rows.where(({ ref }) => contains(ref('source'), source))
      if (known) rows = rows.where('source', '!=', '')
      if (validAt !== undefined) {
        rows = rows.where((where) => where.or([where('valid_until', 'is', null), where('valid_until', '>=', validAt)]))
      }
      const found = await rows.execute()
      const last = found[limit - 1]
      return {
        items: found.slice(0, limit).map(fromRow),
        next: found.length > limit && last ? writeCursor({ time: Number(last.updated_at), id: last.id }) : undefined,
      }
    },

    settled,

    async *changedSince(since) {
      let time = since
      let id = ''
      for (;;) {
        const rows = await read
          .selectFrom('threat_intel')
          .select(['id', 'ioc', 'ioc_type', 'threat_level', 'confidence_score', 'source', 'description'])
          .select(['valid_until', 'positives', 'updated_at'])
          .where((where) => where(where.refTuple('updated_at', 'id'), '>', where.tuple(time, id)))
          .orderBy('updated_at')
          .orderBy('id')
          .limit(chunk)
          .execute()
        if (rows.length > 0) yield rows.map(toSummary)
        const last = rows.at(-1)
        if (rows.length < chunk || !last) return
        time = Number(last.updated_at)
        id = last.id
      }
    },

    async *idsOfSource(source) {
      let after = ''
      for (;;) {
        const rows = await read
          .selectFrom('threat_intel')
          .select(['id', 'source'])
          .where('id', '>', after)
          .where(({ ref }) => contains(ref('source'), source))
          .orderBy('id')
          .limit(chunk)
          .execute()
        const ids = rows.filter((row) => readSources(row.source).includes(source)).map((row) => row.id)
        if (ids.length > 0) yield ids
        const last = rows.at(-1)
        if (rows.length < chunk || !last) return
        after = last.id
      }
    },

    async idsInRanges(ranges) {
      const ids: string[] = []
      for (const part of batches(ranges)) {
        const rows = await read
          .selectFrom('threat_intel')
          .select('id')
          .where((where) =>
            where.or(part.map(([from, to]) => where.and([where('id', '>=', from), where('id', '<=', to)]))),
          )
          .execute()
        ids.push(...rows.map(({ id }) => id))
      }
      return ids
    },

    async forget(before) {
      const { numDeletedRows } = await connections.write
        .deleteFrom('threat_intel')
        .where('source', '=', '')
        .where('updated_at', '<', before)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

const writeSources = (sources: readonly string[]): string => sources.join(', ')
const readSources = (text: string): string[] => (text === '' ? [] : text.split(', '))

const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text))
const textOf = (time: number | null): string | null => (time === null ? null : new Date(Number(time)).toISOString())

const toRow = (one: KnownIndicator, at: number): ThreatIntelRow => ({
  id: one.id,
  ioc: one.ioc,
  ioc_type: one.ioc_type,
  threat_level: one.threat_level,
  confidence_score: one.confidence,
  source: writeSources(one.sources),
  description: one.description,
  first_seen: timeOf(one.first_seen),
  last_seen: timeOf(one.last_seen),
  valid_until: timeOf(one.valid_until),
  detection_rate: one.total === 0 ? 0 : one.positives / one.total,
  positives: one.positives,
  total: one.total,
  tags: toJson(one.tags),
  raw_data: toJson(one.reports),
  created_at: at,
  updated_at: at,
})

// The casts are safe: `toRow` wrote the types and severities.
const fromRow = (row: ThreatIntelRow): KnownIndicator => ({
  id: row.id,
  ioc: row.ioc,
  ioc_type: row.ioc_type as Observable['type'],
  threat_level: row.threat_level as KnownIndicator['threat_level'],
  confidence: row.confidence_score,
  sources: readSources(row.source),
  description: row.description,
  tags: fromJson(row.tags),
  first_seen: textOf(row.first_seen),
  last_seen: textOf(row.last_seen),
  valid_until: textOf(row.valid_until),
  positives: Number(row.positives),
  total: Number(row.total),
  reports: fromJson(row.raw_data),
  updated_at: new Date(Number(row.updated_at)).toISOString(),
})

const toSummary = (
  row: Pick<
    ThreatIntelRow,
    | 'ioc'
    | 'ioc_type'
    | 'threat_level'
    | 'confidence_score'
    | 'source'
    | 'description'
    | 'valid_until'
    | 'positives'
    | 'updated_at'
  >,
): IndicatorSummary => ({
  ioc: row.ioc,
  ioc_type: row.ioc_type as Observable['type'],
  threat_level: row.threat_level as KnownIndicator['threat_level'],
  confidence: row.confidence_score,
  sources: readSources(row.source),
  description: row.description,
  validUntil: row.valid_until === null ? undefined : Number(row.valid_until),
  positives: Number(row.positives),
  updatedAt: Number(row.updated_at),
})
