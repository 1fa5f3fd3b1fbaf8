import type { Window } from './window.ts'

/** The windows of the groups of a correlation, in the order in which they were last used. */
export interface GroupWindows {
  readonly size: number
  /** The window that was quiet longest, and the time of its last use. */
  readonly oldest: (Window & { readonly usedAt: number }) | undefined
  /** Finds or makes the window of a group, which becomes the newest. */
  touch(key: string, time: number): Window
  /** Forgets the window that was quiet longest. */
  removeOldest(): void
  /** All of them, the one that was quiet longest first. */
  entries(): Iterable<readonly [string, Window]>
  clear(): void
}

interface Entry extends Window {
  readonly key: string
  usedAt: number
  older: Entry | undefined
  newer: Entry | undefined
}

/** Creates an empty collection: a list in a map. A use moves one entry of the list and leaves the map alone. */
export const createGroupWindows = (): GroupWindows => {
  const byKey = new Map<string, Entry>()
  let oldest: Entry | undefined
  let newest: Entry | undefined

  const unlink = ({ older, newer }: Entry): void => {
    if (older) older.newer = newer
    else oldest = newer
    if (newer) newer.older = older
    else newest = older
  }
  const append = (entry: Entry): void => {
    entry.older = newest
    entry.newer = undefined
    if (newest) newest.newer = entry
    else oldest = entry
    newest = entry
  }
  return {
    get size() {
      return byKey.size
    },
    get oldest() {
      return oldest
    },
    touch(key, time) {
      let entry = byKey.get(key)
      if (entry === undefined) {
        entry = { key, items: [], tally: undefined, usedAt: time, older: undefined, newer: undefined }
        byKey.set(key, entry)
        append(entry)
      } else if (entry !== newest) {
        unlink(entry)
        append(entry)
      }
      entry.usedAt = time
      return entry
    },
    removeOldest() {
      if (oldest === undefined) return
      byKey.delete(oldest.key)
      unlink(oldest)
    },
    *entries() {
      for (let entry = oldest; entry; entry = entry.newer) yield [entry.key, entry]
    },
    clear() {
      byKey.clear()
      oldest = undefined
      newest = undefined
    },
  }
}
