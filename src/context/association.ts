import type { Reader, Writer } from '../lib/bytes/codec.ts'
import { day } from '../lib/units/time.ts'

/** An entity that was seen together with another one: first and last time in ms, and the number of days. */
export interface Association {
  name: string
  first: number
  last: number
  days: number
}

/** Adds a sighting to a span. Idempotent, so events may be replayed after a crash. */
export const extendSpan = (span: Omit<Association, 'name'>, time: number): void => {
  if (dayOf(time) > dayOf(span.last)) span.days++
  span.first = Math.min(span.first, time)
  span.last = Math.max(span.last, time)
}

/**
 * Adds a sighting to a list of at most `limit` entries, and drops the least recently seen one. Keeps the name, so it must be a string of
 * its own: a substring keeps its whole log line in memory.
 */
export const associate = (associations: Association[], name: string, time: number, limit: number): void => {
  let oldest: Association | undefined
  for (const association of associations) {
    if (association.name === name) {
      extendSpan(association, time)
      return
    }
    if (oldest === undefined || association.last < oldest.last) oldest = association
  }
  if (associations.length < limit || oldest === undefined) {
    associations.push({ name, first: time, last: time, days: 1 })
    return
  }
  // Reused, because the lists of busy users change with each of their requests.
  oldest.name = name
  oldest.first = time
  oldest.last = time
  oldest.days = 1
}

/** Extends a span by another one that was seen elsewhere. */
export const combineSpans = (span: Omit<Association, 'name'>, other: Omit<Association, 'name'>): void => {
  span.first = Math.min(span.first, other.first)
  span.last = Math.max(span.last, other.last)
  span.days = Math.max(span.days, other.days)
}

/** Adds associations that were seen elsewhere to a list of at most `limit` entries: the last seen ones stay. */
export const combineAssociations = (
  associations: Association[],
  others: readonly Association[],
  limit: number,
): void => {
  for (const other of others) {
    const known = associations.find(({ name }) => name === other.name)
    if (known) combineSpans(known, other)
    else associations.push({ ...other })
  }
  if (associations.length > limit) associations.sort((a, b) => b.last - a.last).splice(limit)
}

export const dayOf = (time: number): number => Math.floor(time / day)

export const writeSpan = (writer: Writer, { first, last, days }: Omit<Association, 'name'>): Writer =>
  writer.f64(first).f64(last).varint(days)

export const readSpan = (reader: Reader): Omit<Association, 'name'> => ({
  first: reader.f64(),
  last: reader.f64(),
  days: reader.varint(),
})

export const writeAssociations = (writer: Writer, associations: readonly Association[]): void => {
  writer.varint(associations.length)
  for (const association of associations) writeSpan(writer.text(association.name), association)
}

export const readAssociations = (reader: Reader): Association[] =>
  Array.from({ length: reader.varint() }, () => ({ name: reader.text(), ...readSpan(reader) }))
