import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import type { TimeRange } from '../page.ts'
import { upsert } from '../write-rows.ts'
import { indexEntryReader, toIndexRow, toRemovedRow } from './alert-index-row.ts'
import { type AlertWindow, readWindow, windowsOf } from './alert-index-windows.ts'
import { type AlertState, alertStates, createAlertMemory } from './alert-memory.ts'
import { wordsOf } from './search-text.ts'

/** The maximum number of alerts in memory. Each takes about a kilobyte. */
const usualMost = 250_000
const mostFound = 20
const chunk = 2_000
/** How long a scan runs before it yields. */
const turnMs = 8
/**
 * A row carries the moment at which it began to be written; where several processes write, it may become visible after later ones. This
 * covers the difference of clocks, and the time from the stamp of the first change of a transaction to its first write.
 */
const overlapMs = 5_000

/** The requested alerts: those in other states, or seen before or after, are skipped if that saves reading them. */
export interface AlertScope extends TimeRange {
  readonly states?: readonly AlertState[] | undefined
}

/** The index of all alerts. The most recently changed ones are in memory; the rest is in the database. */
export interface AlertIndex {
  save(rows: readonly { readonly alert: Alert; readonly changedAt: number }[], tx: Transaction): Promise<void>
  /** Removes alerts from the index within the transaction that removes the alerts. */
  remove(ids: readonly string[], tx: Transaction): Promise<void>
  /** See `AlertStore.scan`. */
  scan(scope?: AlertScope): AsyncIterable<readonly AlertIndexEntry[]>
  /** See `AlertStore.recent`. */
  recent(): Promise<readonly AlertIndexEntry[]>
  /** See `AlertStore.onRemoved`. */
  onRemoved(listener: (ids: readonly string[]) => void): void
  /** See `AlertStore.total`. */
  total(): Promise<number>
  /** See `AlertStore.containing`. */
  containing(pieces: readonly string[]): Promise<ReadonlySet<string>>
}

export const createAlertIndex = (
  { read, abilities, stamp, settled, contains }: StoreConnections,
  most = usualMost,
): AlertIndex => {
  const parse = indexEntryReader()
  const overlap = abilities.shared ? overlapMs : 0
  const memory = createAlertMemory(most, overlap)
  const found = new Map<
    string,
    { readonly among: readonly AlertIndexEntry[]; readonly ids: Promise<ReadonlySet<string>> }
  >()
  const listeners: ((ids: readonly string[]) => void)[] = []
  let list: readonly AlertIndexEntry[] = []
  let reached: number | undefined
  let refreshing: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined

  const rowsAfter = (after: { readonly changed_at: number; readonly alert_id: string }) =>
    read
      .selectFrom('alert_heads')
      .select(['alert_id', 'changed_at', 'state', 'head'])
      .where((where) =>
        where(where.refTuple('changed_at', 'alert_id'), '>', where.tuple(after.changed_at, after.alert_id)),
      )
      .orderBy('changed_at')
      .orderBy('alert_id')
      .limit(chunk)

  /** Reads as many as fit into memory. */
  const begin = async (): Promise<number> => {
    const newest = (state?: AlertState, offset = 0) => {
      const rows = read.selectFrom('alert_heads').select('changed_at').orderBy('changed_at', 'desc').limit(1)
      return (state ? rows.where('state', '=', state) : rows).offset(offset).executeTakeFirst()
    }
    const top = await newest()
    const rows = await read
      .selectFrom('alert_heads')
      .select(({ fn }) => ['state', fn.countAll().as('count')])
      .groupBy('state')
      .execute()
    const count = (state: AlertState) => Number(rows.find((row) => row.state === state)?.count ?? 0)
    const room = memory.room({ open: count('open'), settled: count('settled') })
    for (const state of alertStates) {
      const beyond = await newest(state, room[state])
      if (beyond) memory.raise(state, beyond.changed_at)
      let after = { changed_at: memory.floor(state), alert_id: '' }
      for (;;) {
        const page = await rowsAfter(after).where('state', '=', state).execute()
        for (const { alert_id, changed_at, head: entry } of page) {
          memory.put(alert_id, state, { changedAt: changed_at, entry: parse(entry) })
        }
        const last = page.at(-1)
        if (!last || page.length < chunk) break
        after = last
        await setImmediate()
      }
    }
    return top?.changed_at ?? 0
  }

  const refresh = async (): Promise<void> => {
    const visible = await settled()
    let changed = reached === undefined
    const from = reached ?? (await begin())
    let newest = from
    let after = { changed_at: from - overlap, alert_id: '' }
    for (;;) {
      const rows = await rowsAfter(after).execute()
      const removed: string[] = []
      for (const { alert_id, changed_at, state, head: entry } of rows) {
        if (state === 'removed') {
          if (memory.drop(alert_id)) changed = true
          removed.push(alert_id)
        } else if (memory.put(alert_id, state, { changedAt: changed_at, entry: parse(entry) })) changed = true
      }
      memory.trim()
      if (removed.length > 0) for (const listener of listeners) listener(removed)
      const last = rows.at(-1)
      if (last) newest = Math.max(newest, last.changed_at)
      if (!last || rows.length < chunk) break
      after = last
      await setImmediate()
    }
    reached = Math.min(newest, visible)
    if (changed) list = memory.list()
  }

  /**
   * Refreshes run one after another: each caller sees all changes from before its call; callers that wait for the same refresh share it.
   */
  const refreshed = (): Promise<void> => {
    if (waiting) return waiting
    const next = async (): Promise<void> => {
      waiting = undefined
      await refresh()
    }
    waiting = refreshing.then(next, next)
    refreshing = waiting
    return waiting
  }

  const isComplete = (states: readonly AlertState[]): boolean => states.every((state) => memory.floor(state) < 0)

  /** The alerts of a state that have not changed since `floor`. */
  const rest = async function* (
    state: AlertState,
    floor: number,
    { from, to }: TimeRange,
  ): AsyncGenerator<readonly AlertIndexEntry[]> {
    for await (const window of windowsOf(read, { state, upTo: floor })) {
      let rows = readWindow(read, window).select('head').where('state', '=', state)
      if (from !== undefined) rows = rows.where('last_seen', '>=', Math.floor(from))
      if (to !== undefined) rows = rows.where('first_seen', '<=', Math.ceil(to))
      yield (await rows.execute()).map(({ head: entry }) => parse(entry))
    }
  }

  /** The alerts that changed during the read: they may have moved past the reader. */
  const changedSince = async (moment: number): Promise<Map<string, AlertIndexEntry>> => {
    const changed = new Map<string, AlertIndexEntry>()
    let after: AlertWindow['after'] = { changed_at: moment - overlap, alert_id: '' }
    for (;;) {
      const rows = await rowsAfter(after).execute()
      for (const { alert_id, state, head: entry } of rows) if (state !== 'removed') changed.set(alert_id, parse(entry))
      const last = rows.at(-1)
      if (!last || rows.length < chunk) return changed
      after = last
    }
  }

  const scan = async function* ({
    states = alertStates,
    ...span
  }: AlertScope = {}): AsyncGenerator<readonly AlertIndexEntry[]> {
    await refreshed()
    const [snapshot, start] = [list, reached ?? 0]
    // Memory may change during the iteration, so remember where the snapshot ends.
    const floors = states.map((state) => ({ state, floor: memory.floor(state) })).filter(({ floor }) => floor >= 0)
    const breathe = createBreath()
    for (let at = 0; at < snapshot.length; at += chunk) {
      yield snapshot.slice(at, at + chunk)
      await breathe()
    }
    if (floors.length === 0) return
    const seen = new Set<string>()
    for (const { state, floor } of floors) {
      for await (const alerts of rest(state, floor, span)) {
        for (const { id } of alerts) seen.add(id)
        yield alerts
        await breathe()
      }
    }
    const late = await changedSince(start)
    if (late.size === 0) return
    for (const { id } of snapshot) late.delete(id)
    for (const id of seen) late.delete(id)
    if (late.size > 0) yield [...late.values()]
  }

  const find = async (pieces: readonly string[]): Promise<ReadonlySet<string>> => {
    const ids = new Set<string>()
    const words = pieces.flatMap(wordsOf)
    const breathe = createBreath()
    for await (const window of windowsOf(read, {})) {
      let rows = readWindow(read, window).select('alert_id').where('state', '<>', 'removed')
      for (const word of words) rows = rows.where((where) => contains(where.ref('words'), word))
      for (const { alert_id } of await rows.execute()) ids.add(alert_id)
      await breathe()
    }
    return ids
  }

  const write = (rows: readonly ReturnType<typeof toIndexRow>[], tx: Transaction): Promise<void> =>
    upsert(tx, 'alert_heads', rows, {
      key: ['alert_id'],
      where: sql`alert_heads.head <> excluded.head or alert_heads.words <> excluded.words`,
    })

  return {
    save: (rows, tx) =>
      write(
        rows.map(({ alert, changedAt }) => toIndexRow(alert, changedAt)),
        tx,
      ),

    remove: (ids, tx) =>
      write(
        ids.map((id) => toRemovedRow(id, stamp())),
        tx,
      ),

    scan,

    async recent() {
      await refreshed()
      return list
    },

    onRemoved: (listener) => void listeners.push(listener),

    async total() {
      await refreshed()
      if (isComplete(alertStates)) return list.length
      const row = await read
        .selectFrom('alert_heads')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('state', 'in', alertStates)
        .executeTakeFirst()
      return Number(row?.count ?? 0)
    },

    async containing(pieces) {
      await refreshed()
      const name = JSON.stringify(pieces)
      const known = found.get(name)
      if (known?.among === list) return known.ids
      const ids = find(pieces)
      // A search needs this more than once: for its rows, for its counts, and for the next page.
      if (found.size >= mostFound) found.clear()
      found.set(name, { among: list, ids })
      ids.catch(() => found.delete(name))
      return ids
    },
  }
}

/** Yields to the event loop after each `turnMs` of work. */
const createBreath = (): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < turnMs) return
    await setImmediate()
    since = performance.now()
  }
}
