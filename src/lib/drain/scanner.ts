import { endsKey, isClosing, isDigit, isPair, isPlainValue } from './character.ts'
import { createMask, maskHash, maxLength, prime } from './mask.ts'
import { areAlike, isQuantity } from './value-word.ts'

/** Groups of up to so many tokens are folded when they repeat: `node-1 0x1f <ok> node-2 0x2f <ok>`. */
const maxGroup = 4

/** Whether the last of `count` tokens repeat the ones before them, values and all; how many they are. */
const repeats = (hashes: Int32Array, firstSpans: Int32Array, count: number): number => {
  const last = hashes[count - 1]
  for (let size = 1; size <= maxGroup && size * 2 <= count; size++) {
    if (hashes[count - 1 - size] !== last) continue
    let hasValue = false
    let same = true
    for (let i = count - size; same && i < count; i++) {
      same = hashes[i] === hashes[i - size]
      hasValue ||= firstSpans[i] !== firstSpans[i + 1]
    }
    if (same && hasValue) return size
  }
  return 0
}

/** How many tokens of a line are looked at; what is behind them counts as one more value. */
const maxTokens = 100

export type Scanner = ReturnType<typeof createScanner>

/**
 * Reads a line once, by classes of characters and without regular expressions: parts it at white space, masks what is a value
 * by its looks, and hashes what is left. Lists count once, however long: values with commas between, repeated tokens and
 * repeated groups of tokens. O(length), 4,096 characters and 100 tokens at most.
 *
 * The arrays are reused: what they hold is good until the next `scan`.
 */
export const createScanner = () => {
  /** Hashes of the tokens with their values masked. */
  const hashes = new Int32Array(maxTokens + 1)
  const starts = new Int32Array(maxTokens + 1)
  const ends = new Int32Array(maxTokens + 1)
  /** Where the last repetition of a token, or of the group that ends with it, ends. */
  const folds = new Int32Array(maxTokens + 1)
  const firstSpans = new Int32Array(maxTokens + 2)

  /** The line being read. Copied once, because reading a character out of a string that is part of another costs more. */
  const codes = new Uint16Array(maxLength + 8)
  const bytes = Buffer.from(codes.buffer)
  const mask = createMask(codes)
  const { spanStarts, spanEnds } = mask

  /** Takes in a line, for `scanLoaded`. */
  const load = (text: string): void => {
    const length = text.length < maxLength ? text.length : maxLength
    bytes.write(text, 0, length * 2, 'utf16le')
    // Blanks behind the end, as far as anything looks ahead, and a stop for what skips blanks: the rest is of former lines.
    codes[length] = 32
    codes[length + 1] = 32
    codes[length + 2] = 32
    codes[length + 3] = 32
    codes[length + 4] = 0
  }

  const scan = (text: string): void => {
    load(text)
    scanLoaded(text)
  }

  /**
   * Takes the last token into an earlier one when it says the same quantity again, `1190 bytes (1.16 KB)`, or ends a list in
   * brackets, `[1-4 7 9-12]`. Returns how many tokens there are then.
   */
  const foldBracket = (count: number, at: number): number => {
    const token = count - 1
    const span = firstSpans[token] ?? 0
    const end = spanEnds[span] ?? 0
    if (token === 0 || mask.spans !== span + 1) return count
    const before = spanStarts[span] ?? 0
    let into = token - 1
    let stop = end
    if (before === starts[token]) {
      if (hashes[into] === maskHash) into--
      const open = (spanStarts[(firstSpans[into + 1] ?? 0) - 1] ?? 0) - 1
      if (into < 0 || (firstSpans[into] ?? 0) === firstSpans[into + 1] || !isPair(codes[open], codes[end])) return count
    } else {
      if (before !== (starts[token] ?? 0) + 1 || codes[end] !== 41 || !isQuantity(codes, before, end)) return count
      if (firstSpans[into] === span || !isDigit(codes[spanStarts[span - 1] ?? 0])) return count
      stop = end + 1
    }
    const last = (firstSpans[into + 1] ?? 0) - 1
    if (spanEnds[last] !== ends[into]) return count
    let hash = hashes[into] ?? 0
    mask.foldInto(last, stop, hash)
    for (let i = stop; i < at; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), prime)
    hashes[into] = hash
    ends[into] = at
    folds[into] = at
    return into + 1
  }

  const scanLoaded = (text: string): void => {
    scanner.text = text
    const length = text.length < maxLength ? text.length : maxLength
    let count = 0
    let at = 0
    let afterValue = false
    let afterKey = false
    mask.begin()
    firstSpans[0] = 0
    for (;;) {
      while (at < length && (codes[at] ?? 0) < 33) at++
      if (at >= length || count === maxTokens) break
      const start = at
      const firstSpan = mask.spans
      at = mask.read(start, length, afterValue, afterKey && isPlainValue(codes, start))
      const { hash, spans } = mask
      // `mode = fast`, `'mode': fast`. In `user= gone` the value is empty, and what follows is the next word; so is what follows
      // something quoted that has values in it: `"base/16385/16461": No space left on device`.
      afterKey = at - start === 1 ? codes[start] === 61 : spans === firstSpan && endsKey(codes, at)
      if (mask.goesOn && count > 0) count--
      else starts[count] = start
      hashes[count] = hash
      ends[count] = at
      folds[count] = at
      count++
      const valueEnd = spans > 0 ? spanEnds[spans - 1] : -1
      afterValue = valueEnd === at
      if (
        !afterValue &&
        (mask.goesOn || (spans > firstSpan && (spanStarts[firstSpan] ?? 0) < start + 2)) &&
        isClosing(codes[valueEnd ?? 0])
      ) {
        count = foldBracket(count, at)
        afterValue = spanEnds[mask.spans - 1] === at
      }
      firstSpans[count] = mask.spans
      const folded = spans > 0 ? repeats(hashes, firstSpans, count) : 0
      // `node-1 17%` and `disk-1 v2.0` are no lists.
      if (
        folded > 0 &&
        (folded > 1 || hash !== maskHash || areAlike(codes, starts[count - 2] ?? 0, starts[count - 1] ?? 0))
      ) {
        count -= folded
        mask.spans = firstSpans[count] ?? 0
        folds[count - 1] = at
      }
    }
    if (at < text.length) {
      // The rest of a long line is one value, together with the token that the cut goes through.
      if (at === length && text.charCodeAt(at) > 32 && count > 0 && folds[count - 1] === at) {
        count--
        at = starts[count] ?? 0
        mask.spans = firstSpans[count] ?? 0
      }
      hashes[count] = maskHash
      starts[count] = at
      ends[count] = text.length
      folds[count] = text.length
      firstSpans[count] = mask.spans
      spanStarts[mask.spans] = at
      spanEnds[mask.spans++] = text.length
      count++
    }
    firstSpans[count] = mask.spans
    scanner.count = count
    scanner.keepsDigits = mask.keepsDigits

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
    /** The line. */
    text: '',
    /** How many tokens the line has. */
    count: 0,
    /** Two hashes of the masked line: lines that differ in values only have the same. */
    low: 0,
    high: 0,
    /** Whether a digit is part of a constant. */
    keepsDigits: false,
    hashes,
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
