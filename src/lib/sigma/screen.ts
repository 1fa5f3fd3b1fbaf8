import { fold } from './fold.ts'
import { createGramMemory, longestGram, spreading } from './gram-memory.ts'
import type { Wanted } from './literal.ts'
import { createLiteralIndex, type LiteralIndex } from './literal-index.ts'

/** Says of a value whether at least one of some texts is it, begins it, ends it or stands in it, as wanted. */
export type Screen = (value: string) => boolean

const longest = 4096
/** The value as it came; room for what it takes at most, or a cut one might pass for ASCII. */
const bytes = Buffer.alloc(3 * longest)
/** Letters of ASCII without case. */
const lower = Uint8Array.from({ length: 256 }, (_, code) => (code >= 65 && code <= 90 ? code + 32 : code))

/**
 * Makes a screen of texts in lower case. Values of ASCII, which most are, are copied into bytes and walked once, without a string in lower
 * case: four letters at a time are looked up in a hash table that knows the last four of each text. Other values take the way of a literal index.
 */
export const createScreen = (literals: readonly Wanted[]): Screen => {
  const plain = literals.filter(({ text }) => isAscii(text))
  const isShort = ({ text }: Wanted) => text.length < longestGram
  const shorts = plain.filter(isShort).map(toSought)
  const longs = plain.filter((literal) => !isShort(literal)).map(toSought)
  const shift = 32 - Math.min(16, Math.max(10, Math.ceil(Math.log2(longs.length * 16 + 1))))
  const heads = new Int32Array(2 ** (32 - shift)).fill(-1)
  const next = new Int32Array(longs.length)
  for (const [number, { gram }] of longs.entries()) {
    const slot = Math.imul(gram, spreading) >>> shift
    next[number] = heads[slot] ?? -1
    heads[slot] = number
  }

  const isOneAt = (slot: number, group: number, end: number, length: number): boolean => {
    for (let number = heads[slot] ?? -1; number >= 0; number = next[number] ?? -1) {
      const sought = longs[number]
      if (sought !== undefined && sought.gram === group && isAt(sought, end - sought.codes.length, length)) return true
    }
    return false
  }
  const walk = (length: number): boolean => {
    let group = 0
    for (let at = 0; at < length; at++) {
      group = (group << 8) | (lower[bytes[at] as number] as number)
      const slot = Math.imul(group, spreading) >>> shift
      if ((heads[slot] as number) >= 0 && isOneAt(slot, group, at + 1, length)) return true
    }
    return false
  }

  let index: LiteralIndex<true> | undefined
  const search = (value: string): boolean => {
    index ??= createLiteralIndex(
      literals.map(({ manner, text }) => ({ manner, text, payload: true })),
      createGramMemory(),
    )
    let found = false
    index.search(fold(value), () => {
      found = true
    })
    return found
  }
  return (value) => {
    const { length } = value
    if (length > longest || bytes.write(value) !== length) return search(value)
    for (const sought of shorts) if (isSomewhere(sought, length)) return true
    return longs.length > 0 && walk(length)
  }
}

/** A text that is looked for, and its last four letters. */
interface Sought extends Wanted {
  readonly codes: Uint8Array
  readonly gram: number
}

const toSought = ({ manner, text }: Wanted): Sought => {
  const codes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  const gram = codes.subarray(-longestGram).reduce((group, code) => (group << 8) | code, 0)
  return { manner, text, codes, gram }
}

/** Whether a text stands at a place of the bytes, and may stand there. */
const isAt = ({ manner, codes }: Sought, start: number, length: number): boolean => {
  if (start < 0 || start + codes.length > length) return false
  if ((manner === 'starts' || manner === 'equals') && start !== 0) return false
  if ((manner === 'ends' || manner === 'equals') && start + codes.length !== length) return false
  for (let at = 0; at < codes.length; at++) if (codes[at] !== lower[bytes[start + at] as number]) return false
  return true
}

const isSomewhere = (sought: Sought, length: number): boolean => {
  for (let start = 0; start + sought.codes.length <= length; start++) if (isAt(sought, start, length)) return true
  return false
}

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}
