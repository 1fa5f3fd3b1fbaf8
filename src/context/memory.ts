import { hour } from '../lib/units/time.ts'

/** Sightings this close together do not move an entry to the front once more. */
const grain = hour

/** Entries by name, as many as fit; the one that was seen least lately goes first. */
export interface Memory<Entry> {
  readonly size: number
  get(name: string): Entry | undefined
  /** Finds an entry or makes it, and notes that it was seen. */
  see(name: string, time: number, make: (time: number) => Entry): Entry
  entries(): IterableIterator<[string, Entry]>
  clear(): void
}

/** Makes an empty memory. An entry that was seen within the hour is not moved, so a sighting costs one lookup. */
export const createMemory = <Entry extends { movedAt: number }>(capacity: number): Memory<Entry> => {
  const all = new Map<string, Entry>()
  return {
    get size() {
      return all.size
    },
    get: (name) => all.get(name),
    see(name, time, make) {
      const known = all.get(name)
      if (known && time - known.movedAt < grain) return known
      const entry = known ?? make(time)
      entry.movedAt = time
      const oldest = !known && all.size >= capacity ? all.keys().next().value : undefined
      if (oldest !== undefined) all.delete(oldest)
      all.delete(name)
      all.set(Buffer.from(name, 'utf16le').toString('utf16le'), entry)
      return entry
    },
    entries: () => all.entries(),
    clear: () => all.clear(),
  }
}
