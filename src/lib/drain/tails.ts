import { maskHash, wildcard } from './mask.ts'
import { anyToken, type Cluster } from './tree.ts'
import { isName, isNamed } from './word-kind.ts'

/** The last hash of a template whose lines end in free text: any number of tokens. */
export const anyTail = -1

/** So many templates with one beginning show free text, if their lengths differ and most of them had one line. */
const leastEnds = 24
const leastNew = 0.9
/** Of a beginning with more templates than this, the first ones count. */
const mostEnds = 500
/** So many lower-case words must stand before a label or bracket. */
const leastProse = 2
const isProse = /^[a-z]{2,}[,:;=]?$/
/** Before a word that may be any: `export for alice stopped`. */
const introduces = /^(?:for|of|by)$/
const label = `=${wildcard}`

/** The start of a line up to a label or a bracket. */
interface Beginning {
  /** The number of its tokens. */
  readonly length: number
  readonly key: number
  /** Whether the first word may be any. */
  readonly anyFirst: boolean
}

/**
 * Finds the templates whose lines end in free text: `user eve suspended, reason: spam again`, `appeal 7 closed, comment=call back`. The text
 * follows a label or begins with a bracket, and hardly ever repeats. Several words of prose stand before it: `INFO [main] Engine: `
 * is the head of many events. All operations take O(tokens of a template), and `freed` O(500).
 */
export const createTails = () => {
  const known = new Map<Cluster, readonly Beginning[]>()
  const ends = new Map<number, Cluster[]>()
  const tails = new Map<number, Cluster>()

  return {
    /** The template of a line, given by its masked words, that ends in free text. */
    find(words: readonly string[], hashes: Int32Array, kinds: Uint8Array): Cluster | undefined {
      if (tails.size === 0) return undefined
      for (const { key } of beginningsOf(words, hashes, kinds)) {
        const tail = tails.get(key)
        if (tail) return tail
      }
      return undefined
    },

    add(cluster: Cluster): void {
      const beginnings = beginningsIn(cluster)
      if (beginnings.length === 0) return
      known.set(cluster, beginnings)
      for (const { key } of beginnings) {
        const list = ends.get(key)
        if (cluster.hashes.at(-1) === anyTail) tails.set(key, cluster)
        else if (!list) ends.set(key, [cluster])
        else list.push(cluster)
      }
    },

    remove(cluster: Cluster): void {
      for (const { key } of known.get(cluster) ?? []) {
        if (tails.get(key) === cluster) tails.delete(key)
        const list = ends.get(key)
        const at = list?.indexOf(cluster) ?? -1
        if (!list || at < 0) continue
        if (list.length === 1) ends.delete(key)
        else list.splice(at, 1)
      }
      known.delete(cluster)
    },

    /** The longest beginning of a new template that free text follows, and the templates that share it. */
    freed(cluster: Cluster): { readonly beginning: Beginning; readonly clusters: readonly Cluster[] } | undefined {
      for (const beginning of known.get(cluster) ?? []) {
        const clusters = (ends.get(beginning.key) ?? []).slice(0, mostEnds)
        if (clusters.length < leastEnds) continue
        if (clusters.every(({ hashes }) => hashes.length === cluster.hashes.length)) continue
        const fresh = clusters.filter(({ count }) => count <= 1).length
        if (fresh >= leastNew * clusters.length) return { beginning, clusters }
      }
      return undefined
    },

    clear(): void {
      known.clear()
      ends.clear()
      tails.clear()
    },
  }
}

/** Makes a template of a beginning: any text follows, and its words that may be any become wildcards. */
export const cutTail = (cluster: Cluster, { length, anyFirst }: Beginning): void => {
  const { id, text } = cluster.template
  const words = text.split(' ')
  const hashes = new Int32Array(length + 1)
  const cut = words.slice(0, length).map((word, at) => {
    hashes[at] = at === 0 && anyFirst ? anyToken : constant(words, cluster.hashes, cluster.kinds, at)
    return hashes[at] === anyToken ? wildcard : word
  })
  hashes[length] = anyTail
  if (!cut.at(-1)?.endsWith(label)) cut.push(wildcard)
  cluster.template = { id, text: cut.join(' ') }
  cluster.hashes = hashes
  cluster.kinds = cluster.kinds.slice(0, length + 1)
}

const beginningsIn = ({ template, hashes, kinds }: Cluster): Beginning[] => {
  if (hashes.at(-1) !== anyTail) return beginningsOf(template.text.split(' '), hashes, kinds)
  const key = hashes.subarray(0, -1).reduce(mix, 0)
  return [{ length: hashes.length - 1, key, anyFirst: false }]
}

/** The beginnings of a line, the longest first. */
const beginningsOf = (words: readonly string[], hashes: Int32Array, kinds: Uint8Array): Beginning[] => {
  let longest = words.length - 1
  while (longest >= leastProse && !isEnd(words, longest)) longest--
  if (longest < leastProse) return []
  const found: Beginning[] = []
  let prose = 0
  let key = 0
  let anyFirstKey = mix(0, anyToken)
  for (let at = 0; at <= longest; at++) {
    const hash = constant(words, hashes, kinds, at)
    key = mix(key, hash)
    if (at > 0) anyFirstKey = mix(anyFirstKey, hash)
    const ends = at >= leastProse && isEnd(words, at)
    if (ends && prose >= leastProse) {
      const others = prose - (isProse.test(words[0] ?? '') ? 1 : 0)
      if (others > leastProse) found.push({ length: at + 1, key: anyFirstKey, anyFirst: true })
      found.push({ length: at + 1, key, anyFirst: false })
    }
    if (isProse.test(words[at] ?? '')) prose++
  }
  return found.reverse()
}

/** Whether free text may follow a word: a label, or the last one before a bracket. */
const isEnd = (words: readonly string[], at: number): boolean => {
  const word = words[at] ?? ''
  const next = words[at + 1]
  if (word.endsWith(label)) return true
  if (next === undefined) return false
  return word.endsWith(':') || word.endsWith('=') || ('[("<'.includes(next.charAt(0)) && !next.startsWith(wildcard))
}

const mix = (key: number, hash: number): number => {
  const mixed = Math.imul(key ^ hash, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}

/** The hash of a token of a beginning; of names and values, that of any token. */
const constant = (words: readonly string[], hashes: Int32Array, kinds: Uint8Array, at: number): number => {
  const hash = hashes[at] ?? anyToken
  const kind = kinds[at] ?? 0
  if (hash === maskHash || isNamed(kind) || isName(kind) || introduces.test(words[at - 1] ?? '')) return anyToken
  return hash
}
