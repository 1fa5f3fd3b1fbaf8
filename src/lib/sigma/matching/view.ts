import type { FlatEvent, Scalar } from '../event.ts'
import { fold } from '../text/fold.ts'

/** The values of a field in the event that is looked at. Good until another event is. */
export interface FieldValues {
  /** The name under which the event has the field; undefined when it has not. */
  readonly name: string | undefined
  /** The value as texts; nothing for null. */
  readonly values: readonly string[]
  /** The same without case. */
  readonly folded: readonly string[]
}

interface Slot {
  name: string | undefined
  values: readonly string[]
  folded: readonly string[]
  /** Lists of one text, used again for the next event: most fields have one value. */
  readonly one: [string]
  readonly oneFolded: [string]
  /** Whether that is the field's own name, which counts first however the event is looked at. */
  isOwn: boolean
  /** For which event it was read, and for which way of looking at it. */
  event: number
  look: number
}

/** The number of the pseudo-field that keywords are looked for in: all values, and the event's text. */
export const anywhere = 0

const nothing: readonly string[] = []
/** How long a value is that may be known by heart, and how many are. */
const longestWord = 12
const mostWords = 1000

/** Names → numbers, for the fields of all rules. Number 0 is `anywhere`. */
export interface FieldNames {
  numberOf(field: string): number
  nameOf(number: number): string
  readonly size: number
}

export const createFieldNames = (): FieldNames => {
  const numbers = new Map<string, number>()
  const names = ['']
  return {
    numberOf(field) {
      const known = numbers.get(field)
      if (known !== undefined) return known
      numbers.set(field, names.length)
      names.push(field)
      return names.length - 1
    },
    nameOf: (number) => names[number] ?? '',
    get size() {
      return names.length
    },
  }
}

/** Says under which names an event may have a field, best first. */
export type Resolve = (field: number) => readonly string[]

/** One event at a time, its fields read once and only when they are asked for. */
export interface FlatEventView {
  /** Looks at another event from now on. */
  show(event: FlatEvent, resolve: Resolve): void
  /** Looks at the same event in another way. */
  look(resolve: Resolve): void
  slot(field: number): FieldValues
}

export const createEventView = (): FlatEventView => {
  const slots: Slot[] = []
  let event: FlatEvent = { id: '', time: 0, fields: {} }
  let resolve: Resolve = () => []
  let events = 0
  let looks = 0
  /** Short values without case, such as the names of programs: they come again and again. */
  const words = new Map<string, string>()
  const foldWord = (text: string): string => {
    if (text.length > longestWord) return fold(text)
    const known = words.get(text)
    if (known !== undefined) return known
    const folded = fold(text)
    if (words.size < mostWords) words.set(text, folded)
    return folded
  }

  const fill = (slot: Slot, field: number): void => {
    slot.event = events
    slot.look = looks
    slot.isOwn = false
    slot.name = undefined
    slot.values = nothing
    slot.folded = nothing
    if (field === anywhere) {
      slot.name = ''
      slot.isOwn = true
      slot.values = everything(event)
      slot.folded = slot.values.map(fold)
      return
    }
    const candidates = resolve(field)
    for (const name of candidates) {
      const value = readField(event, name)
      if (value === undefined) continue
      slot.name = name
      slot.isOwn = name === candidates[0]
      if (typeof value === 'string') {
        slot.one[0] = value
        slot.oneFolded[0] = foldWord(value)
        slot.values = slot.one
        slot.folded = slot.oneFolded
      } else {
        slot.values = toTexts(value)
        slot.folded = slot.values.map(fold)
      }
      return
    }
  }
  return {
    show(next, resolveNext) {
      event = next
      resolve = resolveNext
      events += 1
    },
    look(next) {
      resolve = next
      looks += 1
    },
    slot(field) {
      let slot = slots[field]
      if (!slot) {
        slot = {
          name: undefined,
          values: nothing,
          folded: nothing,
          one: [''],
          oneFolded: [''],
          isOwn: false,
          event: 0,
          look: 0,
        }
        slots[field] = slot
      }
      if (slot.event !== events || (slot.look !== looks && !slot.isOwn)) fill(slot, field)
      return slot
    },
  }
}

/** A value as texts: of null nothing, of a list one for each of its values. */
export const toTexts = (value: Scalar | readonly Scalar[]): readonly string[] => {
  if (value === null) return nothing
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  return value.flatMap((one) => (one === null ? [] : [String(one)]))
}

/** The value of a field of an event. */
const readField = ({ fields, more }: FlatEvent, name: string): FlatEvent['fields'][string] | undefined => {
  if (Object.hasOwn(fields, name)) return fields[name]
  return more !== undefined && Object.hasOwn(more, name) ? more[name] : undefined
}

const everything = ({ text, fields, more }: FlatEvent): string[] => {
  const texts: string[] = text === undefined ? [] : [text]
  for (const part of more === undefined ? [fields] : [fields, more]) {
    for (const name in part) {
      const value = part[name]
      if (value !== undefined) texts.push(...toTexts(value))
    }
  }
  return texts
}
