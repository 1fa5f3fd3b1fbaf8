import type { Cluster } from './tree.ts'

const firstSize = 256
const maxSize = 32_768

/**
 * Remembers for lines seen lately, by a signature of their masked form, which template they belong to: logs repeat themselves, and a
 * look-up is several times cheaper than a walk down the tree. Direct-mapped: a newer line takes the place of an older one.
 */
export const createSignatureTable = () => {
  let lows = new Int32Array(firstSize)
  let highs = new Int32Array(firstSize)
  let clusters: (Cluster | undefined)[] = new Array(firstSize).fill(undefined)
  let used = 0

  const put = (low: number, high: number, cluster: Cluster): void => {
    const slot = low & (clusters.length - 1)
    if (!clusters[slot]) used++
    lows[slot] = low
    highs[slot] = high
    clusters[slot] = cluster
  }

  const resize = (size: number): void => {
    const old = { lows, highs, clusters }
    lows = new Int32Array(size)
    highs = new Int32Array(size)
    clusters = new Array(size).fill(undefined)
    used = 0
    for (const [slot, cluster] of old.clusters.entries()) {
      const now = living(cluster)
      if (now) put(old.lows[slot] ?? 0, old.highs[slot] ?? 0, now)
    }
  }

  return {
    get(low: number, high: number): Cluster | undefined {
      const slot = low & (clusters.length - 1)
      if (lows[slot] !== low || highs[slot] !== high) return undefined
      return living(clusters[slot])
    },
    set(low: number, high: number, cluster: Cluster): void {
      if (used * 2 > clusters.length && clusters.length < maxSize) resize(clusters.length * 2)
      put(low, high, cluster)
    },
    /** Every signature that is remembered. */
    *entries(): Generator<{ low: number; high: number; cluster: Cluster }> {
      for (const [slot, cluster] of clusters.entries()) {
        const now = living(cluster)
        if (now) yield { low: lows[slot] ?? 0, high: highs[slot] ?? 0, cluster: now }
      }
    },
    clear(): void {
      lows = new Int32Array(firstSize)
      highs = new Int32Array(firstSize)
      clusters = new Array(firstSize).fill(undefined)
      used = 0
    },
  }
}

/** The current form of a cluster. */
export const living = (cluster: Cluster | undefined): Cluster | undefined => {
  let now = cluster
  while (now && !now.alive) now = now.into
  return now
}
