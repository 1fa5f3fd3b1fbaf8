import { createReader, createWriter } from '../bytes/codec.ts'
import { wildcard } from './mask.ts'
import { type Parameter, readParameters } from './parameters.ts'
import { createScanner, type Scanner } from './scanner.ts'
import { createSignatureTable, living } from './signature-table.ts'
import { createSkeletonTable } from './skeleton-table.ts'
import { anyTail, createTails, cutTail } from './tails.ts'
import { newTemplate } from './template-id.ts'
import { anyToken, type Cluster, createTree, type Enough, type Template } from './tree.ts'
import { asValue, wordKinds } from './word-kind.ts'

export type { ParameterType } from './parameter-type.ts'
export type { Parameter } from './parameters.ts'
export type { Template } from './tree.ts'

export interface DrainOptions {
  /** The most templates to hold; past it, those not seen for longest are forgotten. */
  readonly maxTemplates?: number
  /** Goes into the ids, so that miners of different services name their templates differently. */
  readonly namespace?: string
  /** How many different words in one place are values; 5, or 3 that are spelt as names are. */
  readonly enough?: Enough
  /** Reads the lines. Miners that work in turn may share one. */
  readonly scanner?: Scanner
}

/** A template, and how many lines it has had. */
export interface TemplateCount extends Template {
  readonly count: number
}

export interface Drain {
  /** Gives a line its template, making or widening one as needed. Lines of one template may get different ids until it is found out: `current`. */
  learn(text: string): Template
  /** Gives a line its template when there is one that covers it as it stands; changes nothing. */
  match(text: string): Template | undefined
  /** The template that a line would get if it were learnt first; changes nothing. */
  propose(text: string): Template
  /** The values in a line for the wildcards that its template has by now, in order, with their types; empty when the line is not of it. */
  parameters(template: Template, text: string): Parameter[]
  /** The current template of an id: the one that it was merged into, or itself; undefined when it is forgotten. */
  current(id: string): Template | undefined
  /** Every template, in the order of their making. */
  templates(): TemplateCount[]
  /** How many templates there are. */
  readonly size: number
  save(): Uint8Array
  /** Takes the place of all that was learnt; throws StateError on another version. */
  restore(state: Uint8Array): void
}

const noHashes = new Int32Array(0)
const noKinds = new Uint8Array(0)
const kind = 'drain'
const version = 2

/**
 * Finds the templates of a log, line by line: Drain (He, Zhu, Zheng and Lyu, ICWS 2017), a parse tree of fixed depth. Values are
 * masked by their form first, and lists folded (`mask.ts`); lines of one shape then meet in a leaf of the tree (`tree.ts`). Unlike
 * Drain, which makes a wildcard of any difference between similar lines, a word becomes one in the place of a name
 * (`word-kind.ts`), or when many words have been seen in its place, as in Brain (Yu et al., IEEE TSC 2023): the templates
 * that differ in it are then made one, which keeps the id of the eldest. Words that name the event never vary. Free text
 * at the end of lines becomes one wildcard (`tails.ts`). Lines seen before skip all that (`skeleton-table.ts`, `signature-table.ts`).
 *
 * O(length) a line, O(templates) memory. Not for free prose alone: lines of many shapes and few repetitions fill it with templates of one
 * line each, which are then forgotten in turn.
 *
 * @example
 * const drain = createDrain()
 * drain.learn('Failed password for root from 10.0.0.1 port 22')
 * const template = drain.learn('Failed password for admin from 10.0.0.9 port 4711')
 * template.text // 'Failed password for <*> from <*> port <*>'
 * drain.parameters(template, 'Failed password for eve from ::1 port 1') // eve: user, ::1: address, 1: number
 */
export const createDrain = (options: DrainOptions = {}): Drain => {
  const { maxTemplates = 10_000, namespace = '' } = options
  const line = options.scanner ?? createScanner()
  const tree = createTree(options.enough)
  const recent = createSignatureTable()
  const skeletons = createSkeletonTable()
  const tails = createTails()
  /** In the order in which the tree and the tails got them, which is the order that they choose by. */
  const byId = new Map<string, Cluster>()
  /** Ids of templates that have become part of another one, if that is not forgotten. */
  let former = new Map<string, Cluster>()
  let clock = 0

  const add = (cluster: Cluster): Cluster | undefined => {
    byId.set(cluster.template.id, cluster)
    tails.add(cluster)
    return cluster.hashes.at(-1) === anyTail ? undefined : tree.add(cluster)
  }

  /** Takes a cluster out, before its hashes change. */
  const remove = (cluster: Cluster): void => {
    byId.delete(cluster.template.id)
    tails.remove(cluster)
    tree.remove(cluster)
  }

  /** Removes a cluster that will not be added again. */
  const retire = (cluster: Cluster): void => {
    cluster.alive = false
    remove(cluster)
    // A holder of the template only needs to know that it is gone.
    cluster.hashes = noHashes
    cluster.kinds = noKinds
  }

  const forget = (clusters: readonly Cluster[]): void => {
    for (const cluster of clusters) {
      retire(cluster)
      recent.forget(cluster)
    }
    if (!clusters.some(({ hasMerged }) => hasMerged)) return
    for (const [id, cluster] of former) if (!living(cluster)) former.delete(id)
  }

  /** Forgets a tenth at once, so that a flood of new lines does not sort them for each. */
  const makeRoom = (): void => {
    if (byId.size <= maxTemplates) return
    const oldestFirst = [...byId.values()].sort((a, b) => a.used - b.used)
    forget(oldestFirst.slice(0, byId.size - Math.max(1, Math.floor(maxTemplates * 0.9))))
  }

  /** Finds the template of a line that has not been seen lately, or makes it. */
  const place = (text: string): Cluster => {
    const covering = tree.covering(line)
    if (covering) return covering
    const masked = maskedText(line, text)
    const words = wordsOf(masked)
    const kinds = wordKinds(words)
    const tail = tails.find(words, line.hashes, kinds)
    if (tail) return tail
    const joined = tree.joining(line, kinds)
    if (joined) {
      remove(joined)
      widen(joined, line.hashes)
      add(joined)
      return settle(joined)
    }
    const template = newTemplate(masked, namespace, (id) => byId.has(id) || former.has(id))
    const cluster = {
      template,
      hashes: line.hashes.slice(0, line.count),
      kinds,
      count: 0,
      made: clock,
      used: clock,
      signatures: 0,
      alive: true,
      hasMerged: false,
    }
    const oldest = add(cluster)
    if (oldest) forget([oldest])
    makeRoom()
    return freeTail(cluster) ?? settle(cluster)
  }

  /** Makes one template of those that share the beginning of a new one, if free text follows it; the eldest of them keeps its id. */
  const freeTail = (cluster: Cluster): Cluster | undefined => {
    const freed = tails.freed(cluster)
    if (!freed) return undefined
    const { beginning, clusters } = freed
    let eldest = cluster
    for (const other of clusters) if (other.made < eldest.made) eldest = other
    remove(eldest)
    cutTail(eldest, beginning)
    add(eldest)
    for (const other of clusters) if (other !== eldest) merge(other, eldest)
    return eldest
  }

  /** Makes one template of those that differ in a word which has turned out to vary; the eldest of them keeps its id. */
  const settle = (cluster: Cluster): Cluster => {
    let settled = cluster
    for (let found = tree.siblings(settled); found; found = tree.siblings(settled)) {
      const all = [settled, ...found]
      let eldest = settled
      for (const other of found) if (other.made < eldest.made) eldest = other
      remove(eldest)
      for (const { hashes } of all) widen(eldest, hashes)
      add(eldest)
      for (const other of all) if (other !== eldest) merge(other, eldest)
      settled = eldest
    }
    return settled
  }

  const merge = (cluster: Cluster, into: Cluster): void => {
    retire(cluster)
    cluster.into = into
    into.hasMerged = true
    into.signatures += cluster.signatures
    into.count += cluster.count
    into.used = Math.max(into.used, cluster.used)
    former.set(cluster.template.id, into)
    if (former.size > maxTemplates) dropOldest(former)
  }

  /** The template of the line that was just loaded. */
  const look = (text: string): Cluster => {
    line.scanLoaded(text)
    if (!line.keepsDigits) skeletons.keep(line.low, line.high)
    const known = recent.get(line.low, line.high)
    if (known) return known
    const cluster = place(text)
    recent.set(line.low, line.high, cluster)
    return cluster
  }

  return {
    learn(text) {
      clock++
      line.load(text)
      const cluster =
        (skeletons.find(line.codes, text.length) ? recent.get(skeletons.low, skeletons.high) : undefined) ?? look(text)
      cluster.count++
      cluster.used = clock
      return cluster.template
    },

    match(text) {
      line.scan(text)
      const covering = recent.get(line.low, line.high) ?? tree.covering(line)
      if (covering) return covering.template
      const words = wordsOf(maskedText(line, text))
      return tails.find(words, line.hashes, wordKinds(words))?.template
    },

    propose(text) {
      line.scan(text)
      return newTemplate(maskedText(line, text), namespace, (id) => byId.has(id) || former.has(id))
    },

    parameters(template, text) {
      const cluster = byId.get(template.id) ?? living(former.get(template.id))
      // The caller asks for the parameters next.
      if (text !== line.text) line.scan(text)
      return (cluster && readParameters(cluster.hashes, text, line)) ?? []
    },

    current: (id) => (byId.get(id) ?? living(former.get(id)))?.template,

    templates: () =>
      [...byId.values()]
        .sort((a, b) => a.made - b.made)
        .map(({ template, count }) => ({ id: template.id, text: template.text, count })),

    get size() {
      return byId.size
    },

    save() {
      const writer = createWriter(kind, version).varint(clock).varint(byId.size)
      const numbers = new Map<Cluster, number>()
      for (const cluster of byId.values()) {
        numbers.set(cluster, numbers.size)
        writer.text(cluster.template.id).text(cluster.template.text)
        writer.i32s(cluster.hashes).bytes(cluster.kinds).varint(cluster.count).varint(cluster.made).varint(cluster.used)
      }
      writer.varint(former.size)
      for (const [id, cluster] of former) writer.text(id).varint(numbers.get(living(cluster) ?? cluster) ?? 0)
      const known = [...recent.entries()]
      writer.varint(known.length)
      for (const { low, high, cluster } of known) {
        writer
          .u32(low >>> 0)
          .u32(high >>> 0)
          .varint(numbers.get(cluster) ?? 0)
      }
      return writer.varint(recent.doublings).finish()
    },

    restore(state) {
      const reader = createReader(state, kind, version)
      const savedClock = reader.varint()
      const clusters: Cluster[] = []
      for (let left = reader.varint(); left > 0; left--) {
        const template = { id: reader.text(), text: reader.text() }
        const hashes = reader.i32s()
        const kinds = reader.bytes().slice()
        const count = reader.varint()
        const [made, used] = [reader.varint(), reader.varint()]
        clusters.push({
          template,
          hashes,
          kinds,
          count,
          made,
          used,
          signatures: 0,
          alive: true,
          hasMerged: false,
        })
      }
      const merged = new Map<string, Cluster>()
      for (let left = reader.varint(); left > 0; left--) {
        const id = reader.text()
        const cluster = clusters[reader.varint()]
        if (!cluster) continue
        cluster.hasMerged = true
        merged.set(id, cluster)
      }
      const known: { low: number; high: number; cluster: Cluster }[] = []
      for (let left = reader.varint(); left > 0; left--) {
        const low = reader.u32() | 0
        const high = reader.u32() | 0
        const cluster = clusters[reader.varint()]
        if (cluster) known.push({ low, high, cluster })
      }
      // Earlier releases did not save it.
      const doublings = reader.ended ? undefined : reader.varint()
      clock = savedClock
      byId.clear()
      tree.clear()
      tails.clear()
      for (const cluster of clusters) add(cluster)
      former = merged
      recent.restore(known, doublings)
      makeRoom()
    },
  }
}

/** Makes wildcards of the words in which a template differs from other hashes. */
const widen = (cluster: Cluster, hashes: Int32Array): void => {
  for (const [token, own] of cluster.hashes.entries()) {
    if (own !== anyToken && own !== hashes[token]) generalise(cluster, token)
  }
}

const generalise = (cluster: Cluster, token: number): void => {
  if (cluster.hashes[token] === anyToken) return
  cluster.hashes[token] = anyToken
  cluster.kinds[token] = asValue(cluster.kinds[token] ?? 0)
  const words = cluster.template.text.split(' ')
  words[token] = wildcard
  cluster.template = { id: cluster.template.id, text: words.join(' ') }
}

const dropOldest = <Key>(map: Map<Key, unknown>): void => {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}

const wordsOf = (masked: string): string[] => (masked === '' ? [] : masked.split(' '))

/** The whole line last scanned, its values masked, one space between tokens. */
const maskedText = (line: Scanner, text: string): string => {
  const tokens: string[] = []
  for (let token = 0; token < line.count; token++) tokens.push(tokenText(line, text, token))
  return tokens.join(' ')
}

const tokenText = (
  { starts, ends, firstSpans, spanStarts, spanEnds }: Scanner,
  text: string,
  token: number,
): string => {
  let from = starts[token] ?? 0
  let result = ''
  for (let span = firstSpans[token] ?? 0; span < (firstSpans[token + 1] ?? 0); span++) {
    result += text.slice(from, spanStarts[span]) + wildcard
    from = spanEnds[span] ?? 0
  }
  return result + text.slice(from, ends[token])
}
