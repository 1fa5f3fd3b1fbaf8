import type { Reader, Writer } from '../lib/bytes/codec.ts'
import { day } from '../lib/units/time.ts'

/** An entity that was seen together with another one: first and last time in ms, and the number of days. */
export interface Association {
  name: string
  first: number
  last: number
  days: number
}

/** How many numbers an association has: the hash of its name, its last and first time, and its days. */
const width = 4
/** A table has room for so many entities at first. */
const fewestRows = 64

/**
 * The entities that were seen together with each entity of a kind, such as the addresses of each user: when there are more than the limit,
 * the least recently seen one is dropped. An entity is a place in the table. One table for all of them, because a sighting reads all
 * associations of an entity, and objects, arrays and names of their own are scattered over the memory.
 */
export class AssociationTable {
  readonly #limit: number
  readonly #names: string[] = []
  #sizes = new Uint8Array(fewestRows)
  /** A row per entity: all hashes, then all last times, first times and days. A sighting reads the first half only. */
  #numbers: Float64Array

  /** Creates a table without associations. The limit is below 256. */
  constructor(limit: number) {
    this.#limit = limit
    this.#numbers = new Float64Array(fewestRows * limit * width)
  }

  /** Adds a sighting. Keeps the name, so it must be a string of its own: a substring keeps its whole log line in memory. */
  see(entity: number, name: string, hash: number, time: number): void {
    const limit = this.#limit
    const size = this.#sizes[entity] ?? 0
    const numbers = this.#numbers
    const start = entity * limit * width
    let oldest = 0
    let oldestLast = Number.POSITIVE_INFINITY
    for (let index = 0; index < size; index++) {
      const at = start + index
      const last = numbers[at + limit] ?? 0
      if (numbers[at] === hash && this.#names[entity * limit + index] === name) {
        if (time > last) {
          if (dayOf(time) > dayOf(last)) numbers[at + 3 * limit] = (numbers[at + 3 * limit] ?? 0) + 1
          numbers[at + limit] = time
        } else if (time < (numbers[at + 2 * limit] ?? 0)) numbers[at + 2 * limit] = time
        return
      }
      if (last < oldestLast) {
        oldest = index
        oldestLast = last
      }
    }
    if (size === limit) this.#set(entity, oldest, name, hash, time, time, 1)
    else this.#add(entity, name, hash, time, time, 1)
  }

  #add(entity: number, name: string, hash: number, first: number, last: number, days: number): void {
    if (entity >= this.#sizes.length) this.#grow(entity)
    const size = this.#sizes[entity] ?? 0
    this.#set(entity, size, name, hash, first, last, days)
    this.#sizes[entity] = size + 1
  }

  #set(entity: number, index: number, name: string, hash: number, first: number, last: number, days: number): void {
    const limit = this.#limit
    const at = entity * limit * width + index
    this.#names[entity * limit + index] = name
    this.#numbers[at] = hash
    this.#numbers[at + limit] = last
    this.#numbers[at + 2 * limit] = first
    this.#numbers[at + 3 * limit] = days
  }

  #grow(entity: number): void {
    let rows = this.#sizes.length
    while (rows <= entity) rows *= 2
    const sizes = new Uint8Array(rows)
    const numbers = new Float64Array(rows * this.#limit * width)
    sizes.set(this.#sizes)
    numbers.set(this.#numbers)
    this.#sizes = sizes
    this.#numbers = numbers
  }

  list(entity: number): Association[] {
    const limit = this.#limit
    const start = entity * limit * width
    return Array.from({ length: this.#sizes[entity] ?? 0 }, (_, index) => ({
      name: this.#names[entity * limit + index] ?? '',
      first: this.#numbers[start + index + 2 * limit] ?? 0,
      last: this.#numbers[start + index + limit] ?? 0,
      days: this.#numbers[start + index + 3 * limit] ?? 0,
    }))
  }

  /** Adds associations that were seen elsewhere: the last seen ones stay. */
  combine(entity: number, others: readonly Association[]): void {
    const all = this.list(entity)
    for (const other of others) {
      const known = all.find(({ name }) => name === other.name)
      if (known) combineSpans(known, other)
      else all.push({ ...other })
    }
    if (all.length > this.#limit) all.sort((a, b) => b.last - a.last).splice(this.#limit)
    this.clear(entity)
    for (const { name, first, last, days } of all) this.#add(entity, name, hashName(name), first, last, days)
  }

  clear(entity: number): void {
    this.#sizes[entity] = 0
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

export const writeAssociations = (writer: Writer, all: readonly Association[]): void => {
  writer.varint(all.length)
  for (const association of all) writeSpan(writer.text(association.name), association)
}

export const readAssociations = (reader: Reader): Association[] =>
  Array.from({ length: reader.varint() }, () => ({ name: reader.text(), ...readSpan(reader) }))
