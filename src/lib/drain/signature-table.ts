import type { Cluster } from './tree.ts'

const firstSize = 256
const maxDoublings = 7

/**
 * Remembers for lines seen lately, by a signature of their masked form, which template they belong to: logs repeat themselves, and a
 * look-up is several times cheaper than a walk down the tree. Direct-mapped: a newer line takes the place of an older one.
 *
 * The tree may give another answer for a line than this table, because it knows newer templates. The table is therefore part of the
 * learnt state: its living entries and its number of doublings define it completely, so that both can be saved and restored.
 */
export const createSignatureTable = () => {
  let doublings = 0
  let lows = new Int32Array(firstSize)
  let highs = new Int32Array(firstSize)
  let clusters: (Cluster | undefined)[] = new Array(firstSize).fill(undefined)
  /** The number of entries whose template is not forgotten. */
  let used = 0

  const empty = (times: number): void => {
    doublings = times
    const size = firstSize << times
    lows = new Int32Array(size)
    highs = new Int32Array(size)
    clusters = new Array(size).fill(undefined)
  }

  const place = (low: number, high: number, cluster: Cluster): void => {
    const slot = low & (clusters.length - 1)
    lows[slot] = low
    highs[slot] = high
    clusters[slot] = cluster
  }

  /** Entries of different slots get different slots again, so none is lost. */
  const double = (): void => {
    const before = [...entries()]
    empty(doublings + 1)
    for (const { low, high, cluster } of before) place(low, high, cluster)
  }

  function* entries(): Generator<Entry> {
    for (const [slot, cluster] of clusters.entries()) {
      const now = living(cluster)
      if (now) yield { low: lows[slot] ?? 0, high: highs[slot] ?? 0, cluster: now }
    }
  }

  const put = (low: number, high: number, cluster: Cluster): void => {
    const former = living(clusters[low & (clusters.length - 1)])
    if (former) former.signatures--
    else used++
    cluster.signatures++
    place(low, high, cluster)
  }

  return {
    get(low: number, high: number): Cluster | undefined {
      const slot = low & (clusters.length - 1)
      if (lows[slot] !== low || highs[slot] !== high) return undefined
      return living(clusters[slot])
    },

    set(low: number, high: number, cluster: Cluster): void {
      if (isCrowded(used, doublings)) double()
      put(low, high, cluster)
    },

    /** Takes out the signatures of a template that is forgotten. */
    forget(cluster: Cluster): void {
      used -= cluster.signatures
      cluster.signatures = 0
    },

    /** Every signature that is remembered. */
    entries,

    /** How often the table has doubled its size. */
    get doublings() {
      return doublings
    },

    /** Takes the place of all that is remembered. Without the number of doublings, the table gets the size that the entries need. */
    restore(known: readonly Entry[], times = doublingsFor(known.length)): void {
      empty(Math.min(times, maxDoublings))
      used = 0
      for (const { low, high, cluster } of known) put(low, high, cluster)
    },
  }
}

interface Entry {
  readonly low: number
  readonly high: number
  readonly cluster: Cluster
}

const isCrowded = (used: number, doublings: number): boolean =>
  used * 2 > firstSize << doublings && doublings < maxDoublings

const doublingsFor = (used: number): number => {
  let doublings = 0
  while (isCrowded(used, doublings)) doublings++
  return doublings
}

/** The current form of a cluster. */
export const living = (cluster: Cluster | undefined): Cluster | undefined => {
  let now = cluster
  while (now && !now.alive) now = now.into
  return now
}
