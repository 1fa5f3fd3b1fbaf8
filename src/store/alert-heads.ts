import { setImmediate } from 'node:timers/promises'
import type { Alert } from '../schema/alert.ts'
import type { AlertHead } from '../schema/alert-head.ts'
import { headReader, toHeadRow } from './alert-head-row.ts'
import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import type { Transaction } from './database.ts'
import { wordsOf } from './search-text.ts'

const chunk = 2_000
/** How many heads are kept: the last changed ones. Each takes about a kilobyte. */
const mostHeads = 250_000
const mostFound = 20
/** A row carries the moment at which it began to be written; where several processes write, it may become visible after later ones. */
const overlapMs = 5_000

/** The heads of all alerts, in memory: read once, then whatever changed since, before each answer. */
export interface AlertHeads {
  save(rows: readonly { readonly alert: Alert; readonly changedAt: number }[], tx: Transaction): Promise<void>
  /** All of them as they are now; the list itself stays as it is. */
  all(): Promise<readonly AlertHead[]>
  /** See `AlertStore.containing`. */
  containing(pieces: readonly string[]): Promise<ReadonlySet<string>>
  /** Forgets alerts whose rows are gone. */
  forget(ids: Iterable<string>): void
}

export const createAlertHeads = ({ read, abilities, contains }: StoreConnections): AlertHeads => {
  const parse = headReader()
  const overlap = abilities.shared ? overlapMs : 0
  const heads = new Map<string, { readonly changedAt: number; readonly head: AlertHead }>()
  const found = new Map<string, { readonly among: readonly AlertHead[]; readonly ids: Promise<ReadonlySet<string>> }>()
  let list: readonly AlertHead[] = []
  let reached = 0
  let refreshing: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined

  const keep = (id: string, changedAt: number, head: AlertHead): void => {
    // What changed last stands last, so that the first is what nobody has touched for longest.
    heads.delete(id)
    heads.set(id, { changedAt, head })
    const [oldest] = heads.size > mostHeads ? heads.keys() : []
    if (oldest !== undefined) heads.delete(oldest)
  }

  const refresh = async (): Promise<void> => {
    let changed = false
    let after = { changed_at: reached - overlap, alert_id: '' }
    for (;;) {
      const rows = await read
        .selectFrom('alert_heads')
        .select(['alert_id', 'changed_at', 'head'])
        .where((where) =>
          where(where.refTuple('changed_at', 'alert_id'), '>', where.tuple(after.changed_at, after.alert_id)),
        )
        .orderBy('changed_at')
        .orderBy('alert_id')
        .limit(chunk)
        .execute()
      for (const { alert_id, changed_at, head } of rows) {
        if (heads.get(alert_id)?.changedAt === changed_at) continue
        keep(alert_id, changed_at, parse(head))
        changed = true
      }
      const last = rows.at(-1)
      if (last) reached = Math.max(reached, last.changed_at)
      if (!last || rows.length < chunk) break
      after = last
      await setImmediate()
    }
    if (changed) list = [...heads.values()].map(({ head }) => head)
  }

  /** One after another: whoever asks sees everything that was there when they asked; who waits for the next one waits together. */
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

  const find = async (pieces: readonly string[]): Promise<ReadonlySet<string>> => {
    let rows = read.selectFrom('alert_heads').select('alert_id')
    for (const word of pieces.flatMap(wordsOf)) rows = rows.where((where) => contains(where.ref('words'), word))
    return new Set((await rows.execute()).map(({ alert_id }) => alert_id))
  }

  return {
    async save(rows, tx) {
      for (const part of batches(rows, abilities.maxVariables, 4)) {
        await tx
          .insertInto('alert_heads')
          .values(part.map(({ alert, changedAt }) => toHeadRow(alert, changedAt)))
          .onConflict((conflict) =>
            conflict
              .column('alert_id')
              .doUpdateSet((row) => ({
                changed_at: row.ref('excluded.changed_at'),
                head: row.ref('excluded.head'),
                words: row.ref('excluded.words'),
              }))
              .where((where) =>
                where.or([
                  where('alert_heads.head', '<>', where.ref('excluded.head')),
                  where('alert_heads.words', '<>', where.ref('excluded.words')),
                ]),
              ),
          )
          .execute()
      }
    },

    async all() {
      await refreshed()
      return list
    },

    async containing(pieces) {
      await refreshed()
      const name = JSON.stringify(pieces)
      const known = found.get(name)
      if (known?.among === list) return known.ids
      const ids = find(pieces)
      // A search asks this more than once: for its rows, for its counts, and again for the next page.
      if (found.size >= mostFound) found.clear()
      found.set(name, { among: list, ids })
      ids.catch(() => found.delete(name))
      return ids
    },

    forget(ids) {
      for (const id of ids) heads.delete(id)
      list = [...heads.values()].map(({ head }) => head)
      found.clear()
    },
  }
}
