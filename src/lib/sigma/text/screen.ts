import { fold } from './fold.ts'
import { createGramMemory, longestGram, spreading } from './gram-memory.ts'
import type { Wanted } from './literal.ts'
import { createLiteralIndex, type LiteralIndex } from './literal-index.ts'

/** Whether a value equals, begins with, ends with or contains at least one of some texts, as wanted. */
export type Screen = (value: string) => boolean

const longest = 4096
/** The value as it came; room for what it takes at most, or a cut one might pass for ASCII. */
const bytes = Buffer.alloc(3 * longest)
/** Letters of ASCII without case. */
const lower = Uint8Array.from({ length: 256 }, (_, code) => (code >= 65 && code <= 90 ? code + 32 : code))

/**
 * Makes a screen of texts in lower case. Values of ASCII, which most are, are copied into bytes and walked once, without a string in lower
 * case: each four letters are held against a set of bits that knows four of each text, and against the texts only where one may
 * be. A text whose four letters turn out to be common in the values is marked by others of its letters. Values beyond ASCII take the way of a
 * literal index.
 */
export const createScreen = (literals: readonly Wanted[]): Screen => {
  const plain = literals.filter(({ text }) => isAscii(text))
  const isShort = ({ text }: Wanted) => text.length < longestGram
  const shorts = plain.filter(isShort).map((literal) => toSought(literal, noMarks))
  const shortsAnywhere = shorts.filter(({ manner, codes }) => manner === 'contains' && codes.length > 0)
  const shortsAtEnds = shorts.filter((sought) => !shortsAnywhere.includes(sought))
  const pairs = shortsAnywhere.length > 0 ? pairsOf(shortsAnywhere) : undefined
  const longs = plain.filter((literal) => !isShort(literal))
  const marks = new Int32Array(2 ** (32 - markShift - 5))
  const byGram = new Map<number, Sought[]>()
  /** Marks that values have without the texts, such as that of `requ` for `cannot assign requested address`. */
  const common = new Set<number>()
  const markTexts = (): void => {
    marks.fill(0)
    byGram.clear()
    for (const literal of longs) {
      const sought = toSought(literal, common)
      const mark = markOf(sought.gram)
      marks[mark >>> 5] = (marks[mark >>> 5] ?? 0) | (1 << mark)
      const gram = sought.gram | smallLetters
      const known = byGram.get(gram)
      if (known) known.push(sought)
      else byGram.set(gram, [sought])
    }
  }
  markTexts()
  let walks = 0
  /** How often each mark was found in these walks where no text ended. */
  const strays = new Map<number, number>()
  const endRound = (): void => {
    const known = common.size
    for (const [mark, times] of strays) if (times > round / 8) common.add(mark)
    if (common.size > known) markTexts()
    strays.clear()
    walks = 0
  }

  /** Whether four letters in a row of the bytes may be some text's. It has no branches, which are dear where letters decide of them. */
  const mayHold = (length: number): boolean => {
    const from = bytes
    const marked = marks
    let group = 0
    let hits = 0
    for (let at = 0; at < length; at++) {
      group = (group << 8) | (from[at] as number)
      const mark = markOf(group)
      hits |= (marked[mark >>> 5] as number) >>> mark
    }
    return (hits & 1) === 1
  }
  const walk = (length: number): boolean => {
    if (walks === round) endRound()
    walks += 1
    const from = bytes
    const marked = marks
    let group = 0
    for (let at = 0; at < length; at++) {
      group = (group << 8) | (from[at] as number)
      const mark = markOf(group)
      if ((((marked[mark >>> 5] as number) >>> mark) & 1) === 0) continue
      if (endsHere(group | smallLetters, at, length)) return true
      strays.set(mark, (strays.get(mark) ?? 0) + 1)
    }
    return false
  }
  const endsHere = (gram: number, at: number, length: number): boolean => {
    for (const sought of byGram.get(gram) ?? none) if (isAt(sought, at + 1 - sought.end, length)) return true
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
    if (length > longest || !copy(value)) return search(value)
    for (const sought of shortsAtEnds) if (isAtEnd(sought, length)) return true
    if (pairs && hasShort(pairs, shortsAnywhere, length)) return true
    return longs.length > 0 && mayHold(length) && walk(length)
  }
}

/** Up to this length, copying letter by letter costs less than a call out of JavaScript. */
const shortCopy = 64

/** Copies a value into the bytes; answers whether it is ASCII. */
const copy = (value: string): boolean => {
  const { length } = value
  if (length > shortCopy) return bytes.write(value) === length
  let all = 0
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at)
    bytes[at] = code
    all |= code
  }
  return all < 128
}

const none: readonly Sought[] = []
const noMarks: ReadonlySet<number> = new Set()
/** After so many walks, and again after each time as many, marks that led astray in more than an eighth of them are common. */
const round = 256
/** So many bits are marked, so few that they stay in the processor's cache. */
const markShift = 32 - 14
/** Makes four letters small ones, and other characters perhaps others. */
const smallLetters = 0x20202020
/** Which bit four letters mark; small and capital ones mark the same. */
const markOf = (gram: number): number => Math.imul(gram | smallLetters, spreading) >>> markShift

/** How rare letters are, roughly: by their order in English, all others being rarer. */
const rarities = Uint8Array.from({ length: 128 }, (_, code) => {
  const rank = ' etaoinsrhldcumfpgwyb'.indexOf(String.fromCharCode(code))
  return rank < 0 ? 25 : rank
})

/** A text that is looked for, and its four rarest letters in a row whose mark is not common. */
interface Sought extends Wanted {
  readonly codes: Uint8Array
  readonly gram: number
  /** Where those end in the text. */
  readonly end: number
}

const toSought = ({ manner, text }: Wanted, common: ReadonlySet<number>): Sought => {
  const codes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at)
  let [end, rarest] = [codes.length, -1]
  for (let at = longestGram; at <= codes.length; at++) {
    let rarity = 0
    for (let part = at - longestGram; part < at; part++) rarity += rarities[codes[part] ?? 0] ?? 0
    if (rarity > rarest && !common.has(markOf(gramBefore(codes, at)))) [end, rarest] = [at, rarity]
  }
  return { manner, text, codes, gram: gramBefore(codes, end), end }
}

/** The four letters before a place, or fewer at the start. */
const gramBefore = (codes: Uint8Array, end: number): number => {
  let gram = 0
  for (let at = Math.max(0, end - longestGram); at < end; at++) gram = (gram << 8) | (codes[at] ?? 0)
  return gram
}

/** Whether a text is at a place of the bytes, and is allowed there. */
const isAt = ({ manner, codes }: Sought, start: number, length: number): boolean => {
  if (start < 0 || start + codes.length > length) return false
  if ((manner === 'starts' || manner === 'equals') && start !== 0) return false
  if ((manner === 'ends' || manner === 'equals') && start + codes.length !== length) return false
  for (let at = 0; at < codes.length; at++) if (codes[at] !== lower[bytes[start + at] as number]) return false
  return true
}

/** Whether a text that is wanted at one end is there; the empty text is anywhere. */
const isAtEnd = (sought: Sought, length: number): boolean => {
  const { manner, codes } = sought
  return isAt(sought, manner === 'starts' || manner === 'equals' ? 0 : length - codes.length, length)
}

/** A set of bits for pairs of letters without case: those that short texts begin with. */
const pairsOf = (shorts: readonly Sought[]): Int32Array => {
  const pairs = new Int32Array(2 ** (16 - 5))
  for (const { codes } of shorts) {
    const [first = 0, second] = codes
    for (let next = second ?? 0; next <= (second ?? 255); next++) {
      const pair = (first << 8) | next
      pairs[pair >>> 5] = (pairs[pair >>> 5] ?? 0) | (1 << pair)
    }
  }
  return pairs
}

const hasShort = (pairs: Int32Array, shorts: readonly Sought[], length: number): boolean => {
  const from = bytes
  const fold = lower
  let pair = 0
  for (let at = 0; at <= length; at++) {
    // Behind the end is any letter: a text of one letter may end the value.
    pair = ((pair << 8) | (at < length ? (fold[from[at] as number] as number) : 0)) & 0xffff
    if (at === 0 || (((pairs[pair >>> 5] as number) >>> pair) & 1) === 0) continue
    for (const sought of shorts) if (isAt(sought, at - 1, length)) return true
  }
  return false
}

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}
