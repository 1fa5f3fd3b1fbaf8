import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'

/** Open alerts are queried far more often than settled ones, so each kind is loaded and evicted separately. */
export const alertStates = ['open', 'settled'] as const
export type AlertState = (typeof alertStates)[number]

interface Entry {
  readonly changedAt: number
  readonly entry: AlertIndexEntry
}

/** The share of memory that settled alerts keep even if there are too many open ones: triage needs to know how similar alerts ended. */
const settledShare = 0.1

/**
 * Holds the alerts that changed last, at most `most`. Open alerts displace settled ones down to a tenth of the room. For each state,
 * memory has every alert that changed after the floor and none that changed before it: the rest is a range of rows.
 *
 * @param overlap how much earlier than the one before a change may arrive, in ms
 */
export const createAlertMemory = (most: number, overlap: number) => {
  const kept = { open: new Map<string, Entry>(), settled: new Map<string, Entry>() }
  const floors = { open: -1, settled: -1 }
  let newest = -1
  let isSorted = true

  const drop = (id: string): boolean => {
    const open = kept.open.delete(id)
    return kept.settled.delete(id) || open
  }

  /** Restores the order after changes of a transaction that took long. */
  const sort = (): void => {
    for (const state of alertStates) {
      kept[state] = new Map([...kept[state]].sort(([, a], [, b]) => a.changedAt - b.changedAt))
    }
    isSorted = true
  }

  /** Drops those that have not changed for longest. */
  const evict = (state: AlertState, count: number): void => {
    if (count <= 0) return
    let left = count
    for (const [id, { changedAt }] of kept[state]) {
      // A late arrival is behind entries that changed after it, by no more than the overlap.
      if (left <= 0 && changedAt > floors[state] + overlap) break
      if (left <= 0 && changedAt > floors[state]) continue
      kept[state].delete(id)
      floors[state] = Math.max(floors[state], changedAt)
      left -= 1
    }
  }

  return {
    /** The changes up to this moment are only in the database; -1 when all are here. */
    floor: (state: AlertState): number => floors[state],

    /** Drops the changes up to a moment; they remain in the database. */
    raise(state: AlertState, floor: number): void {
      floors[state] = Math.max(floors[state], floor)
    },

    /** The room for alerts of each state. */
    room(counts: Readonly<Record<AlertState, number>>): Readonly<Record<AlertState, number>> {
      const reserved = Math.floor(most * settledShare)
      const settled = Math.min(counts.settled, Math.max(most - counts.open, reserved))
      return { settled, open: Math.min(counts.open, most - settled) }
    },

    /** Updates an alert; returns whether the memory changed. */
    put(id: string, state: AlertState, entry: Entry): boolean {
      const known = kept.open.get(id) ?? kept.settled.get(id)
      if (known?.changedAt === entry.changedAt) return false
      const dropped = drop(id)
      if (entry.changedAt <= floors[state]) return dropped
      kept[state].set(id, entry)
      if (entry.changedAt < newest - overlap) isSorted = false
      newest = Math.max(newest, entry.changedAt)
      return true
    },

    drop,

    /** Evicts alerts. */
    trim(): void {
      if (!isSorted) sort()
      const excess = kept.open.size + kept.settled.size - most
      const settled = Math.max(0, Math.min(excess, kept.settled.size - Math.floor(most * settledShare)))
      evict('settled', settled)
      evict('open', excess - settled)
    },

    /** All that is here, in the order in which it changed. */
    list(): readonly AlertIndexEntry[] {
      const list: AlertIndexEntry[] = []
      const settled = kept.settled.values()
      let next = settled.next()
      for (const { changedAt, entry } of kept.open.values()) {
        while (!next.done && next.value.changedAt < changedAt) {
          list.push(next.value.entry)
          next = settled.next()
        }
        list.push(entry)
      }
      for (; !next.done; next = settled.next()) list.push(next.value.entry)
      return list
    },
  }
}
