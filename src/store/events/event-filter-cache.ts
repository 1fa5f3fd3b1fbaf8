import type { Connections } from '../database.ts'

/** Names the filter of a block as it was when it was listed, and the time of the block's last event. */
export interface FilterRef {
  readonly id: string
  readonly last: number
  readonly maxTime: number
}

/** Reads the filters of blocks, and caches those of the newest blocks. */
export interface FilterCache {
  /** The filters of some blocks, in their order; undefined for a block that was removed or joined with others. */
  read(refs: readonly FilterRef[]): Promise<readonly (Uint8Array | undefined)[]>
}

interface Kept {
  readonly filter: Uint8Array
  readonly maxTime: number
}

/**
 * Keeps filters of at most `mostBytes` together. The newest blocks stay, not those that were used last: a search visits all blocks
 * in order of time, so what it used last would be the oldest ones, which the next search asks for last.
 */
export const createFilterCache = (read: Connections['read'], mostBytes = 32 << 20): FilterCache => {
  let kept = new Map<string, Kept>()
  let bytes = 0
  /** Blocks that end before this time did not fit. */
  let floor = Number.NEGATIVE_INFINITY

  const keep = (key: string, filter: Uint8Array, maxTime: number): void => {
    if (maxTime < floor || filter.length > mostBytes / 2) return
    kept.set(key, { filter, maxTime })
    bytes += filter.length
    if (bytes > mostBytes) makeRoom()
  }

  const makeRoom = (): void => {
    const newestFirst = [...kept].sort(([, a], [, b]) => b.maxTime - a.maxTime)
    kept = new Map()
    bytes = 0
    for (const [key, one] of newestFirst) {
      if (bytes + one.filter.length > mostBytes * 0.75) break
      kept.set(key, one)
      bytes += one.filter.length
      floor = one.maxTime
    }
  }

  return {
    async read(refs) {
      const missing = refs.filter((ref) => !kept.has(keyOf(ref)))
      const found = new Map<string, Uint8Array>()
      if (missing.length > 0) {
        const ids = missing.map(({ id }) => id)
        const rows = await read
          .selectFrom('event_blocks')
          .select(['id', 'last', 'filter'])
          .where('id', 'in', ids)
          .execute()
        for (const { id, last, filter } of rows) found.set(`${id}:${Number(last)}`, filter)
      }
      const filters = refs.map((ref) => kept.get(keyOf(ref))?.filter ?? found.get(keyOf(ref)))
      for (const ref of missing) {
        const filter = found.get(keyOf(ref))
        if (filter && !kept.has(keyOf(ref))) keep(keyOf(ref), filter, ref.maxTime)
      }
      return filters
    },
  }
}

const keyOf = ({ id, last }: FilterRef): string => `${id}:${last}`
