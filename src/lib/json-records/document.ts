import { compact, isListAt, isObjectAt, isSpace, membersOf } from './slices.ts'

/** The result of reading a chunk: the document continues, ended before `at`, or cannot continue as it does at `at`. */
export interface ReadProgress {
  readonly kind: 'open' | 'closed' | 'broken'
  readonly at: number
}

/** A document of JSON that is read chunk by chunk. */
export interface JsonDocument {
  /** Reads a chunk up to the end of the document, if the chunk contains it. */
  push(piece: string): ReadProgress
  /** Everything since the beginning, or since the last cut. */
  text(): string
  readonly length: number
  /**
   * Closes the document after the last complete item of its outermost list, and restarts with the same short members around the rest;
   * undefined if no list contains a complete item. The length continues from the rest.
   */
  cut(): Cut | undefined
  /** The text since the beginning or the last cut, without the members that are repeated. */
  rest(): string
  /** Skips the current item up to its end, if it is longer than a record may be. Returns the part that was read. */
  skip(): string
}

interface Cut {
  /** A document of its own. */
  readonly text: string
  /** The length of the part that repeats an earlier document. */
  readonly repeated: number
  /** How many line breaks were read since the last cut, up to where the document continues. */
  readonly breaks: number
}

interface Frame {
  readonly isList: boolean
  /** Where its bracket is in the text since the last cut. */
  readonly at: number
  /** Where its last whole item ended; 0 when it has none. */
  whole: number
}

type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end'

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
const [colon, comma] = [0x3a, 0x2c]
const lineFeed = 10
const deepest = 1_000
/** Lists within a list's items that contain records too: OTLP's and Loki's. In others, an item is the record. */
const inner = /"(?:scopeLogs|logRecords|instrumentationLibraryLogs|logs|values|logEvents)"\s*:\s*$/
const longestRepeated = 65_536
const longestMember = 1_024

/**
 * Reads a document that begins with the first chunk. It checks brackets, strings, commas and colons, which is enough to distinguish JSON
 * from other text.
 */
export const readDocument = (): JsonDocument => {
  let pieces: string[] = []
  let length = 0
  let repeated = 0
  let frames: Frame[] = []
  let expected: Expected = 'value'
  let inString = false
  let escaped = false
  /** Where the number or word ended that was read last. */
  let wordEnd = -1
  /** The number of open brackets around a skipped item. */
  let skipped: number | undefined

  const text = (): string => {
    if (pieces.length > 1) pieces = [pieces.join('')]
    return pieces[0] ?? ''
  }

  const afterValue = (at: number): void => {
    expected = 'comma or end'
    const top = frames.at(-1)
    if (top) top.whole = at
  }

  /** Reads one character outside of strings; false when it cannot be there. */
  const step = (code: number, at: number): boolean => {
    const wantsValue = expected === 'value' || expected === 'value or end'
    switch (code) {
      case quote:
        if (expected === 'colon' || expected === 'comma or end') return false
        inString = true
        return true
      case openBrace:
      case openBracket:
        if (!wantsValue || frames.length >= deepest) return false
        frames.push({ isList: code === openBracket, at, whole: 0 })
        expected = code === openBracket ? 'value or end' : 'name or end'
        return true
      case closeBrace:
      case closeBracket: {
        const isList = code === closeBracket
        const ends = expected === 'comma or end' || expected === (isList ? 'value or end' : 'name or end')
        if (!ends || frames.at(-1)?.isList !== isList) return false
        frames.pop()
        afterValue(at + 1)
        return true
      }
      case colon:
        if (expected !== 'colon') return false
        expected = 'value'
        return true
      case comma:
        if (expected !== 'comma or end') return false
        expected = frames.at(-1)?.isList ? 'value' : 'name'
        return true
      default:
        // The reader of the value checks numbers and words.
        if (!wantsValue && !(expected === 'comma or end' && at === wordEnd)) return false
        wordEnd = at + 1
        afterValue(wordEnd)
        return frames.length > 0
    }
  }

  return {
    push(piece) {
      let base = length
      let from = 0
      const keep = (to: number): void => {
        if (skipped !== undefined) return
        pieces.push(piece.slice(from, to))
        length += to - from
      }
      for (let i = 0; i < piece.length; i++) {
        const code = piece.charCodeAt(i)
        if (inString) {
          if (escaped) escaped = false
          else if (code === backslash) escaped = true
          else if (code === quote) {
            inString = false
            if (expected === 'name' || expected === 'name or end') expected = 'colon'
            else afterValue(base + i + 1)
          } else if (code === lineFeed) return broken(i)
          continue
        }
        if (isSpace(code)) continue
        if (!step(code, base + i)) return broken(i)
        if (frames.length === 0) {
          keep(i + 1)
          return { kind: 'closed', at: i + 1 }
        }
        if (skipped === frames.length) {
          skipped = undefined
          from = i + 1
          base = length - from
          wordEnd = -1
          const list = frames.at(-1)
          if (list) list.whole = 0
        }
      }
      keep(piece.length)
      return { kind: 'open', at: piece.length }

      function broken(at: number): ReadProgress {
        keep(at)
        return { kind: 'broken', at }
      }
    },
    text,
    get length() {
      return length
    },
    cut() {
      const all = text()
      const depth = outermost(all, frames)
      const list = frames[depth]
      if (!list) return undefined
      const closers = frames
        .slice(0, depth + 1)
        .toReversed()
        .map(({ isList }) => (isList ? ']' : '}'))
        .join('')
      // Removes the comma behind the last item, too.
      const comes = /^\s*,?/.exec(all.slice(list.whole, list.whole + 4_096))?.[0].length ?? 0
      const rest = list.whole + comes
      const cut = { text: all.slice(0, list.whole) + closers, repeated, breaks: countBreaks(all, repeated, rest) }
      const { head, places } = headOf(all, frames.slice(0, depth + 1))
      const shift = head.length - rest
      frames = frames.map(({ isList, at, whole: end }, index) => ({
        isList,
        at: index <= depth ? (places[index] ?? 0) : at + shift,
        whole: index <= depth ? 0 : Math.max(0, end + shift),
      }))
      const left = all.slice(rest)
      pieces = [head, left]
      wordEnd += shift
      repeated = head.length
      length = head.length + left.length
      return cut
    },
    rest: () => text().slice(repeated),
    skip() {
      const all = text()
      const depth = frames.findLastIndex(
        ({ isList, at }, index) => isList && !isWithinRecord(all, frames, index) && at < all.length,
      )
      if (depth < 0 || frames.length === depth + 1) return ''
      const { head, places } = headOf(all, frames.slice(0, depth + 1))
      const item = all.slice(frames[depth]?.at).replace(/^\[\s*,?\s*/, '')
      frames = frames.map(({ isList, at }, index) => ({ isList, at: places[index] ?? at, whole: 0 }))
      pieces = [head]
      repeated = head.length
      length = head.length
      skipped = depth + 1
      return item
    },
  }
}

const countBreaks = (text: string, from: number, to: number): number => {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** Whether a list is part of a record: it is in the item of another list, under a name that does not contain records. */
const isWithinRecord = (text: string, frames: readonly Frame[], depth: number): boolean => {
  const at = frames[depth]?.at ?? 0
  return frames.slice(0, depth).some(({ isList }) => isList) && !inner.test(text.slice(Math.max(0, at - 64), at))
}

/** The outermost list with a whole item, not looking into records. */
const outermost = (text: string, frames: readonly Frame[]): number => {
  for (const [depth, { isList, whole }] of frames.entries()) {
    if (!isList) continue
    if (isWithinRecord(text, frames, depth)) return -1
    // A number may continue in the next chunk.
    if (whole > 0 && /[\]}"]/.test(text.charAt(whole - 1))) return depth
  }
  return -1
}

/** Opens the same objects and lists again, with the short members before; returns the new start of each. */
const headOf = (
  text: string,
  frames: readonly Frame[],
): { readonly head: string; readonly places: readonly number[] } => {
  let head = ''
  const places = frames.map(({ isList, at }, index) => {
    const place = head.length
    const next = frames[index + 1]
    if (isList || !next) {
      head += isList ? '[' : '{'
      return place
    }
    const members = membersOf(`${text.slice(at, next.at)}0}`, 0)
    const name = members.at(-1)?.name ?? ''
    const short = members
      .slice(0, -1)
      .filter(
        ({ start, end }) =>
          !isListAt(text, at + start) && end - start <= (isObjectAt(text, at + start) ? 16 : 1) * longestMember,
      )
      .map((member) => `"${member.name}":${compact(text.slice(at + member.start, at + member.end))},`)
    const kept = short.join('')
    head += `{${kept.length > longestRepeated ? '' : kept}"${name}":`
    return place
  })
  return { head, places }
}
