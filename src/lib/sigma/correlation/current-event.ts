import type { FlatEvent } from '../event.ts'
import type { WindowItem } from './window.ts'

/** The event that the correlations look at, and what is known of it. */
export interface CurrentEvent {
  /** Looks at another event from now on. */
  next(event: FlatEvent): void
  /** Notes a rule that it matched, or a correlation that it completed, by its number. */
  note(number: number): void
  isNoted(number: number): boolean
  /** Returns the event as a window remembers it. Correlations that only count events share one object, as they remember most of them. */
  toItem(member: number, value: string): WindowItem
  /** Returns a reader of some fields. It reads them once an event, however many correlations group by the same ones. */
  texts(fields: readonly string[]): FieldTexts
}

/** The texts of some fields of the current event. */
export interface FieldTexts {
  /** Undefined if one of the fields has no value. */
  read(): readonly string[] | undefined
  /** All of them in one text, once they are read. */
  readonly joined: string
}

const separator = '\u001f'

/** Creates a view of one event at a time for `count` rules and correlations. */
export const createCurrentEvent = (read: (field: string) => readonly string[], count: number): CurrentEvent => {
  const noted = new Float64Array(count)
  const known = new Map<string, FieldTexts>()
  let event = 0
  let id = ''
  let time = Number.NaN
  /** The event without a value. */
  let plain: WindowItem | undefined

  const textsOf = (fields: readonly string[]): FieldTexts => {
    let readAt = 0
    let texts: readonly string[] | undefined
    let joined = ''
    return {
      read() {
        if (readAt === event) return texts
        readAt = event
        texts = readAll(fields, read)
        if (texts) joined = texts.length === 1 ? (texts[0] ?? '') : texts.join(separator)
        return texts
      },
      get joined() {
        return joined
      },
    }
  }
  return {
    next(shown) {
      event += 1
      ;({ id, time } = shown)
      plain = undefined
    },
    note(number) {
      noted[number] = event
    },
    isNoted: (number) => noted[number] === event,
    toItem(member, value) {
      if (value !== '') return { time, id, member, value }
      if (plain?.member !== member) plain = { time, id, member, value }
      return plain
    },
    texts(fields) {
      const key = JSON.stringify(fields)
      const texts = known.get(key) ?? textsOf(fields)
      known.set(key, texts)
      return texts
    },
  }
}

/** Reads some fields; undefined when one of them has no value. */
const readAll = (fields: readonly string[], read: (field: string) => readonly string[]): string[] | undefined => {
  const texts: string[] = []
  for (const field of fields) {
    const values = read(field)
    if (values.length === 0) return undefined
    texts.push(values.length === 1 ? (values[0] ?? '') : values.join(','))
  }
  return texts
}
