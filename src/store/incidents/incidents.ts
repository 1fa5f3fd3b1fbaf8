import { sql } from 'kysely'
import { type Incident, openIncidentStatuses } from '../../schema/incident/incident.ts'
import { searchText, wordsOf } from '../alerts/search-text.ts'
import type { StoreConnections } from '../connect.ts'
import { nextNumbers } from '../counters.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { listPage, type Page, type RowQuery } from '../page.ts'
import { createRecent } from '../recent.ts'
import { batches, upsert } from '../write-rows.ts'
import type { IncidentRow } from './incident-tables.ts'

interface IncidentQuery extends RowQuery<Incident> {
  /** Descending, by default `created_at`. Incidents of the same risk are ordered by their last event. */
  readonly order?: keyof typeof places | undefined
}

export interface IncidentStore {
  /** Open incidents last seen at or after a time, which a new alert may join. */
  findOpen(lastSeenAfter: number, tx: Transaction): Promise<readonly Incident[]>
  /** Those of them that contain an alert with one of these keys, last seen at or after that time. */
  findOpenWith(dedupKeys: readonly string[], lastSeenAfter: number, tx: Transaction): Promise<readonly Incident[]>
  /** Open, unassigned incidents of these severities that have not changed since a moment; by ID, after one of them. */
  idle(query: {
    readonly before: number
    readonly severities: readonly Incident['severity'][]
    readonly after: string
    readonly limit: number
  }): Promise<readonly Incident[]>
  save(incidents: readonly Incident[], tx: Transaction): Promise<void>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Incident[]>
  /** By id or by display id (`INC-3`). */
  get(id: string, tx?: Transaction): Promise<Incident | undefined>
  list(query: IncidentQuery): Promise<Page<Incident>>
  /** Takes the numbers of the next `count` display ids, one by default; returns the first. */
  nextNumber(tx: Transaction, count?: number): Promise<number>
  counts(): Promise<readonly { readonly status: string; readonly severity: string; readonly count: number }[]>
  /** The open ones that matter most: by risk, then by time. */
  worstOpen(limit: number): Promise<readonly Incident[]>
}

/** The size of the cache of parsed incidents: a new alert is compared with all open ones of its time. */
const mostRecent = 3_000

type Stamp = Pick<IncidentRow, 'incident_id' | 'changed_at' | 'version'>

/** Stores incidents: each as a document, with additional columns for SQL. */
export const createIncidentStore = (connections: StoreConnections): IncidentStore => {
  const { read, abilities, stamp, contains } = connections
  /** Within a transaction, rows are read for an update, so lock them. */
  const stamps = (tx?: Transaction) => {
    const rows = (tx ?? read).selectFrom('incidents').select(['incident_id', 'changed_at', 'version'])
    return tx && abilities.lockRows ? rows.forUpdate() : rows
  }
  const bodies = (tx?: Transaction) => stamps(tx).select('body')
  const recent = createRecent<Incident>(mostRecent)

  /** Reads the incidents of rows, in their order, and parses only those that changed since the last read. */
  const readAll = async (rows: readonly Stamp[], tx?: Transaction): Promise<readonly Incident[]> => {
    const found = new Map<string, Incident>()
    const stale: string[] = []
    for (const { incident_id, changed_at, version } of rows) {
      const known = recent.get(incident_id, `${changed_at} ${version}`)
      if (known) found.set(incident_id, known)
      else stale.push(incident_id)
    }
    for (const part of batches(stale)) {
      const changed = await bodies(tx).where('incident_id', 'in', part).execute()
      for (const { incident_id, changed_at, version, body } of changed) {
        const incident = fromJson<Incident>(body)
        recent.put(incident_id, `${changed_at} ${version}`, incident)
        found.set(incident_id, incident)
      }
    }
    return rows.flatMap(({ incident_id }) => found.get(incident_id) ?? [])
  }

  return {
    async findOpen(lastSeenAfter, tx) {
      const rows = await stamps(tx)
        .where('status', 'in', openIncidentStatuses)
        .where('last_seen', '>=', lastSeenAfter)
        .orderBy('created_at')
        .orderBy('incident_id')
        .execute()
      return readAll(rows, tx)
    },

    async findOpenWith(dedupKeys, lastSeenAfter, tx) {
      const ids = new Set<string>()
      for (const part of batches([...new Set(dedupKeys)])) {
        // A query of its own, because a lock of the incidents would include the alerts of a joined table.
        const rows = await tx
          .selectFrom('alerts')
          .select('incident_id')
          .distinct()
          .where('dedup_key', 'in', part)
          .where('last_seen', '>=', lastSeenAfter)
          .where('incident_id', 'is not', null)
          .execute()
        for (const { incident_id } of rows) if (incident_id !== null) ids.add(incident_id)
      }
      const found: Incident[] = []
      for (const part of batches([...ids])) {
        const rows = await stamps(tx)
          .where('incident_id', 'in', part)
          .where('status', 'in', openIncidentStatuses)
          .where('last_seen', '>=', lastSeenAfter)
          .execute()
        found.push(...(await readAll(rows, tx)))
      }
      return found
    },

    async idle({ before, severities, after, limit }) {
      const rows = await read
        .selectFrom('incidents')
        .select('body')
        .where('status', '=', 'open')
        .where('assigned_to', 'is', null)
        .where('severity', 'in', severities)
        .where('updated_at', '<', before)
        .where('incident_id', '>', after)
        .orderBy('incident_id')
        .limit(limit)
        .execute()
      return rows.map(({ body }) => fromJson(body))
    },

    async save(incidents, tx) {
      const newest = new Map(incidents.map((incident) => [incident.id, incident]))
      const rows = [...newest.values()].map((incident) => toRow(incident, stamp()))
      await upsert(tx, 'incidents', rows, {
        key: ['incident_id'],
        keep: ['display_id', 'detection_date', 'created_at'],
        // Saving an unchanged incident notifies nobody.
        where: sql`incidents.body <> excluded.body`,
      })
    },

    async load(ids, tx) {
      const found = new Map<string, Incident>()
      for (const part of batches(ids)) {
        const rows = await stamps(tx).where('incident_id', 'in', part).execute()
        for (const incident of await readAll(rows, tx)) found.set(incident.id, incident)
      }
      return ids.flatMap((id) => found.get(id) ?? [])
    },

    async get(id, tx) {
      const row = await bodies(tx)
        .where((where) => where.or([where('incident_id', '=', id), where('display_id', '=', id.toUpperCase())]))
        .executeTakeFirst()
      return row && fromJson<Incident>(row.body)
    },

    list: (query) =>
      listPage(query, (after, limit) => {
        const place = places[query.order ?? 'created_at']
        let rows = read
          .selectFrom('incidents')
          .select([place.as('time'), 'incident_id as id', 'body'])
          .orderBy(place, 'desc')
          .orderBy('incident_id', 'desc')
          .limit(limit)
        if (after) rows = rows.where(sql<boolean>`(${place}, incident_id) < (${after.time}, ${after.id})`)
        if (query.status) rows = rows.where('status', 'in', query.status)
        if (query.from !== undefined) rows = rows.where('last_seen', '>=', query.from)
        if (query.to !== undefined) rows = rows.where('first_seen', '<=', query.to)
        for (const word of (query.fragments ?? []).flatMap(wordsOf)) {
          rows = rows.where((where) => contains(where.ref('search'), word))
        }
        return rows.execute()
      }),

    nextNumber: (tx, count) => nextNumbers(tx, 'incidents', count),

    async counts() {
      const rows = await read
        .selectFrom('incidents')
        .select(({ fn }) => ['status', 'severity', fn.countAll().as('count')])
        .groupBy(['status', 'severity'])
        .execute()
      return rows.map((row) => ({ ...row, count: Number(row.count) }))
    },

    async worstOpen(limit) {
      const rows = await read
        .selectFrom('incidents')
        .select('body')
        .where('status', 'in', openIncidentStatuses)
        .orderBy('risk_score', 'desc')
        .orderBy('last_seen', 'desc')
        .orderBy('incident_id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ body }) => fromJson(body))
    },
  }
}

/** The sort key of each order: a time in ms, or a risk and such a time in one number. */
const places = {
  created_at: sql<number>`created_at`,
  last_seen: sql<number>`last_seen`,
  risk_score: sql<number>`(risk_score * 10000000000000 + last_seen)`,
} as const

const toRow = (incident: Incident, changedAt: number): IncidentRow => ({
  incident_id: incident.id,
  display_id: incident.display_id,
  title: incident.title,
  description: incident.reason,
  severity: incident.severity,
  risk_score: incident.risk_score,
  status: incident.status,
  assigned_to: incident.assignee,
  detection_date: Date.parse(incident.created_at),
  containment_date: timeOf(incident.contained_at),
  eradication_date: timeOf(incident.eradicated_at),
  resolution_date: timeOf(incident.resolved_at),
  root_cause: incident.root_cause ?? null,
  impact_assessment: incident.impact_assessment ?? null,
  lessons_learned: incident.lessons_learned ?? null,
  first_seen: Date.parse(incident.first_seen),
  last_seen: Date.parse(incident.last_seen),
  version: incident.version,
  created_at: Date.parse(incident.created_at),
  updated_at: Date.parse(incident.updated_at),
  changed_at: changedAt,
  search: searchText(incident),
  body: toJson(incident),
})

const timeOf = (time: string | undefined): number | null => (time === undefined ? null : Date.parse(time))
