import type { Reader, Writer } from '../lib/bytes/codec.ts'
import { day } from '../lib/units/time.ts'

/** An entity that was seen together with another one: first and last time in ms, and the number of days. */
export interface Association {
  name: string
  first: number
  last: number
  days: number
}

/** How many numbers an entry has: the hash of its name, its first and last time, and its days. */
const width = 4

/**
 * Some entities that were seen together with another one: when there are more than the limit, the least recently seen one is dropped. Flat
 * arrays and hashes, because a sighting reads all entries, and objects and names are scattered over the memory.
 */
export class Associations {
  readonly #limit: number
  #names: string[] = []
  #numbers: number[] = []
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds a sighting. Keeps the name, so it must be a string of its own: a substring keeps its whole log line in memory. */
  see(name: string, hash: number, time: number): void {
    const numbers = this.#numbers
    const end = this.#size * width
    let oldest = 0
    let oldestLast = Number.POSITIVE_INFINITY
    for (let at = 0; at < end; at += width) {
      const last = numbers[at + 2] ?? 0
      if (numbers[at] === hash && this.#names[at / width] === name) {
        if (time > last) {
          if (dayOf(time) > dayOf(last)) numbers[at + 3] = (numbers[at + 3] ?? 0) + 1
          numbers[at + 2] = time
        } else if (time < (numbers[at + 1] ?? 0)) numbers[at + 1] = time
        return
      }
      if (last < oldestLast) {
        oldest = at
        oldestLast = last
      }
    }
    if (this.#size === this.#limit) this.#set(oldest / width, name, hash, time, time, 1)
    else this.#add(name, hash, time, time, 1)
  }

  /** Adds an entry. Copies the arrays: one that grows has room for 16 more, and most entities are seen with few others. */
  #add(name: string, hash: number, first: number, last: number, days: number): void {
    if (this.#size === this.#names.length) {
      this.#names = this.#names.concat(name)
      this.#numbers = this.#numbers.concat(hash, first, last, days)
    } else this.#set(this.#size, name, hash, first, last, days)
    this.#size++
  }

  #set(index: number, name: string, hash: number, first: number, last: number, days: number): void {
    const numbers = this.#numbers
    const at = index * width
    this.#names[index] = name
    numbers[at] = hash
    numbers[at + 1] = first
    numbers[at + 2] = last
    numbers[at + 3] = days
  }

  list(): Association[] {
    return Array.from({ length: this.#size }, (_, index) => {
      const [, first = 0, last = 0, days = 0] = this.#numbers.slice(index * width, (index + 1) * width)
      return { name: this.#names[index] ?? '', first, last, days }
    })
  }

  /** Adds associations that were seen elsewhere: the last seen ones stay. */
  combine(others: readonly Association[]): void {
    const all = this.list()
    for (const other of others) {
      const known = all.find(({ name }) => name === other.name)
      if (known) combineSpans(known, other)
      else all.push({ ...other })
    }
    if (all.length > this.#limit) all.sort((a, b) => b.last - a.last).splice(this.#limit)
    this.#size = 0
    for (const { name, first, last, days } of all) this.#add(name, hashName(name), first, last, days)
  }

  clear(): void {
    this.#size = 0
  }
}

/** Hashes a name (FNV-1a). */
export const hashName = (name: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  return hash
}

/** Adds a sighting to a span. Idempotent, so events may be replayed after a crash. */
export const extendSpan = (span: Omit<Association, 'name'>, time: number): void => {
  if (time > span.last) {
    if (dayOf(time) > dayOf(span.last)) span.days++
    span.last = time
  } else if (time < span.first) span.first = time
}

/** Extends a span by another one that was seen elsewhere. */
export const combineSpans = (span: Omit<Association, 'name'>, other: Omit<Association, 'name'>): void => {
  span.first = Math.min(span.first, other.first)
  span.last = Math.max(span.last, other.last)
  span.days = Math.max(span.days, other.days)
}

export const dayOf = (time: number): number => Math.floor(time / day)

export const writeSpan = (writer: Writer, { first, last, days }: Omit<Association, 'name'>): Writer =>
  writer.f64(first).f64(last).varint(days)

export const readSpan = (reader: Reader): Omit<Association, 'name'> => ({
  first: reader.f64(),
  last: reader.f64(),
  days: reader.varint(),
})

export const writeAssociations = (writer: Writer, associations: Associations): void => {
  const all = associations.list()
  writer.varint(all.length)
  for (const association of all) writeSpan(writer.text(association.name), association)
}

export const readAssociations = (reader: Reader): Association[] =>
  Array.from({ length: reader.varint() }, () => ({ name: reader.text(), ...readSpan(reader) }))
