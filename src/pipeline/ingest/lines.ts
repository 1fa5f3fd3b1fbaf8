/** A line with its number, counted from 1. */
export interface TextLine {
  readonly text: string
  readonly number: number
  /** Whether the line was longer than the limit and was cut. */
  readonly cut: boolean
  /** Whether the next line continues this one. */
  readonly open?: true
}

/** Splits bytes into lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): TextLine[]
  /** Returns the text after the last line break, and starts a new line. */
  flush(): TextLine[]
  /** How many bytes the returned lines took, including line breaks: where a restarted reader resumes. */
  readonly consumed: number
}

const longestLine = 1_048_576

/** After so many bytes without a line feed, carriage returns are line breaks. */
const decisive = 4_096

/**
 * Splits bytes at line feeds only, and drops a carriage return before one. Splits at carriage returns if there are several and no line feed in
 * the first 4,096 bytes, as old Macs and some devices end their lines, up to the first line feed. Replaces invalid UTF-8 by U+FFFD. Cuts lines longer than
 * `longest` bytes, which bounds memory. `together` is ten times as fast, but all lines of a chunk share one string in memory, so use it
 * only for short-lived lines. `inParts` returns a long line in parts if it begins like a JSON document, which may contain many records.
 */
export const splitLines = (
  options: {
    readonly longest?: number
    readonly firstNumber?: number
    readonly together?: boolean
    readonly inParts?: boolean
  } = {},
): LineSplitter => {
  const { longest = longestLine, together = false, inParts = false } = options
  let number = options.firstNumber ?? 1
  let pending: Uint8Array[] = []
  let held = 0
  let dropped = 0
  let consumed = 0
  /** Whether a part of the line was already returned. */
  let begun = false
  const atStart = number === 1
  /** The line breaks, once known. */
  let breaks: 'feeds' | 'returns' | undefined = longest < decisive ? 'feeds' : undefined

  /** Returns the bytes to split at line feeds, which replace the carriage returns of a text that has no others. */
  const withLineFeeds = (chunk: Buffer): Buffer => {
    const feed = chunk.indexOf(10)
    if (breaks === undefined) {
      const known = held + (feed < 0 ? chunk.length : feed)
      if (known < decisive) {
        if (feed >= 0) breaks = 'feeds'
        return chunk
      }
      return readReturns(chunk)
    }
    if (breaks === 'feeds') return chunk
    if (feed >= 0) breaks = 'feeds'
    const bytes = Buffer.from(chunk)
    // Before a line feed, a carriage return is a part of the line break.
    const end = feed < 0 ? bytes.length : feed - 1
    for (let at = bytes.indexOf(13); at >= 0 && at < end; at = bytes.indexOf(13, at + 1)) bytes[at] = 10
    return bytes
  }
  /** Decides whether carriage returns are line breaks. */
  const readReturns = (chunk: Buffer): Buffer => {
    const whole = Buffer.concat([...pending, chunk])
    const first = whole.indexOf(13)
    const second = first < 0 ? -1 : whole.indexOf(13, first + 2)
    breaks = second >= 0 && second < decisive ? 'returns' : 'feeds'
    if (breaks === 'feeds') return chunk
    pending = []
    held = 0
    return withLineFeeds(whole)
  }

  const hold = (whole: Uint8Array, lines: TextLine[]): void => {
    let chunkPart = whole
    while (inParts && chunkPart.length > longest - held && (begun || beginsDocument(pending[0] ?? chunkPart))) {
      const bytes = Buffer.concat([...pending, chunkPart.subarray(0, longest - held)])
      const end = endOfCharacters(bytes)
      chunkPart = chunkPart.subarray(longest - held)
      lines.push({ text: withoutMark(bytes.toString('utf8', 0, end)), number, cut: false, open: true })
      consumed += end
      pending = end < bytes.length ? [bytes.subarray(end)] : []
      held = bytes.length - end
      begun = true
    }
    const room = longest - held
    const kept = chunkPart.length <= room ? chunkPart : chunkPart.subarray(0, room)
    // Copy, because the reader may reuse its buffer. Buffer's slice() would not copy.
    if (kept.length > 0) pending.push(new Uint8Array(kept))
    held += kept.length
    dropped += chunkPart.length - kept.length
  }
  const named = (whole: string, cut: boolean): TextLine => {
    let text = whole
    if (!cut && text.charCodeAt(text.length - 1) === 13) text = text.slice(0, -1)
    text = withoutMark(text)
    begun = false
    return { text, number: number++, cut }
  }
  const withoutMark = (text: string): string =>
    atStart && number === 1 && !begun && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const takeHeld = (last: Uint8Array, breakLength: number, lines: TextLine[]): TextLine => {
    hold(last, lines)
    consumed += held + dropped + breakLength
    const text = Buffer.concat(pending).toString()
    const cut = dropped > 0
    pending = []
    held = 0
    dropped = 0
    // A cut within a character must not show as U+FFFD.
    return named(cut ? text.replace(/\ufffd{1,3}$/, '') : text, cut)
  }

  const push = (chunkPart: Uint8Array): TextLine[] => {
    const chunk = withLineFeeds(Buffer.from(chunkPart.buffer, chunkPart.byteOffset, chunkPart.byteLength))
    const lines: TextLine[] = []
    let start = 0
    if (held + dropped > 0 || begun) {
      const end = chunk.indexOf(10)
      if (end >= 0) lines.push(takeHeld(chunk.subarray(0, end), 1, lines))
      start = end + 1
    }
    const last = together ? chunk.lastIndexOf(10) : -1
    if (last >= start && last - start <= longest) {
      for (const text of chunk.toString('utf8', start, last).split('\n')) lines.push(named(text, false))
      consumed += last + 1 - start
      start = last + 1
    }
    for (let end = chunk.indexOf(10, start); end >= 0; end = chunk.indexOf(10, start)) {
      if (end - start > longest) lines.push(takeHeld(chunk.subarray(start, end), 1, lines))
      else {
        lines.push(named(chunk.toString('utf8', start, end), false))
        consumed += end + 1 - start
      }
      start = end + 1
    }
    if (start < chunk.length) hold(chunk.subarray(start), lines)
    return lines
  }

  return {
    push,
    flush() {
      const short = breaks === undefined && held > 0 ? push(readReturns(Buffer.alloc(0))) : []
      return held + dropped > 0 || begun ? [...short, takeHeld(new Uint8Array(0), 0, [])] : short
    },
    get consumed() {
      return consumed
    },
  }
}

/** Whether a line begins like a JSON document. */
const beginsDocument = (line: Uint8Array): boolean => {
  let i = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0
  while (line[i] === 32 || line[i] === 9) i++
  return line[i] === 123 || line[i] === 91
}

/** Returns the end of the last complete UTF-8 character. */
const endOfCharacters = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
