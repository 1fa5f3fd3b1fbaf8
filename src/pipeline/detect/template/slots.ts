import type { Reader, Writer } from '../../../lib/bytes/codec.ts'

import { flatText } from '../shared/flat-text.ts'

const wildcard = '<*>'
/** A slot with more values is not constant. */
const mostValues = 6
const maxSlots = 12
const longestValue = 120
const mostMisfits = 20

/** A wildcard of a template with few values, each seen once or more than once. */
interface Slot {
  readonly place: number
  readonly values: Map<string, 1 | 2>
  singletons: number
}

/** The wildcards of a template that have had few values so far. */
export interface Slots {
  readonly text: string
  readonly literals: readonly string[]
  alive: Slot[]
  total: number
  misfits: number
}

/** A new value in a slot. */
export interface NewValue {
  readonly value: string
  readonly place: number
  readonly known: readonly string[]
  /** The probability of a new value: the share of values seen once (Good–Turing). */
  readonly probability: number
}

/** Prepares a template; undefined if it has no wildcards or too many. */
export const startSlots = (text: string): Slots | undefined => {
  const literals = text.split(wildcard)
  const count = literals.length - 1
  if (count < 1 || count > maxSlots) return undefined
  const alive = Array.from({ length: count }, (_, place) => ({ place, values: new Map(), singletons: 0 }))
  return { text, literals, alive, total: 0, misfits: 0 }
}

/**
 * Reads a message and returns the first value that is new in its slot. Linear in the message; slots with many values are dropped, so most
 * templates soon cost nothing.
 */
export const takeMessage = (slots: Slots, message: string): NewValue | undefined => {
  const values = readValues(slots, message)
  if (!values) {
    slots.misfits++
    return undefined
  }
  slots.total++
  let found: NewValue | undefined
  let varies = false
  for (const slot of slots.alive) {
    const value = values[slot.place] ?? ''
    const times = slot.values.get(value)
    if (times === 2) continue
    if (times === 1) {
      slot.values.set(value, 2)
      slot.singletons--
      continue
    }
    found ??= {
      value,
      place: slot.place,
      known: [...slot.values.keys()],
      probability: Math.min(1, (slot.singletons + 0.5) / slots.total),
    }
    slot.values.set(flatText(value), 1)
    slot.singletons++
    if (slot.values.size > mostValues) varies = true
  }
  if (varies) slots.alive = slots.alive.filter(({ values }) => values.size <= mostValues)
  return found
}

/** Whether there are no slots left to follow. */
export const isSpent = (slots: Slots): boolean => slots.alive.length === 0 || slots.misfits >= mostMisfits

/** Returns the values between the literals; undefined if the message does not fit the template. */
const readValues = ({ literals }: Slots, message: string): string[] | undefined => {
  const first = literals[0] ?? ''
  if (!message.startsWith(first)) return undefined
  const values: string[] = []
  let at = first.length
  for (let i = 1; i < literals.length; i++) {
    const literal = literals[i] ?? ''
    const end = i === literals.length - 1 ? message.length - literal.length : message.indexOf(literal, at + 1)
    if (end < at || (i === literals.length - 1 && !message.endsWith(literal))) return undefined
    values.push(message.slice(at, Math.min(end, at + longestValue)))
    at = end + literal.length
  }
  return values
}

export const writeSlots = (writer: Writer, slots: Slots): void => {
  writer.text(slots.text).varint(slots.total).varint(slots.misfits).varint(slots.alive.length)
  for (const { place, values } of slots.alive) {
    writer.varint(place).varint(values.size)
    for (const [value, times] of values) writer.text(value).u8(times)
  }
}

export const readSlots = (reader: Reader): Slots => {
  const text = reader.text()
  const slots: Slots = {
    text,
    literals: text.split(wildcard),
    alive: [],
    total: reader.varint(),
    misfits: reader.varint(),
  }
  for (let left = reader.varint(); left > 0; left--) {
    const slot: Slot = { place: reader.varint(), values: new Map(), singletons: 0 }
    for (let values = reader.varint(); values > 0; values--) {
      const value = reader.text()
      const times = reader.u8() === 1 ? 1 : 2
      slot.values.set(value, times)
      if (times === 1) slot.singletons++
    }
    slots.alive.push(slot)
  }
  return slots
}
