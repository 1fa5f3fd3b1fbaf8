import { maskHash, type Scanner } from './mask.ts'
import { opposites } from './opposites.ts'

/** A log template. The object is shared by all lines of a template and replaced, never changed, when the template widens. */
export interface Template {
  /** Made from the first line; stays when the template widens, and across restarts. */
  readonly id: string
  /** Its constant words, `<*>` where values stand, one space between. */
  readonly text: string
}

/** Where a generalised token stands. */
export const anyToken = 0

/** A template and what is needed to match it. */
export interface Cluster {
  template: Template
  /** Hashes of the masked tokens; `anyToken` where lines differ. */
  readonly hashes: Int32Array
  /** Its way down the tree. */
  readonly route: Int32Array
  count: number
  /** The tick of the clock at which it was last seen. */
  used: number
  /** False once it is forgotten, for those who still hold it. */
  alive: boolean
}

interface Node {
  readonly children: Map<number, Node>
  readonly clusters: Cluster[]
}

/** Levels: number of tokens, first token, second token, last token. */
export const depth = 4
/** How many children a node may have at each level before the rest share one. The last word is a constant until it varies. */
const maxChildren = [101, 100, 100, 8]
/** The share of tokens that must still be constant when a line joins a template. */
const similarity = 0.75
/** In a leaf this full, words that should not be merged are merged all the same: they vary too much to be outcomes. */
const crowded = 16
/** A leaf holds no more clusters than this: it is searched one by one. */
export const maxLeaf = 200

const newNode = (): Node => ({ children: new Map(), clusters: [] })

/**
 * The parse tree of Drain: fixed depth, so a search costs the same however many templates there are. Unlike the paper's, the last
 * level looks at a line's last word, which often tells what happened, and a line that a template covers as it stands joins it whatever its
 * share of constants (otherwise a wide template stops matching its own lines).
 */
export const createTree = () => {
  let root = newNode()
  const way = new Int32Array(depth)

  const readWay = (line: Scanner): void => {
    const { count, hashes, masked } = line
    const last = count - 1
    way[0] = count
    way[1] = count > 0 ? (masked[0] ? maskHash : (hashes[0] ?? 0)) : 0
    way[2] = count > 1 ? (masked[1] ? maskHash : (hashes[1] ?? 0)) : 0
    way[3] = count > 2 ? (masked[last] ? maskHash : (hashes[last] ?? 0)) : 0
  }

  return {
    /** The template that a line belongs to; undefined when it is of a new one. */
    find(line: Scanner): Cluster | undefined {
      readWay(line)
      let node: Node | undefined = root
      for (let level = 0; node && level < depth; level++) {
        node = node.children.get(way[level] ?? 0) ?? node.children.get(maskHash)
      }
      return node && bestOf(node.clusters, line)
    },

    /** The leaf in which a line's template belongs, and the way there. */
    place(line: Scanner): { clusters: Cluster[]; route: Int32Array } {
      readWay(line)
      let node = root
      for (let level = 0; level < depth; level++) {
        let key = way[level] ?? 0
        let child = node.children.get(key)
        if (!child && node.children.size >= (maxChildren[level] ?? 0)) {
          key = maskHash
          child = node.children.get(key)
        }
        if (!child) {
          child = newNode()
          node.children.set(key, child)
        }
        way[level] = key
        node = child
      }
      return { clusters: node.clusters, route: way.slice() }
    },

    /** Builds the tree anew from these clusters, in this order. */
    rebuild(clusters: Iterable<Cluster>): void {
      root = newNode()
      for (const cluster of clusters) {
        let node = root
        for (const key of cluster.route) {
          let child = node.children.get(key)
          if (!child) {
            child = newNode()
            node.children.set(key, child)
          }
          node = child
        }
        node.clusters.push(cluster)
      }
    },
  }
}

/** The cluster that covers a line with the most constants, or else the one that stays the most alike when it takes the line in. */
export const bestOf = (clusters: readonly Cluster[], line: Scanner): Cluster | undefined => {
  const { count, hashes } = line
  const guarded = clusters.length < crowded
  let best: Cluster | undefined
  let bestEqual = -1
  let bestCovers = false
  for (const cluster of clusters) {
    const own = cluster.hashes
    let equal = 0
    let different = 0
    for (let token = 0; token < count; token++) {
      const mine = own[token] ?? 0
      const its = hashes[token] ?? 0
      if (mine === its) equal++
      else if (mine !== anyToken) {
        different++
        if (guarded && (opposites.has(mine) || opposites.has(its))) {
          different = count + 1
          break
        }
      }
    }
    const covers = different === 0
    if (!covers && (bestCovers || different > count || equal < similarity * count)) continue
    if (equal > bestEqual || (covers && !bestCovers)) {
      best = cluster
      bestEqual = equal
      bestCovers = covers
    }
  }
  return best
}
