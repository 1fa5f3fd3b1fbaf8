import { Oldest } from '../lib/oldest/oldest.ts'
import { hour } from '../lib/units/time.ts'

/** An entry that was seen within this time is not moved to the front again. */
const grain = hour

/** Entries by name, up to a capacity. Drops the least recently seen entry. */
export interface RecentEntries<Entry> {
  readonly size: number
  get(name: string): Entry | undefined
  /**
   * Finds or creates an entry, and marks it as seen. `make` gets a copy of the name, because a substring keeps its whole log line, and the
   * entry that was dropped for the new one, to use it again.
   */
  see(name: string, time: number, make: (time: number, name: string, dropped: Entry | undefined) => Entry): Entry
  entries(): IterableIterator<[string, Entry]>
  clear(): void
}

/** Creates an empty collection. Most sightings are within an hour of the last one, and cost only one lookup. */
export const createRecentEntries = <Entry extends { movedAt: number }>(capacity: number): RecentEntries<Entry> => {
  const all = new Map<string, Entry>()
  const oldest = new Oldest(() => all.keys())
  const dropOldest = (): Entry | undefined => {
    const name = oldest.take()
    if (name === undefined) return undefined
    const entry = all.get(name)
    all.delete(name)
    return entry
  }
  return {
    get size() {
      return all.size
    },
    get: (name) => all.get(name),
    see(name, time, make) {
      const known = all.get(name)
      if (known && time - known.movedAt < grain) return known
      const copy = Buffer.from(name, 'utf16le').toString('utf16le')
      const entry = known ?? make(time, copy, all.size >= capacity ? dropOldest() : undefined)
      entry.movedAt = time
      if (known) all.delete(name)
      all.set(copy, entry)
      return entry
    },
    entries: () => all.entries(),
    clear() {
      all.clear()
      oldest.clear()
    },
  }
}
