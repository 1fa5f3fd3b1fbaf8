import { randomUUID } from 'node:crypto'

/** The keys of records that came in together. They have no spaces. */
export interface RecentGroup {
  readonly id: string
  readonly keys: readonly string[]
}

/** Changes that take effect when their transaction has committed. */
export interface RecentDraft {
  /** Whether a key is new, and remembers it. */
  isNew(key: string): boolean
  /** The new keys, if there are any. */
  group(): RecentGroup | undefined
  /** The ids of the groups that are too old after this one. */
  forgotten(): readonly string[]
  keep(): void
}

/** Knows the newest records, so that a shipper that groups them differently when it retries doubles none, also after a restart. */
export interface RecentKeys {
  /** Reads the stored keys, once. */
  load(): Promise<void>
  begin(): RecentDraft
}

/** About 10 MB. A shipper retries within seconds. */
const mostKeys = 100_000

/** Creates a memory of the stored groups, which `list` returns oldest first. */
export const createRecentKeys = (list: () => Promise<readonly RecentGroup[]>): RecentKeys => {
  const known = new Set<string>()
  let groups: RecentGroup[] = []
  let isLoaded = false
  const add = (group: RecentGroup) => {
    groups.push(group)
    for (const key of group.keys) known.add(key)
  }
  /** Counts the oldest groups that are too much beside so many new keys. */
  const tooOld = (added: number): number => {
    let left = known.size + added
    let count = 0
    for (const { keys } of groups) {
      if (left <= mostKeys) break
      left -= keys.length
      count += 1
    }
    return count
  }
  return {
    async load() {
      if (isLoaded) return
      const stored = await list()
      isLoaded = true
      for (const group of stored) add(group)
    },
    begin() {
      const fresh = new Set<string>()
      const id = randomUUID()
      return {
        isNew(key) {
          if (known.has(key) || fresh.has(key)) return false
          fresh.add(key)
          return true
        },
        group: () => (fresh.size > 0 ? { id, keys: [...fresh] } : undefined),
        forgotten: () => groups.slice(0, tooOld(fresh.size)).map((group) => group.id),
        keep() {
          if (fresh.size === 0) return
          const count = tooOld(fresh.size)
          for (const { keys } of groups.slice(0, count)) for (const key of keys) known.delete(key)
          groups = groups.slice(count)
          add({ id, keys: [...fresh] })
        },
      }
    },
  }
}
