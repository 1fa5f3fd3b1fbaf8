import { parseAddress, parseRange } from '../address/address.ts'
import { createRangeTable, type RangeTable } from '../address/range-table.ts'
import type { Observable, ObservableType } from '../observables/canonical.ts'
import { hostOf } from '../observables/canonical.ts'
import { scanText } from './scan-text.ts'
import { addToHash, emptyHash, grown, ValueTable } from './value-table.ts'

/** The stored facts of an indicator other than its value. */
export interface IndicatorFacts {
  /** 0 (mildest) to 254, on the scale of the caller. */
  readonly level: number
  /** 0–1, kept to a hundredth. */
  readonly confidence: number
  /** The expiry, in ms since the epoch; stored to a second. Undefined: never. */
  readonly validUntil?: number | undefined
  /** The source; texts that many indicators share cost next to nothing. */
  readonly sources: readonly string[]
  /** A few words. Beyond 65,535 different texts, none. */
  readonly note: string
}

export interface Hit extends Observable, IndicatorFacts {}

/** An entry that was added or replaced, or removed when it has no facts. */
export interface IndicatorChange extends Observable {
  readonly facts?: IndicatorFacts
}

const types: readonly ObservableType[] = ['ip', 'domain', 'url', 'hash', 'email', 'certificate']
const removed = 255
const forGood = 0xffff_ffff
const mostNotes = 65_536

/**
 * Knows a million indicators in some 80 MB and finds one within a microsecond: values in a flat hash table, ranges of addresses in a sorted
 * one, a name also by the names it lies below. A value has one entry.
 *
 * Writes take effect immediately for values, and after `settle` for ranges. Time needs no timers: an entry that has expired is simply not
 * found.
 */
export class IndicatorIndex {
  readonly #values = new ValueTable()
  readonly #sources = new Dictionary<readonly string[]>([])
  readonly #notes = new Dictionary('')
  #levels = new Uint8Array(128)
  #types = new Uint8Array(128)
  #confidences = new Uint8Array(128)
  #untils = new Uint32Array(128)
  #sourceNumbers = new Uint16Array(128)
  #noteNumbers = new Uint16Array(128)
  /** The revision of the index at which an entry last changed. */
  #revisions = new Float64Array(128)
  #revision = 0
  #size = 0
  readonly #rangeNumbers = new Set<number>()
  #ranges: RangeTable<number> = createRangeTable([])
  /** Marks the hosts that links lead to, by their hash: only then a link of a text is spelt out. */
  #linkHosts: Uint8Array | undefined

  /** The number of entries, including expired ones. */
  get size(): number {
    return this.#size
  }

  /** Increases with each change. */
  get revision(): number {
    return this.#revision
  }

  /** Adds or replaces an entry. The value is in its canonical form. */
  set({ type, value }: Observable, facts: IndicatorFacts): void {
    const number = this.#values.add(value)
    if (number >= this.#levels.length) this.#grow()
    if (this.#untils[number] === 0 || this.#levels[number] === removed) this.#size++
    this.#levels[number] = facts.level
    this.#types[number] = types.indexOf(type)
    this.#confidences[number] = Math.round(facts.confidence * 100)
    this.#untils[number] = facts.validUntil === undefined ? forGood : Math.max(1, Math.floor(facts.validUntil / 1000))
    this.#sourceNumbers[number] = this.#sources.add(facts.sources.join('\n'), facts.sources)
    this.#noteNumbers[number] = this.#notes.add(facts.note, facts.note)
    this.#revisions[number] = ++this.#revision
    if (type === 'ip' && value.includes('/')) this.#rangeNumbers.add(number)
    if (type === 'url') this.#markHost(value)
  }

  /** Deletes an entry; its value stays in the table until the index is rebuilt. */
  remove(value: string): void {
    const number = this.#values.find(value)
    if (number < 0 || this.#levels[number] === removed) return
    this.#levels[number] = removed
    this.#revisions[number] = ++this.#revision
    this.#rangeNumbers.delete(number)
    this.#size--
  }

  /** Lists the changes since a revision, for a copy of the index in another thread. Visits all entries: 1 ms for a million. */
  *changedSince(revision: number): Generator<IndicatorChange> {
    for (let number = 0; number < this.#values.size; number++) {
      if ((this.#revisions[number] ?? 0) <= revision) continue
      const observable = { type: this.#typeOf(number), value: this.#values.text(number) }
      if (this.#levels[number] === removed) {
        yield observable
        continue
      }
      const { level, confidence, validUntil, sources, note } = this.#hit(number)
      yield { ...observable, facts: { level, confidence, validUntil, sources, note } }
    }
  }

  /** Applies the changes of another index. */
  apply(changes: readonly IndicatorChange[]): void {
    for (const { type, value, facts } of changes) {
      if (facts) this.set({ type, value }, facts)
      else this.remove(value)
    }
  }

  /** Builds the table of ranges that are valid at a moment. O(n log n) in their number. */
  settle(now: number): void {
    const holding = [...this.#rangeNumbers].filter((number) => this.#holds(number, now))
    this.#ranges = createRangeTable(
      holding.flatMap((number) => {
        const range = parseRange(this.#values.text(number))
        return range ? [{ range, value: number }] : []
      }),
    )
  }

  /**
   * The entries for a value in its canonical form: the value itself, the narrowest range that contains it, and the nearest parent domain.
   */
  find({ type, value }: Observable, now: number): Hit | undefined {
    const number = this.#values.find(value)
    if (this.#holds(number, now)) return this.#hit(number)
    if (type === 'ip') return this.#hitAt(this.#findRange(value), now)
    if (type !== 'domain') return undefined
    for (let dot = value.indexOf('.'); dot >= 0; dot = value.indexOf('.', dot + 1)) {
      const above = this.#values.find(value.slice(dot + 1))
      if (this.#holds(above, now) && this.#typeOf(above) === 'domain') return this.#hit(above)
    }
    return undefined
  }

  /** Finds the known values in unparsed text: addresses, names, hashes, links, mail addresses, each once. */
  scan(text: string, now: number): readonly Hit[] {
    let found: Map<number, Hit> | undefined
    const take = (number: number) => {
      if (found?.has(number) || !this.#holds(number, now)) return
      found ??= new Map()
      found.set(number, this.#hit(number))
    }
    scanText(text, {
      values: this.#values,
      isDomain: (number) => this.#typeOf(number) === 'domain',
      // Without any, no address is spelt out for it.
      ranges: this.#ranges.size > 0 ? (address) => this.#ranges.find(address) ?? -1 : undefined,
      leadsToLink: (hash) => this.#isMarked(hash),
      take,
    })
    return found ? [...found.values()] : none
  }

  #hitAt(number: number, now: number): Hit | undefined {
    return this.#holds(number, now) ? this.#hit(number) : undefined
  }

  #hit(number: number): Hit {
    const until = this.#untils[number] ?? 0
    return {
      type: this.#typeOf(number),
      value: this.#values.text(number),
      level: this.#levels[number] ?? 0,
      confidence: (this.#confidences[number] ?? 0) / 100,
      validUntil: until === forGood ? undefined : until * 1000,
      sources: this.#sources.get(this.#sourceNumbers[number] ?? 0),
      note: this.#notes.get(this.#noteNumbers[number] ?? 0),
    }
  }

  #holds(number: number, now: number): boolean {
    return number >= 0 && this.#levels[number] !== removed && (this.#untils[number] ?? 0) * 1000 >= now
  }

  #typeOf(number: number): ObservableType {
    return types[this.#types[number] ?? 0] ?? 'ip'
  }

  #findRange(value: string): number {
    const address = this.#ranges.size > 0 ? parseAddress(value) : undefined
    return (address && this.#ranges.find(address)) ?? -1
  }

  #markHost(url: string): void {
    const host = hostOf(url)?.value ?? ''
    let hash = emptyHash
    for (let i = host.length - 1; i >= 0; i--) hash = addToHash(hash, host.charCodeAt(i))
    this.#linkHosts ??= new Uint8Array(1 << 20)
    const at = (hash >>> 3) & 0xf_ffff
    this.#linkHosts[at] = (this.#linkHosts[at] ?? 0) | (1 << (hash & 7))
  }

  #isMarked(hash: number): boolean {
    return ((this.#linkHosts?.[(hash >>> 3) & 0xf_ffff] ?? 0) & (1 << (hash & 7))) !== 0
  }

  #grow(): void {
    const room = this.#levels.length * 2
    this.#levels = grown(this.#levels, room)
    this.#types = grown(this.#types, room)
    this.#confidences = grown(this.#confidences, room)
    this.#untils = grown(this.#untils, room)
    this.#sourceNumbers = grown(this.#sourceNumbers, room)
    this.#noteNumbers = grown(this.#noteNumbers, room)
    this.#revisions = grown(this.#revisions, room)
  }
}

const none: readonly Hit[] = []

/** Numbers shared texts; beyond its capacity, new texts get the number 0. */
class Dictionary<Value> {
  readonly #numbers = new Map<string, number>()
  readonly #instead: Value
  readonly #values: Value[]

  constructor(instead: Value) {
    this.#instead = instead
    this.#values = [instead]
  }

  add(text: string, value: Value): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    if (text === '' || this.#values.length >= mostNotes) return 0
    this.#numbers.set(text, this.#values.length)
    return this.#values.push(value) - 1
  }

  get(number: number): Value {
    return this.#values[number] ?? this.#instead
  }
}
