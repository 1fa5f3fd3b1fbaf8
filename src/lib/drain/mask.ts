import { isCalendarWord, isSizeUnit } from './value-word.ts'

/** What stands for a value in a template. */
export const wildcard = '<*>'

/** How much of a line is looked at; the rest of it counts as one more value. */
export const maxTokens = 100
export const maxLength = 4096

/** A quoted value is looked for this far. */
const maxQuoted = 256

const mark = 0
const space = 1
const digit = 2
const letter = 3
/** Characters that hold a value together: `10.0.0.1:80`, `blk_-42`, `a@b`. */
const joiner = 4
const slash = 5
const equals = 6
const quote = 7

/** Brackets, commas and whatever is not named here are marks: they stand in the template as they are. */
const classes = new Uint8Array(128)
const assign = (kind: number, characters: string): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = kind
}
classes.fill(space, 0, 33)
assign(digit, '0123456789')
assign(letter, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$')
assign(joiner, '.-_:@+%#~')
assign(slash, '/\\')
assign(equals, '=')
assign(quote, '"\'')

const comma = 44
const colon = 58
const backslash = 92

const seed = 0x811c9dc5
const prime = 0x01000193
const maskCode = 0x10ffff
/** The hash of a token that is a value and nothing else. No token has the hash 0. */
export const maskHash = Math.imul(seed ^ maskCode, prime) | 0

export type Scanner = ReturnType<typeof createScanner>

/**
 * Reads a line once, by classes of characters and without regular expressions: parts it at white space, masks what is a value
 * by its looks, and hashes what is left. Values are words with a digit in them (numbers, addresses, hex, uuids, times, durations,
 * block ids), paths, quoted strings, names of days and months in a date, and whatever follows `key=`. A masked token that repeats, as in
 * a list, counts once. O(length), 4,096 characters and 100 tokens at most.
 *
 * The arrays are reused: what they hold is good until the next `scan`.
 */
export const createScanner = () => {
  /** Hashes of the tokens with their values masked, and whether anything was masked in them. */
  const hashes = new Int32Array(maxTokens + 1)
  const masked = new Uint8Array(maxTokens + 1)
  const starts = new Int32Array(maxTokens + 1)
  const ends = new Int32Array(maxTokens + 1)
  /** Where the last repetition of a token ends. */
  const folds = new Int32Array(maxTokens + 1)
  const firstSpans = new Int32Array(maxTokens + 2)
  // Between two values stands at least one character.
  const spanStarts = new Int32Array(maxLength / 2 + 2)
  const spanEnds = new Int32Array(maxLength / 2 + 2)
  let spans = 0

  /** Reads one token from `start`; returns where it ends. Its hash is left in `scanner.hash`. */
  const scanToken = (text: string, start: number, length: number, afterValue: boolean): number => {
    let at = start
    let hash = seed
    let afterEquals = false
    while (at < length) {
      let code = text.charCodeAt(at)
      let kind = code < 128 ? classes[code] : letter
      if (kind === space) break

      if (kind === mark || kind === equals) {
        hash = Math.imul(hash ^ code, prime)
        afterEquals = kind === equals
        at++
        continue
      }

      if (kind === quote) {
        const close = at === start || opensQuote(text.charCodeAt(at - 1)) ? closingQuote(text, at, code, length) : -1
        hash = Math.imul(hash ^ code, prime)
        at++
        if (close > at) {
          hash = Math.imul(Math.imul(hash ^ maskCode, prime) ^ code, prime)
          spanStarts[spans] = at
          spanEnds[spans++] = close
          at = close + 1
        }
        afterEquals = false
        continue
      }

      // A word: letters, digits and what holds them together.
      const word = at
      const before = hash
      let end = at
      let isValue = afterEquals || (kind === slash && at + 1 < length)
      let previous = mark
      while (at < length) {
        code = text.charCodeAt(at)
        kind = code < 128 ? (classes[code] ?? mark) : letter
        if (kind === letter) end = at + 1
        else if (kind === digit) {
          isValue = true
          end = at + 1
        } else if (kind === slash) {
          isValue ||= code === backslash
          end = at + 1
        } else if (kind !== joiner && !(code === comma && previous === digit && isDigit(text, at + 1, length))) break
        hash = Math.imul(hash ^ code, prime)
        previous = kind
        at++
      }
      if (!isValue && end - word <= 3) {
        isValue =
          (end - word === 3 && isCalendarWord(text, word)) ||
          (afterValue && word === start && isSizeUnit(text, word, end))
      }
      if (isValue && end > word) {
        hash = Math.imul(before ^ maskCode, prime)
        spanStarts[spans] = word
        spanEnds[spans++] = end
        for (let i = end; i < at; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime)
      }
      afterEquals = false
    }
    scanner.hash = hash === 0 ? 1 : hash
    return at
  }

  const scan = (text: string): void => {
    const length = text.length < maxLength ? text.length : maxLength
    let count = 0
    let at = 0
    let afterValue = false
    spans = 0
    while (at < length) {
      const code = text.charCodeAt(at)
      if (code < 33) {
        at++
        continue
      }
      if (count === maxTokens) break
      const start = at
      const firstSpan = spans
      at = scanToken(text, start, length, afterValue)
      const hash = scanner.hash
      const isMasked = spans > firstSpan
      afterValue = hash === maskHash
      if (isMasked && count > 0 && hashes[count - 1] === hash) {
        folds[count - 1] = at
        spans = firstSpan
        continue
      }
      hashes[count] = hash
      masked[count] = isMasked ? 1 : 0
      starts[count] = start
      ends[count] = at
      folds[count] = at
      firstSpans[count] = firstSpan
      count++
    }
    if (at < text.length) {
      // What is not looked at is one value, together with the token that the cut goes through.
      if (at === length && text.charCodeAt(at) > 32 && count > 0 && folds[count - 1] === at) {
        count--
        at = starts[count] ?? 0
        spans = firstSpans[count] ?? 0
      }
      hashes[count] = maskHash
      masked[count] = 1
      starts[count] = at
      ends[count] = text.length
      folds[count] = text.length
      firstSpans[count] = spans
      spanStarts[spans] = at
      spanEnds[spans++] = text.length
      count++
    }
    firstSpans[count] = spans
    scanner.count = count

    let low = 0x2545f491
    let high = count
    for (let token = 0; token < count; token++) {
      const hash = hashes[token] ?? 0
      low = Math.imul(low ^ hash, 0x85ebca6b)
      low ^= low >>> 15
      high = Math.imul(high ^ hash, 0xc2b2ae35)
      high = (high << 13) | (high >>> 19)
    }
    scanner.low = low
    scanner.high = high
  }

  /** A token of the line last scanned, its values masked. */
  const tokenText = (text: string, token: number): string => {
    let from = starts[token] ?? 0
    let result = ''
    for (let span = firstSpans[token] ?? 0; span < (firstSpans[token + 1] ?? 0); span++) {
      result += text.slice(from, spanStarts[span]) + wildcard
      from = spanEnds[span] ?? 0
    }
    return result + text.slice(from, ends[token])
  }

  /** The whole line last scanned, its values masked, one space between tokens. */
  const maskedText = (text: string): string => {
    const tokens: string[] = []
    for (let token = 0; token < scanner.count; token++) tokens.push(tokenText(text, token))
    return tokens.join(' ')
  }

  const scanner = {
    /** How many tokens the line has. */
    count: 0,
    /** Two hashes of the masked line: lines that differ in values only have the same. */
    low: 0,
    high: 0,
    hash: 0,
    hashes,
    masked,
    starts,
    ends,
    folds,
    scan,
    tokenText,
    maskedText,
  }
  return scanner
}

const isDigit = (text: string, at: number, length: number): boolean => {
  if (at >= length) return false
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** An apostrophe within a word is none. */
const opensQuote = (before: number): boolean =>
  before < 128 && (classes[before] === mark || classes[before] === equals || before === colon)

/** Where a quotation ends, when it does: nearby, on this line, and not as the key of a JSON object. */
const closingQuote = (text: string, open: number, code: number, length: number): number => {
  const far = Math.min(length, open + maxQuoted)
  for (let at = open + 1; at < far; at++) {
    const here = text.charCodeAt(at)
    if (here === backslash) at++
    else if (here === code) return text.charCodeAt(at + 1) === colon ? -1 : at
  }
  return -1
}
