import type { Reader, Writer } from '../lib/bytes/codec.ts'
import { day } from '../lib/units/time.ts'

/** Something that was seen together with something else: since when, until when (ms), and on how many days. */
export interface Bond {
  readonly name: string
  first: number
  last: number
  days: number
}

/** Notes a sighting. Idempotent, so events may be replayed after a crash. */
export const extend = (span: Omit<Bond, 'name'>, time: number): void => {
  if (dayOf(time) > dayOf(span.last)) span.days++
  span.first = Math.min(span.first, time)
  span.last = Math.max(span.last, time)
}

/** Notes a sighting in a short list, which forgets what was seen least lately. Texts are copied: a part of a line holds all of it. */
export const bind = (bonds: Bond[], name: string, time: number, most: number): void => {
  for (const bond of bonds) {
    if (bond.name !== name) continue
    extend(bond, time)
    return
  }
  const bond = { name: Buffer.from(name, 'utf16le').toString('utf16le'), first: time, last: time, days: 1 }
  if (bonds.length < most) {
    bonds.push(bond)
    return
  }
  const oldest = bonds.reduce((found, { last }, index) => (last < (bonds[found]?.last ?? 0) ? index : found), 0)
  bonds[oldest] = bond
}

export const dayOf = (time: number): number => Math.floor(time / day)

export const writeSpan = (writer: Writer, { first, last, days }: Omit<Bond, 'name'>): Writer =>
  writer.f64(first).f64(last).varint(days)

export const readSpan = (reader: Reader): Omit<Bond, 'name'> => ({
  first: reader.f64(),
  last: reader.f64(),
  days: reader.varint(),
})

export const writeBonds = (writer: Writer, bonds: readonly Bond[]): void => {
  writer.varint(bonds.length)
  for (const bond of bonds) writeSpan(writer.text(bond.name), bond)
}

export const readBonds = (reader: Reader): Bond[] =>
  Array.from({ length: reader.varint() }, () => ({ name: reader.text(), ...readSpan(reader) }))
