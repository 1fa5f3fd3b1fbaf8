import {
  atSign,
  backslash,
  bar,
  classes,
  closingBracket,
  closingQuote,
  colon,
  comma,
  digit,
  dot,
  equals,
  greater,
  isDigit,
  isPlainValue,
  joiner,
  less,
  letter,
  mark,
  opening,
  opensQuote,
  quote,
  semicolon,
  slash,
  space,
  star,
} from './character.ts'
import { repeats } from './repeats.ts'
import { isCalendarWord, isConstantWord, isHexWord, isRequest, isScopedName, isUnit } from './value-word.ts'

/** What stands for a value in a template. */
export const wildcard = '<*>'

/** How much of a line is looked at; the rest of it counts as one more value. */
export const maxTokens = 100
export const maxLength = 4096

/** As signed numbers of 32 bits: anything else would be a floating point number in the loops below. */
const seed = 0x811c9dc5 | 0
const prime = 0x01000193
const maskCode = 0x10ffff
/** The hash of a token that is a value and nothing else. No token has the hash 0. */
export const maskHash = Math.imul(seed ^ maskCode, prime) | 0

export type Scanner = ReturnType<typeof createScanner>

/**
 * Reads a line once, by classes of characters and without regular expressions: parts it at white space, masks what is a value
 * by its looks, and hashes what is left. Values are words with a digit in them (numbers, addresses, hex, uuids, times, durations,
 * block ids), paths, dotted names of three parts, mail addresses, truth values and null, quoted strings, names of days and months in a
 * date, units behind a number, and whatever follows `key=`. Lists count once, however long: values with commas between, repeated tokens and
 * repeated groups of tokens. O(length), 4,096 characters and 100 tokens at most.
 *
 * The arrays are reused: what they hold is good until the next `scan`.
 */
export const createScanner = () => {
  /** Hashes of the tokens with their values masked, and whether anything was masked in them. */
  const hashes = new Int32Array(maxTokens + 1)
  const masked = new Uint8Array(maxTokens + 1)
  const starts = new Int32Array(maxTokens + 1)
  const ends = new Int32Array(maxTokens + 1)
  /** Where the last repetition of a token, or of the group that ends with it, ends. */
  const folds = new Int32Array(maxTokens + 1)
  const firstSpans = new Int32Array(maxTokens + 2)
  // Between two values stands at least one character.
  const spanStarts = new Int32Array(maxLength / 2 + 2)
  const spanEnds = new Int32Array(maxLength / 2 + 2)
  let spans = 0
  /** The hash right behind the last value, for the list that may go on there. */
  let valueHash = 0
  /** Whether the token being read is the next part of a list, and so belongs to the token before. */
  let goesOn = false
  let tokenHash = 0
  /** Where the token before ends. */
  let lastEnd = -1

  /** The line being read. Copied once, because reading a character out of a string that is part of another costs more. */
  const codes = new Uint16Array(maxLength + 8)
  const bytes = Buffer.from(codes.buffer)

  /** Takes what stands from `from` to `to` as a value; returns the hash with it. */
  const take = (from: number, to: number, before: number, start: number): number => {
    const last = spans > 0 ? (spanEnds[spans - 1] ?? 0) : -1
    // The next of a list: behind the last value stand a comma and nothing but blanks, or another separator.
    const separator = last >= 0 ? codes[last] : 0
    if (separator === comma || ((separator === semicolon || separator === bar) && from === last + 1)) {
      const opens = from === start && start > last && lastEnd === last + 1
      if (opens || from === last + 1) {
        if (opens) goesOn = true
        spanEnds[spans - 1] = to
        return valueHash
      }
    }
    spanStarts[spans] = from
    spanEnds[spans++] = to
    valueHash = Math.imul(before ^ maskCode, prime)
    return valueHash
  }

  /** Reads one token from `start`; returns where it ends. Its hash is left in `tokenHash`. */
  const scanToken = (start: number, length: number, afterValue: boolean, afterKey: boolean): number => {
    let at = start
    let hash = seed
    let afterEquals = afterKey
    for (;;) {
      let code = codes[at] ?? 0
      let kind = classes[code]
      if (kind === space) break

      let previous = mark
      if (kind === mark || kind === equals) {
        if ((code === less || code === greater) && at === start && isDigit(codes[at + 1])) {
          // `<1 sec` is a value as `00:17` is one.
          previous = code
        } else if (code === star && at === start && codes[at + 1] === star) {
          // Asterisks in the place of a value: `3552 **** 3375`.
          let end = at + 2
          while (codes[end] === star) end++
          hash = take(at, end, hash, start)
          at = end
          continue
        } else {
          hash = Math.imul(hash ^ code, prime)
          afterEquals = kind === equals || (afterEquals && code === less)
          at++
          continue
        }
      } else if (kind === quote) {
        const opens = at === start || opensQuote(codes[at - 1] ?? 0)
        const close = opens ? closingQuote(codes, at, code, length) : -1
        hash = Math.imul(hash ^ code, prime)
        at++
        if (close > at && !isRequest(codes, at)) {
          hash = Math.imul(Math.imul(hash ^ maskCode, prime) ^ code, prime)
          valueHash = 0
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
      let slashes = kind === slash && at + 1 < length ? 2 : 0
      let dots = 0
      let digits = 0
      let key = -1
      let keyHash = 0
      if (previous !== mark) {
        code = codes[++at] ?? 0
        kind = classes[code]
      }
      for (;;) {
        if (kind === letter) {
          if (previous === dot) dots++
          else if (previous === atSign) dots = 2
          do {
            hash = Math.imul(hash ^ code, prime)
            code = codes[++at] ?? 0
            kind = classes[code]
          } while (kind === letter)
          end = at
          previous = letter
          continue
        }
        if (kind === digit) {
          // Not hashed: what has a digit in it is masked.
          do {
            code = codes[++at] ?? 0
            kind = classes[code]
          } while (kind === digit)
          digits++
          end = at
          previous = digit
          continue
        }
        if (kind === joiner) {
          if (code === dot) {
            if (previous === dot && digits === 0 && codes[at - 2] === dot) {
              // Dots lead from what is measured to its value: `depth......12`.
              key = at - 2 > word ? at : word
              keyHash = Math.imul(hash ^ code, prime)
            }
          } else if (code === colon && key < 0) {
            // What is before the first colon is a name, if it looks like one: `action:SCREEN_ON`, `memory:0`.
            key = digits === 0 && slashes === 0 && dots === 0 && at - word >= 3 ? at : word
            keyHash = Math.imul(hash ^ code, prime)
          }
          previous = code
        } else if (kind === slash) {
          slashes += code === backslash || (previous === dot && at - word <= 2) ? 2 : 1
          end = at + 1
          previous = slash
        } else if (code === comma && previous === digit && isDigit(codes[at + 1])) previous = mark
        else break
        hash = Math.imul(hash ^ code, prime)
        code = codes[++at] ?? 0
        kind = classes[code]
      }

      // `ws=WorkSource{10113}`: what is called is part of the value.
      if (afterEquals && end === at && opening(code)) {
        const close = closingBracket(codes, at, length)
        if (close > at) {
          at = close + 1
          end = at
        }
      }
      let from = word
      let isValue = true
      if (afterEquals || digits > 0 || slashes > 1 || dots > 1) {
        if (key >= 0) {
          if (key > word && end > key + 1 && !afterEquals && codes[key + 1] !== 47) from = key + 1
          if (digits > 0 && isScopedName(codes, key, end)) {
            isValue = false
            scanner.keepsDigits = true
            hash = before
            for (let i = word; i < at; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), prime)
          }
        }
      } else {
        const first = key > word ? key + 1 : word
        const letters = end - word
        if (end > first && isConstantWord(codes, first, end)) from = first
        else if (letters === 3 && isCalendarWord(codes, word)) from = word
        else if (letters >= 8 && isHexWord(codes, word, end)) from = word
        else isValue = afterValue && word === start && letters <= 4 && isUnit(codes, word, end)
      }
      if (isValue && end > from) {
        hash = take(from, end, from > word ? keyHash : before, start)
        for (let i = end; i < at; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), prime)
      }
      afterEquals = false
    }
    tokenHash = hash === 0 ? 1 : hash
    return at
  }

  /** Takes in a line, for `scanLoaded`. */
  const load = (text: string): void => {
    const length = text.length < maxLength ? text.length : maxLength
    bytes.write(text, 0, length * 2, 'utf16le')
    // Blanks behind the end, as far as anything looks ahead.
    codes[length] = 32
    codes[length + 1] = 32
    codes[length + 2] = 32
    codes[length + 3] = 32
  }

  const scan = (text: string): void => {
    load(text)
    scanLoaded(text)
  }

  const scanLoaded = (text: string): void => {
    const length = text.length < maxLength ? text.length : maxLength
    let count = 0
    let at = 0
    let afterValue = false
    let afterKey = false
    spans = 0
    valueHash = 0
    lastEnd = -1
    scanner.keepsDigits = false
    for (;;) {
      while (at < length && (codes[at] ?? 0) < 33) at++
      if (at >= length || count === maxTokens) break
      const start = at
      const firstSpan = spans
      goesOn = false
      at = scanToken(start, length, afterValue, afterKey && isPlainValue(codes, start))
      const hash = tokenHash
      lastEnd = at
      // `mode = fast`. In `user= gone` the value is empty, and what follows is the next word.
      afterKey = at - start === 1 && codes[start] === 61
      afterValue = spans > 0 && spanEnds[spans - 1] === at
      if (goesOn && count > 0) {
        count--
        hashes[count] = hash
        ends[count] = at
        folds[count] = at
        count++
      } else {
        hashes[count] = hash
        masked[count] = spans > firstSpan ? 1 : 0
        starts[count] = start
        ends[count] = at
        folds[count] = at
        firstSpans[count] = firstSpan
        count++
      }
      const folded = spans > 0 ? repeats(hashes, masked, count) : 0
      if (folded > 0) {
        count -= folded
        spans = firstSpans[count] ?? 0
        folds[count - 1] = at
      }
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

    let low = 0x2545f491 | 0
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

  const scanner = {
    /** How many tokens the line has. */
    count: 0,
    /** Two hashes of the masked line: lines that differ in values only have the same. */
    low: 0,
    high: 0,
    /** Whether a digit is part of a constant. */
    keepsDigits: false,
    hashes,
    masked,
    starts,
    ends,
    folds,
    firstSpans,
    spanStarts,
    spanEnds,
    codes,
    load,
    scanLoaded,
    scan,
  }
  return scanner
}
