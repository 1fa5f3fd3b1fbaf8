import {
  atSign,
  backslash,
  bar,
  classes,
  closingBracket,
  closingQuote,
  colon,
  comma,
  curly,
  digit,
  dot,
  endOfQuery,
  equals,
  greater,
  isDigit,
  joiner,
  less,
  letter,
  mark,
  opening,
  opensQuote,
  percentSign,
  question,
  quoteClass,
  semicolon,
  slash,
  space,
  star,
  startsKey,
} from './character.ts'
import {
  isCalendarWord,
  isConstantWord,
  isCountable,
  isHexWord,
  isNumber,
  isRequest,
  isScopedName,
  isUnit,
  pluralEnding,
} from './value-word.ts'

/** The placeholder of a value in a template. */
export const wildcard = '<*>'

/** How much of a line is looked at; the rest of it counts as one more value. */
export const maxLength = 4096

/** As signed numbers of 32 bits: anything else would be a floating point number in the loops below. */
const seed = 0x811c9dc5 | 0
export const prime = 0x01000193
/** Undoes a multiplication by the prime. */
const inverse = 0x359c449b
const maskCode = 0x10ffff
/** The hash of a token that is a value and nothing else. No token has the hash 0. */
export const maskHash = Math.imul(seed ^ maskCode, prime) | 0

/**
 * Recognizes the values in the tokens of a line by their form, and hashes the rest. Values are words with a digit in them (numbers,
 * addresses, hex, uuids, times, durations, block ids), paths, dotted names of three parts, mail addresses, truth values and null, quoted
 * strings, names of days and months in a date, units behind a number, and the text after `key=`. `codes` are the characters of the line,
 * read again for each line after `begin`.
 */
export const createMask = (codes: Uint16Array) => {
  // Two values have at least one character between them.
  const spanStarts = new Int32Array(maxLength / 2 + 2)
  const spanEnds = new Int32Array(maxLength / 2 + 2)
  /** The hash right behind the last value, for the list that may go on there. */
  let valueHash = 0
  /** Where the token before ends. */
  let lastEnd = -1

  /** Takes what stands from `from` to `to` as a value; returns the hash with it. */
  const take = (from: number, to: number, before: number, start: number): number => {
    const last = mask.spans > 0 ? (spanEnds[mask.spans - 1] ?? 0) : -1
    // The next of a list: behind the last value stand a comma and nothing but blanks, or another separator.
    const separator = last >= 0 ? codes[last] : 0
    if (separator === comma || ((separator === semicolon || separator === bar) && from === last + 1)) {
      const opens = from === start && start > last && lastEnd === last + 1
      if (opens || from === last + 1) {
        if (opens) mask.goesOn = true
        spanEnds[mask.spans - 1] = to
        return valueHash
      }
    }
    spanStarts[mask.spans] = from
    spanEnds[mask.spans++] = to
    valueHash = Math.imul(before ^ maskCode, prime)
    return valueHash
  }

  /** The hash of a word behind a number, the same for `1 file` and `3 files`; from the hash of all that ends at `at`, the word at `end`. */
  const singularHash = (whole: number, end: number, at: number): number => {
    const cut = pluralEnding(codes, end)
    if (cut === 0) return whole
    let hash = whole
    for (let i = at - 1; i >= end - cut; i--) hash = Math.imul(hash, inverse) ^ (codes[i] ?? 0)
    if (cut === 3) hash = Math.imul(hash ^ 121, prime)
    for (let i = end; i < at; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), prime)
    return hash
  }

  /** Reads one token from `start`; returns where it ends. Its hash is left in `hash`. */
  const read = (start: number, length: number, afterValue: boolean, afterKey: boolean): number => {
    mask.goesOn = false
    let at = start
    let hash = seed
    let afterEquals = afterKey
    let isKeyed = false
    for (;;) {
      let code = codes[at] ?? 0
      let kind = classes[code]
      if (kind === space) break

      let previous = mark
      if (kind === mark || kind === equals) {
        const close = code === curly && at > 0 ? closingBracket(codes, at, length) : -1
        if ((code === less || code === greater) && at === start && isDigit(codes[at + 1])) {
          // `<1 sec` is a value as `00:17` is one.
          previous = code
        } else if (close > at) {
          // An object within a line is a value, whatever it holds. The keys of an object that is the whole line are constants.
          hash = take(at, close + 1, hash, start)
          at = close + 1
          afterEquals = false
          continue
        } else if (code === star && at === start && codes[at + 1] === star) {
          // Asterisks in the place of a value: `3552 **** 3375`.
          let end = at + 2
          while (codes[end] === star) end++
          hash = take(at, end, hash, start)
          at = end
          continue
        } else {
          hash = Math.imul(hash ^ code, prime)
          at++
          // `flags=A|B` and `ids=a,b` are lists, `a=x,b=y` are not.
          afterEquals =
            kind === equals ||
            (afterEquals && code === less) ||
            (isKeyed && (code === bar || (code === comma && !startsKey(codes, at))))
          continue
        }
      } else if (kind === quoteClass) {
        // `'root'@'localhost'`, `"public"."orders"`: one quotation after another.
        const goesOn = mask.spans > 0 && spanEnds[mask.spans - 1] === at - 2 && codes[at - 2] === code
        const opens = at === start || goesOn || opensQuote(codes[at - 1] ?? 0)
        const close = opens ? closingQuote(codes, at, code, length) : -1
        hash = Math.imul(hash ^ code, prime)
        at++
        if (close > at && !isRequest(codes, at)) {
          hash = Math.imul(Math.imul(hash ^ maskCode, prime) ^ code, prime)
          valueHash = 0
          spanStarts[mask.spans] = at
          spanEnds[mask.spans++] = close
          at = close + 1
        }
        afterEquals = false
        continue
      }

      if (code === colon && classes[codes[at + 1] ?? 0] === digit) {
        // `]:80`, `"id":7`
        hash = Math.imul(hash ^ code, prime)
        at++
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
            // The text before the first colon is a name, if it has the form of one: `action:SCREEN_ON`, `memory:0`.
            key = digits === 0 && slashes === 0 && dots === 0 && at - word >= 3 ? at : word
            keyHash = Math.imul(hash ^ code, prime)
          } else if (code === percentSign && previous === digit) end = at + 1
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

      // `/search?q=7&page=2`: what is asked for is part of the address.
      if (code === question && slashes > 0 && end === at && classes[codes[at + 1] ?? 0] !== space) {
        at = endOfQuery(codes, at)
        end = at
      }
      // `ws=WorkSource(10113)`: what is called is part of the value. `Window{1f u0}` is an object with its class.
      let isObject = false
      if (end === at && (code === curly || (afterEquals && opening(code)))) {
        const close = closingBracket(codes, at, length)
        if (close > at) {
          at = close + 1
          end = at
          isObject = true
        }
      }
      let from = word
      let isValue = true
      if (afterEquals || isObject || digits > 0 || slashes > 1 || dots > 1) {
        if (key >= 0) {
          if (key > word && end > key + 1 && !afterEquals && codes[key + 1] !== 47) from = key + 1
          if (digits > 0 && isScopedName(codes, key, end)) {
            isValue = false
            mask.keepsDigits = true
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
        else {
          isValue = false
          if (word === start && afterValue && isCountable(codes, word, end) && isNumber(codes, lastEnd)) {
            if (isUnit(codes, word, end)) {
              // `5 MB`, `3 seconds`: a quantity is one value.
              mask.goesOn = true
              spanEnds[mask.spans - 1] = end
              hash = valueHash
              for (let i = end; i < at; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), prime)
            } else hash = singularHash(hash, end, at)
          }
        }
      }
      isKeyed = afterEquals
      if (isValue && end > from) {
        hash = take(from, end, from > word ? keyHash : before, start)
        for (let i = end; i < at; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), prime)
      }
      afterEquals = false
    }
    mask.hash = hash === 0 ? 1 : hash
    lastEnd = at
    return at
  }

  /** Joins a value with the values up to `end` into one. */
  const foldInto = (span: number, end: number, hash: number): void => {
    mask.spans = span + 1
    spanEnds[span] = end
    valueHash = hash
  }

  /** Begins another line. */
  const begin = (): void => {
    mask.spans = 0
    mask.keepsDigits = false
    valueHash = 0
    lastEnd = -1
  }

  const mask = {
    /** How many values were found in the line. */
    spans: 0,
    spanStarts,
    spanEnds,
    /** Whether a digit is part of a constant. */
    keepsDigits: false,
    /** The hash of the last token with its values masked. */
    hash: 0,
    /** Whether the last token is the next part of a list, and so belongs to the token before. */
    goesOn: false,
    begin,
    foldInto,
    read,
  }
  return mask
}
