import { sql } from 'kysely'
import { AppError } from '../../errors.ts'
import { type Alert, isDismissed, openAlertStatuses } from '../../schema/alert/alert.ts'
import { indexedValues } from '../../schema/alert/alert-fields.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { addressIn } from '../../schema/detection/address-roles.ts'
import type { Entity } from '../../schema/detection/detection.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { packDocument, toJson, unpackDocument } from '../json.ts'
import { listPage, type Page, type RowQuery } from '../page.ts'
import { createRecent } from '../recent.ts'
import { batches, upsert } from '../write-rows.ts'
import type { AlertIndex, AlertScope } from './alert-index.ts'
import type { AlertRow } from './alert-tables.ts'
import { alertTextWords } from './alert-text-words.ts'
import { searchText, wordsOf } from './search-text.ts'

export interface AlertStore {
  /** The open or suppressed alerts with these keys, for folding detections into them. */
  findOpen(dedupKeys: readonly string[], tx: Transaction): Promise<readonly Alert[]>
  /** The alerts with these keys that people dismissed, if they were seen at or after a moment of event time, in ms. */
  findDismissed(dedupKeys: readonly string[], since: number, tx: Transaction): Promise<readonly Alert[]>
  save(alerts: readonly Alert[], tx: Transaction): Promise<void>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Alert[]>
  /** Finds by ID, or by the sender's ID: then the newest. */
  get(id: string): Promise<Alert | undefined>
  /** The newest alert with this key, open or closed. */
  newestOf(dedupKey: string): Promise<Alert | undefined>
  list(query: RowQuery<Alert>): Promise<Page<Alert>>
  /** The newest open alerts of a span of event time that are in no incident, newest first. */
  loose(query: { readonly from: number; readonly to: number; readonly limit: number }): Promise<readonly Alert[]>
  /**
   * Visits all alerts for counting and selecting, in no particular order: first those in memory, then those only in the database. Visits
   * each once, in its state at some moment of the scan.
   */
  scan(scope?: AlertScope): AsyncIterable<readonly AlertIndexEntry[]>
  /** The number of alerts. */
  total(): Promise<number>
  /** The alerts in memory: those that changed last, in that order. The list is never changed afterwards. */
  recent(): Promise<readonly AlertIndexEntry[]>
  /** Calls `listener` with the IDs of removed alerts before `recent` omits them. */
  onRemoved(listener: (ids: readonly string[]) => void): void
  /** The IDs of the alerts whose texts contain all of these lower-case fragments, in any order. */
  containing(pieces: readonly string[]): Promise<ReadonlySet<string>>
  /** Alerts that no triage result covers yet, oldest first; requeued at start. */
  untriaged(limit: number): Promise<readonly string[]>
  /** The IDs of alerts whose snooze has ended, in the order of their IDs, after one of them. */
  dueSnoozes(until: number, after: string, limit: number): Promise<readonly string[]>
  /** How many alerts are snoozed. */
  snoozedCounts(): Promise<readonly { readonly status: string; readonly severity: string; readonly count: number }[]>
  counts(): Promise<{ readonly status: string; readonly severity: string; readonly count: number }[]>
  /** When the alert that has been open for longest was made; undefined without one. */
  oldestOpen(): Promise<number | undefined>
}

/** The size of the cache of parsed alerts. A growing incident reads the same alerts again and again. */
const mostRecent = 3_000

type Stamp = Pick<AlertRow, 'alert_id' | 'changed_at' | 'version'>

const alive = [...openAlertStatuses, 'suppressed']
const closed = ['resolved', 'false_positive']

/** Stores alerts: each as a document, with additional columns for SQL. */
export const createAlertStore = (connections: StoreConnections, index: AlertIndex): AlertStore => {
  const { read, abilities, stamp, contains } = connections
  /** Within a transaction, rows are read for an update, so lock them. */
  const stamps = (tx?: Transaction) => {
    const rows = (tx ?? read).selectFrom('alerts').select(['alert_id', 'changed_at', 'version'])
    return tx && abilities.lockRows ? rows.forUpdate() : rows
  }
  const bodies = (tx?: Transaction) => stamps(tx).select('body')
  const recent = createRecent<Alert>(mostRecent)
  const saved = new WeakMap<Transaction, { readonly alert: Alert; readonly changedAt: number }[]>()

  const remember = (alert: Alert, changedAt: number): void =>
    recent.put(alert.id, `${changedAt} ${alert.version}`, alert)

  // The next stage reads these alerts. The database leaves unchanged rows with their earlier stamp, so their alerts keep it too.
  connections.onCommit((tx) => {
    for (const { alert, changedAt } of saved.get(tx) ?? []) remember(alert, changedAt)
  })

  /** Reads the alerts of rows, and parses only those that changed since the last read. */
  const readAll = async (rows: readonly Stamp[], tx?: Transaction): Promise<readonly Alert[]> => {
    const found: Alert[] = []
    const stale: string[] = []
    for (const { alert_id, changed_at, version } of rows) {
      const known = recent.get(alert_id, `${changed_at} ${version}`)
      if (known) found.push(known)
      else stale.push(alert_id)
    }
    if (stale.length === 0) return found
    for (const { changed_at, body } of await bodies(tx).where('alert_id', 'in', stale).execute()) {
      const alert = unpackDocument<Alert>(body)
      remember(alert, changed_at)
      found.push(alert)
    }
    return found
  }

  /** Two concurrent writers may give different alerts the same sender's ID: the later one retries. */
  const refuseTaken = async (saved: readonly Alert[], tx: Transaction): Promise<void> => {
    const given = new Map(
      saved.flatMap((alert) => (alert.id === alert.observed?.external_id ? [[alert.id, alert.dedup_key]] : [])),
    )
    if (given.size === 0) return
    const rows = await tx
      .selectFrom('alerts')
      .select(['alert_id', 'dedup_key'])
      .where('alert_id', 'in', [...given.keys()])
      .execute()
    const taken = rows.find(({ alert_id, dedup_key }) => given.get(alert_id) !== dedup_key)
    if (!taken) return
    throw new AppError('CONFLICT', `Another alert was called "${taken.alert_id}" at the same moment.`, {
      hint: 'Try again: this one gets a name of ours.',
      retryable: true,
    })
  }

  return {
    async findOpen(dedupKeys, tx) {
      const found: Alert[] = []
      for (const part of batches([...new Set(dedupKeys)])) {
        const rows = await stamps(tx).where('dedup_key', 'in', part).where('status', 'in', alive).execute()
        found.push(...(await readAll(rows, tx)))
      }
      return found
    },

    async findDismissed(dedupKeys, since, tx) {
      const found: Alert[] = []
      for (const part of batches([...new Set(dedupKeys)])) {
        const rows = await bodies(tx)
          .where('dedup_key', 'in', part)
          .where('status', 'in', closed)
          .where('last_seen', '>=', since)
          .execute()
        for (const row of rows) found.push(unpackDocument(row.body))
      }
      return found.filter(isDismissed)
    },

    async save(alerts, tx) {
      const newest = new Map(alerts.map((alert) => [alert.id, alert]))
      for (const part of batches([...newest.values()])) {
        const stamped = part.map((alert) => ({ alert, changedAt: stamp() }))
        const rows = stamped.map(({ alert, changedAt }) => toRow(alert, changedAt))
        await upsert(tx, 'alerts', rows, {
          key: ['alert_id'],
          keep: ['dedup_key', 'received_at', 'created_at'],
          // Saving an unchanged alert notifies nobody.
          where: sql`alerts.body <> excluded.body and alerts.dedup_key = excluded.dedup_key`,
        })
        await refuseTaken(part, tx)
        await index.save(stamped, tx)
        saved.set(tx, [...(saved.get(tx) ?? []), ...stamped])
      }
    },

    async load(ids, tx) {
      const found = new Map<string, Alert>()
      for (const part of batches(ids)) {
        const rows = await stamps(tx).where('alert_id', 'in', part).execute()
        for (const alert of await readAll(rows, tx)) found.set(alert.id, alert)
      }
      return ids.flatMap((id) => found.get(id) ?? [])
    },

    async get(id) {
      const row =
        (await bodies().where('alert_id', '=', id).executeTakeFirst()) ??
        (await bodies().where('external_id', '=', id).orderBy('created_at', 'desc').executeTakeFirst())
      return row && unpackDocument<Alert>(row.body)
    },

    async newestOf(dedupKey) {
      const row = await bodies().where('dedup_key', '=', dedupKey).orderBy('created_at', 'desc').executeTakeFirst()
      return row && unpackDocument<Alert>(row.body)
    },

    list: (query) =>
      listPage(query, (after, limit) => {
        let rows = read
          .selectFrom('alerts')
          .select(['created_at as time', 'alert_id as id', 'body'])
          .orderBy('created_at', 'desc')
          .orderBy('alert_id', 'desc')
          .limit(limit)
        if (after) {
          rows = rows.where((where) =>
            where(where.refTuple('created_at', 'alert_id'), '<', where.tuple(after.time, after.id)),
          )
        }
        if (query.status) rows = rows.where('status', 'in', query.status)
        if (query.from !== undefined) rows = rows.where('last_seen', '>=', query.from)
        if (query.to !== undefined) rows = rows.where('first_seen', '<=', query.to)
        for (const word of (query.fragments ?? []).flatMap(wordsOf)) {
          rows = rows.where((where) => contains(where.ref('search'), word))
        }
        return rows.execute()
      }),

    async loose({ from, to, limit }) {
      const rows = await stamps()
        .where('status', 'in', openAlertStatuses)
        .where('incident_id', 'is', null)
        .where('last_seen', '>=', from)
        .where('first_seen', '<=', to)
        .orderBy('created_at', 'desc')
        .orderBy('alert_id', 'desc')
        .limit(limit)
        .execute()
      const found = new Map((await readAll(rows)).map((alert) => [alert.id, alert]))
      return rows.flatMap(({ alert_id }) => found.get(alert_id) ?? [])
    },

    scan: index.scan,
    total: index.total,
    recent: index.recent,
    onRemoved: index.onRemoved,
    containing: index.containing,

    async untriaged(limit) {
      const rows = await read
        .selectFrom('alerts')
        .select('alert_id')
        .where('status', 'in', openAlertStatuses)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('triage_results')
                .select('triage_results.alert_id')
                .whereRef('triage_results.alert_id', '=', 'alerts.alert_id'),
            ),
          ),
        )
        .orderBy('created_at')
        .orderBy('alert_id')
        .limit(limit)
        .execute()
      return rows.map((row) => row.alert_id)
    },

    async dueSnoozes(until, after, limit) {
      const rows = await read
        .selectFrom('alert_heads')
        .select('alert_id')
        .where('snoozed_until', '<=', until)
        .where('alert_id', '>', after)
        .orderBy('alert_id')
        .limit(limit)
        .execute()
      return rows.map(({ alert_id }) => alert_id)
    },

    snoozedCounts: () =>
      read
        .selectFrom('alert_heads')
        .innerJoin('alerts', 'alerts.alert_id', 'alert_heads.alert_id')
        .select(({ fn }) => ['status', 'severity', fn.countAll<number>().as('count')])
        .where('snoozed_until', 'is not', null)
        .groupBy(['status', 'severity'])
        .execute(),

    counts: () =>
      read
        .selectFrom('alerts')
        .select(({ fn }) => ['status', 'severity', fn.countAll<number>().as('count')])
        .groupBy(['status', 'severity'])
        .execute(),

    async oldestOpen() {
      const row = await read
        .selectFrom('alerts')
        .select(({ fn }) => fn.min('created_at').as('time'))
        .where('status', 'in', openAlertStatuses)
        .executeTakeFirst()
      return row?.time == null ? undefined : Number(row.time)
    },
  }
}

const toRow = (alert: Alert, changedAt: number): AlertRow => ({
  alert_id: alert.id,
  dedup_key: alert.dedup_key,
  received_at: Date.parse(alert.created_at),
  first_seen: Date.parse(alert.first_seen),
  last_seen: Date.parse(alert.last_seen),
  alert_type: alert.type,
  severity: alert.severity,
  title: alert.title,
  description: alert.sentence,
  source_ip: addressIn('source', alert) ?? null,
  destination_ip: addressIn('destination', alert) ?? null,
  source_port: alert.observed?.source_port ?? null,
  destination_port: alert.observed?.destination_port ?? null,
  protocol: alert.observed?.protocol ?? null,
  user_name: alert.observed?.user_name ?? entityOf(alert, 'user'),
  asset_id: alert.observed?.asset_id ?? null,
  file_hash: alert.observed?.file_hash ?? entityOf(alert, 'hash'),
  file_name: alert.observed?.file_name ?? null,
  url: alert.observed?.url ?? entityOf(alert, 'url'),
  dns_query: alert.observed?.dns_query ?? null,
  raw_data: alert.observed?.raw_data ? toJson(alert.observed.raw_data) : null,
  external_id: alert.observed?.external_id ?? null,
  status: alert.status,
  assigned_to: alert.assignee,
  incident_id: alert.incident_id,
  version: alert.version,
  created_at: Date.parse(alert.created_at),
  updated_at: Date.parse(alert.updated_at),
  changed_at: changedAt,
  search: searchText(indexedValues(alert), alertTextWords(alert)),
  body: packDocument(alert),
})

const entityOf = (alert: Alert, type: Entity['type']): string | null =>
  alert.entities.find((entity) => entity.type === type)?.value ?? null
