import { maskHash } from './mask.ts'
import type { Scanner } from './scanner.ts'
import { evidenceOf, isName, isNamed, isTelling, markOf, mayDiffer, mayJoin, mayVary } from './word-kind.ts'

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
  hashes: Int32Array
  /** The kinds of its words (`word-kind.ts`). */
  kinds: Uint8Array
  count: number
  /** The ticks of the clock at which it was made, and at which it was last seen. */
  readonly made: number
  used: number
  /** How many signatures lead to it (`signature-table.ts`). */
  signatures: number
  /** False once it is forgotten or has become part of another, for those who still hold it. */
  alive: boolean
  /** Whether others have become part of it. */
  hasMerged: boolean
  /** The template that it has become part of. */
  into?: Cluster
}

/** A leaf holds no more clusters than this: it is searched one by one. */
export const maxLeaf = 500
/** With so many of the newest templates that begin with other words, a new one is compared: each is somewhere else in memory. */
const mostKin = 64
/** The number of different words in one place from which they are values. */
export interface Enough {
  /** For words of any form. */
  readonly words: number
  /** For words with the form of names. */
  readonly names: number
}

export const usuallyEnough: Enough = { words: 5, names: 3 }
/** In a leaf with so many clusters, words vary too much to distinguish lines. */
const crowded = 64

const leafKey = (count: number, first: number): number => (Math.imul(first, 0x9e3779b1) ^ count) | 0

/** Equal for templates of one length that may differ only in words that may vary. */
const kinKey = ({ hashes, kinds }: Cluster): number => {
  let key = hashes.length
  for (let token = 0; token < hashes.length; token++) {
    const kind = kinds[token] ?? 0
    key = Math.imul(key ^ (isTelling(kind) ? (hashes[token] ?? 0) : markOf(kind)), 0x85ebca6b)
    key ^= key >>> 15
  }
  return key
}

/**
 * The parse tree of Drain: fixed depth, so a search costs the same however many templates there are. Its levels are the number of
 * tokens and the first of them.
 */
export const createTree = (enough: Enough = usuallyEnough) => {
  const leaves = new Map<number, Cluster[]>()
  /** By the words that cannot vary, whatever the first word is. */
  const kin = new Map<number, Cluster[]>()

  const firstOf = (cluster: Cluster): number => {
    const first = cluster.hashes[0] ?? 0
    return first === anyToken ? maskHash : first
  }

  const put = (map: Map<number, Cluster[]>, key: number, cluster: Cluster): Cluster[] => {
    const list = map.get(key)
    if (list) {
      list.push(cluster)
      return list
    }
    const fresh = [cluster]
    map.set(key, fresh)
    return fresh
  }

  const take = (map: Map<number, Cluster[]>, key: number, cluster: Cluster): void => {
    const list = map.get(key)
    const at = list?.indexOf(cluster) ?? -1
    if (!list || at < 0) return
    if (list.length === 1) map.delete(key)
    else list.splice(at, 1)
  }

  const lineLeaf = (line: Scanner): Cluster[] | undefined => leaves.get(leafKey(line.count, line.hashes[0] ?? 0))

  return {
    /** The template that covers a line as it stands, the one with the most constants. */
    covering(line: Scanner): Cluster | undefined {
      return covering(lineLeaf(line), line) ?? covering(leaves.get(leafKey(line.count, maskHash)), line)
    },

    /** The template that a line can join by widening it. */
    joining(line: Scanner, kinds: Uint8Array): Cluster | undefined {
      return joining(lineLeaf(line), line, kinds)
    },

    /** Adds a cluster; returns the oldest of its leaf when that is full. */
    add(cluster: Cluster): Cluster | undefined {
      const leaf = put(leaves, leafKey(cluster.hashes.length, firstOf(cluster)), cluster)
      put(kin, kinKey(cluster), cluster)
      return leaf.length > maxLeaf ? leaf.reduce((a, b) => (b.used < a.used ? b : a)) : undefined
    },

    /** Takes a cluster out, before its hashes change. */
    remove(cluster: Cluster): void {
      take(leaves, leafKey(cluster.hashes.length, firstOf(cluster)), cluster)
      take(kin, kinKey(cluster), cluster)
    },

    /** Those that differ from a cluster in the same words, when they are so many that these must be values. */
    siblings(cluster: Cluster): readonly Cluster[] | undefined {
      const { hashes } = cluster
      const bySlots = new Map<string, Siblings>()
      const note = (tokens: readonly number[], other: Cluster): void => {
        const key = tokens.join()
        const found = bySlots.get(key)
        if (found) found.clusters.push(other)
        else bySlots.set(key, { tokens, clusters: [other] })
      }
      const covered: Cluster[] = []
      const compare = (other: Cluster): void => {
        const tokens = other === cluster ? undefined : differences(cluster, other)
        if (tokens?.length === 0) covered.push(other)
        else if (tokens) note(tokens, other)
      }
      const first = firstOf(cluster)
      for (const other of leaves.get(leafKey(hashes.length, first)) ?? []) compare(other)
      const all = kin.get(kinKey(cluster)) ?? []
      // A template whose first word varies may cover any of them.
      for (let at = hashes[0] === anyToken ? 0 : Math.max(0, all.length - mostKin); at < all.length; at++) {
        const other = all[at]
        if (other && firstOf(other) !== first) compare(other)
      }
      if (covered.length > 0) return covered
      let best: Siblings | undefined
      for (const { tokens, clusters } of bySlots.values()) {
        const all = [...clusters]
        for (const less of bySlots.values()) {
          if (less.tokens.length < tokens.length && less.tokens.every((token) => tokens.includes(token))) {
            all.push(...less.clusters)
          }
        }
        if (!areValues(tokens, cluster, [cluster, ...all], enough)) continue
        if (!best || tokens.length < best.tokens.length || all.length > best.clusters.length)
          best = { tokens, clusters: all }
      }
      return best?.clusters
    },

    clear(): void {
      leaves.clear()
      kin.clear()
    },
  }
}

interface Siblings {
  readonly tokens: readonly number[]
  readonly clusters: Cluster[]
}

/**
 * Whether some places have so many different words that these must be values: more words where little else is said, and for more
 * places at once, in each of which there must be enough: `cache hit for` and `cache miss for` are two templates, whatever follows.
 */
const areValues = (
  tokens: readonly number[],
  { hashes, kinds }: Cluster,
  clusters: readonly Cluster[],
  enough: Enough,
): boolean => {
  let constants = 0
  for (const [token, hash] of hashes.entries()) {
    if (hash === anyToken || hash === maskHash) continue
    if (clusters.every(({ hashes: other }) => other[token] === hash)) constants++
  }
  if (constants < tokens.length) return false
  const usual = tokens.every((token) => isName(kinds[token] ?? 0)) ? enough.names : enough.words
  const many = (tokens[0] === 0 ? usual * 2 : usual) + (tokens.length - 1) * 3
  const needed = constants >= tokens.length * 2 ? many : many * 2
  return (
    evidenceFor(tokens, clusters) >= needed && tokens.every((token) => evidenceFor([token], clusters) >= enough.names)
  )
}

/** Weighs the different words, or pairs of words, of some places. */
const evidenceFor = (tokens: readonly number[], clusters: readonly Cluster[]): number => {
  const words = new Map<string, number>()
  for (const { hashes, kinds } of clusters) {
    const weight = Math.min(...tokens.map((token) => evidenceOf(kinds[token] ?? 0)))
    words.set(tokens.map((token) => hashes[token]).join(), weight)
  }
  let evidence = 0
  for (const weight of words.values()) evidence += weight
  return evidence
}

/** Lines that differ in more places than this differ by words of the program, not by values. */
const maxPlaces = 2

/**
 * The few tokens in which two clusters of one length differ, if words may vary there; undefined when there are more. Places in which one of
 * them has a value already, or a name, do not count.
 */
const differences = (a: Cluster, b: Cluster): readonly number[] | undefined => {
  const { length } = a.hashes
  if (b.hashes.length !== length) return undefined
  // Most pairs end here.
  let places = 0
  for (let token = 0; token < length; token++) {
    if (counts(a, b, token) && ++places > maxPlaces) return undefined
  }
  const tokens: number[] = []
  for (let token = 0; token < length; token++) {
    if (a.hashes[token] === b.hashes[token]) continue
    if (!mayDiffer(a.kinds[token] ?? 0, b.kinds[token] ?? 0)) return undefined
    if (counts(a, b, token)) tokens.push(token)
  }
  return tokens
}

const counts = (a: Cluster, b: Cluster, token: number): boolean => {
  const mine = a.hashes[token]
  const other = b.hashes[token]
  return (
    mine !== other &&
    mine !== anyToken &&
    other !== anyToken &&
    !isNamed(a.kinds[token] ?? 0) &&
    !isNamed(b.kinds[token] ?? 0)
  )
}

const covering = (clusters: readonly Cluster[] | undefined, line: Scanner): Cluster | undefined => {
  if (!clusters) return undefined
  const { count, hashes } = line
  let best: Cluster | undefined
  let bestEqual = -1
  for (const cluster of clusters) {
    const own = cluster.hashes
    let equal = 0
    let token = 0
    for (; token < count; token++) {
      const mine = own[token]
      if (mine === hashes[token]) equal++
      else if (mine !== anyToken) break
    }
    if (token < count || own.length !== count || equal <= bestEqual) continue
    best = cluster
    bestEqual = equal
  }
  return best
}

const joining = (clusters: readonly Cluster[] | undefined, line: Scanner, kinds: Uint8Array): Cluster | undefined => {
  if (!clusters) return undefined
  const { count, hashes } = line
  const loose = clusters.length >= crowded
  let best: Cluster | undefined
  let bestEqual = 0
  for (const cluster of clusters) {
    const own = cluster.hashes
    if (own.length !== count) continue
    let equal = 0
    let different = 0
    let certain = true
    let token = 0
    for (; token < count; token++) {
      const mine = own[token]
      const kind = kinds[token] ?? 0
      if (mine === hashes[token]) {
        if (mine !== maskHash) equal++
      } else if (mine !== anyToken) {
        const its = cluster.kinds[token] ?? 0
        if (!(mayJoin(its, kind) || (loose && count >= 4 && mayVary(its, kind)))) break
        different++
        certain &&= isNamed(its) || isNamed(kind)
      }
    }
    if (token < count || equal < (certain ? different : different * 2) || equal <= bestEqual) continue
    best = cluster
    bestEqual = equal
  }
  return best
}
