import { sql } from 'kysely'
import { type Detection, isAboutFewer } from '../../schema/detection/detection.ts'
import { detectionFields } from '../../schema/detection/detection-fields.ts'
import { type Severity, severity } from '../../schema/severity.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { packDocument, unpackDocument } from '../json.ts'
import { listPage, type Page, type RowQuery } from '../page.ts'
import { batches, upsert } from '../write-rows.ts'
import type { DetectionRow } from './detection-tables.ts'
import { searchText, wordsOf } from './search-text.ts'

/** As much of a detection as a picture of many needs. */
export interface DetectionSpan {
  readonly id: string
  readonly stream: string
  readonly severity: string
  /** 0–100. */
  readonly score: number
  /** Whether it reports fewer events than usual, or none. */
  readonly fewer: boolean
  readonly firstSeen: number
  readonly lastSeen: number
}

/** The number of anomalies with one severity and score. */
export interface AnomalyGrade {
  readonly severity: Severity
  /** 0–1. */
  readonly score: number
  readonly count: number
}

export interface DetectionStore {
  save(detections: readonly Detection[], tx: Transaction): Promise<void>
  get(id: string): Promise<Detection | undefined>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Detection[]>
  list(query: RowQuery<Detection>): Promise<Page<Detection>>
  /** The detections that overlap a span, most severe first, then those with the highest score, without alerts of other systems. */
  oddest(query: {
    readonly from: number
    readonly to: number
    readonly limit: number
  }): Promise<readonly DetectionSpan[]>
  /** How many different anomalies overlap a span, by severity and score, without alerts of other systems. */
  grades(span: { readonly from: number; readonly to: number }): Promise<readonly AnomalyGrade[]>
  count(span: { readonly from: number; readonly to: number }): Promise<number>
}

/** Alerts of other systems, which Vedette did not score: they are no anomalies to compare with. */
const external: Detection['kind'] = 'external'

/** Stores detections. A detection that continues replaces its previous state. */
export const createDetectionStore = ({ read, contains, now }: StoreConnections): DetectionStore => ({
  async save(detections, tx) {
    // One statement cannot change a row twice.
    const latest = [...new Map(detections.map((detection) => [detection.id, detection])).values()]
    const rows = latest.map((detection) => toRow(withoutRawData(detection), now()))
    await upsert(tx, 'detections', rows, {
      key: ['id'],
      keep: ['detector', 'kind', 'stream', 'dedup_key', 'first_seen'],
      where: sql`excluded.last_seen > detections.last_seen`,
    })
  },

  async get(id) {
    const row = await read.selectFrom('detections').select('body').where('id', '=', id).executeTakeFirst()
    return row && unpackDocument<Detection>(row.body)
  },

  async load(ids, tx) {
    const found = new Map<string, Detection>()
    for (const part of batches(ids)) {
      const rows = await (tx ?? read).selectFrom('detections').select(['id', 'body']).where('id', 'in', part).execute()
      for (const row of rows) found.set(row.id, unpackDocument(row.body))
    }
    return ids.flatMap((id) => found.get(id) ?? [])
  },

  list: (query) =>
    listPage(query, (after, limit) => {
      let rows = read
        .selectFrom('detections')
        .select(['last_seen as time', 'id', 'body'])
        .orderBy('last_seen', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      if (after) {
        rows = rows.where((where) => where(where.refTuple('last_seen', 'id'), '<', where.tuple(after.time, after.id)))
      }
      if (query.from !== undefined) rows = rows.where('last_seen', '>=', query.from)
      if (query.to !== undefined) rows = rows.where('first_seen', '<=', query.to)
      for (const word of (query.fragments ?? []).flatMap(wordsOf)) {
        rows = rows.where((where) => contains(where.ref('search'), word))
      }
      return rows.execute()
    }),

  async oddest({ from, to, limit }) {
    const rows = await read
      .selectFrom('detections')
      .select(['id', 'stream', 'severity', 'score', 'dedup_key', 'first_seen', 'last_seen'])
      .where('last_seen', '>=', from)
      .where('first_seen', '<=', to)
      .where('kind', '<>', external)
      .orderBy(bySeverity, 'desc')
      .orderBy('score', 'desc')
      .orderBy('last_seen', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ first_seen, last_seen, score, dedup_key, ...row }) => ({
      ...row,
      fewer: isAboutFewer({ dedup_key }),
      score: Number(score),
      firstSeen: Number(first_seen),
      lastSeen: Number(last_seen),
    }))
  },

  async grades({ from, to }) {
    const rows = await read
      .selectFrom('detections')
      .select(['severity', 'score'])
      .select(({ fn }) => fn.count('dedup_key').distinct().as('count'))
      .where('last_seen', '>=', from)
      .where('first_seen', '<=', to)
      .where('kind', '<>', external)
      .groupBy(['severity', 'score'])
      .execute()
    return rows.map((row) => ({
      severity: severity.parse(row.severity),
      score: Number(row.score) / 100,
      count: Number(row.count),
    }))
  },

  async count({ from, to }) {
    const row = await read
      .selectFrom('detections')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('last_seen', '>=', from)
      .where('first_seen', '<=', to)
      .executeTakeFirst()
    return Number(row?.count ?? 0)
  },
})

const bySeverity = sql`case severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 when 'low' then 1 else 0 end`

/** The raw data of the sender is stored with the alert only. */
const withoutRawData = (detection: Detection): Detection => {
  if (!detection.observed?.raw_data) return detection
  const { raw_data: _, ...observed } = detection.observed
  return { ...detection, observed }
}

const toRow = (detection: Detection, savedAt: number): DetectionRow => ({
  id: detection.id,
  detector: detection.detector,
  kind: detection.kind,
  severity: detection.severity,
  stream: detection.stream,
  dedup_key: detection.dedup_key,
  first_seen: Date.parse(detection.first_seen),
  last_seen: Date.parse(detection.last_seen),
  score: Math.round(detection.score * 100),
  saved_at: savedAt,
  search: searchText([detectionFields.indexed(detection), detectionFields.texts(detection)]),
  body: packDocument(detection),
})
