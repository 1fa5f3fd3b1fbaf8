import { appendContainerLine, type ContainerLine, readContainerLine } from './container-lines.ts'

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

/**
 * Detects binary content (databases, archives, images) by zero bytes and control characters in the first few KB. UTF-16 counts as binary,
 * because half of its bytes are zero.
 */
export const looksBinary = (bytes: Uint8Array): boolean => {
  const length = Math.min(bytes.length, 8192)
  let zeros = 0
  let controls = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0) zeros++
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) controls++
  }
  // A single control character in a short line is not binary.
  return (zeros > 2 && zeros * 100 > length) || (zeros + controls > 2 && (zeros + controls) * 10 > length)
}

/** Joins lines into records. A record has the number of its first line. */
export interface LineJoiner {
  push(lines: readonly TextLine[]): TextLine[]
  /** Returns everything that is held back, at the end of a text or after a long silence. More lines may follow. */
  flush(): TextLine[]
  /** Returns records that may continue, after a short silence, but not the beginning of a document. */
  settle(): TextLine[]
  /** The number of the first line of which something is held back; undefined if nothing is. */
  readonly heldFrom: number | undefined
  /** Whether a document is incomplete. Its writer may pause. */
  readonly within: boolean
  /** How many records of that document, which begins at `heldFrom`, were returned. */
  readonly given: number
}

/** A joiner that takes note of a few lines, and passes the others to the next one. */
export interface SpecialJoiner extends LineJoiner {
  /** Whether it would pass a line of which it takes no note. */
  readonly idle: boolean
}

/** Passes every line unchanged. */
export const asTheyAre: LineJoiner = {
  push: (lines) => [...lines],
  flush: () => [],
  settle: () => [],
  heldFrom: undefined,
  within: false,
  given: 0,
}

const mostLines = 500
const mostCharacters = 262_144

/**
 * Joins stack traces and other continuations (indented lines, `Caused by:`, Python's `Traceback`, Go's `goroutine`, java.util.logging's second
 * line, a paragraph of fields after its date) to their first line, also in the logs of containers, and the parts of a container's long line to
 * one. A record has the number of its first line, and at most 500 lines and 256 KB.
 */
export const joinContinuations = (): LineJoiner => {
  let parts: string[] = []
  let first: TextLine | undefined
  let characters = 0
  let joined = 0
  let cut = false
  let trace: Trace
  /** The container's line that the record began with, and whether the program's line continues in the next one. */
  let container: ContainerLine | undefined

  const take = (): TextLine[] => {
    if (!first) return []
    const record = parts.length === 1 ? first : { text: parts.join('\n'), number: first.number, cut }
    first = undefined
    parts = []
    return [record]
  }
  const begin = (line: TextLine, contained: ContainerLine | undefined): void => {
    first = line
    parts = [line.text]
    characters = line.text.length
    cut = line.cut
    joined = 1
    container = contained
    trace = traceBegunBy(container?.text ?? line.text)
  }
  /** Appends a container's line without its own time and tags; false if it is no continuation. */
  const appendContained = (line: TextLine, head: ContainerLine, next: ContainerLine | undefined): boolean => {
    if (next?.runtime !== head.runtime || next.stream !== head.stream) return false
    if (head.last && !continues(next.text, trace, head.text)) return false
    if (head.last) trace = traceAfter(trace, next.text)
    parts = [appendContainerLine(parts[0] ?? '', head, line.text, next)]
    if (!head.last) container = { ...head, last: next.last }
    characters += next.end - next.at + 1
    joined++
    cut ||= line.cut
    // A joined record is no longer the line that began it.
    if (first) first = { text: parts[0] ?? '', number: first.number, cut }
    return true
  }

  return {
    push(lines) {
      const records: TextLine[] = []
      for (const line of lines) {
        const fits = joined < mostLines && characters + line.text.length < mostCharacters
        const contained = readContainerLine(line.text)
        if (first && fits && container && appendContained(line, container, contained)) continue
        if (first && fits && continues(line.text, trace, parts[0] ?? '')) {
          trace = traceAfter(trace, line.text)
          parts.push(line.text)
          joined++
          characters += line.text.length + 1
          cut ||= line.cut
        } else {
          records.push(...take())
          begin(line, contained)
        }
      }
      return records
    },
    flush: take,
    settle: take,
    get heldFrom() {
      return first?.number
    },
    within: false,
    given: 0,
  }
}

/** The kind of trace that a record has begun, which changes how the next line is read. */
type Trace = 'python' | 'go' | 'jul' | 'php' | 'fields' | 'paragraph' | 'ended' | undefined

const traceBegunBy = (text: string): Trace => {
  if (text.endsWith('Traceback (most recent call last):')) return 'python'
  if (text === 'Stack trace:' || text === '[stacktrace]') return 'php'
  if (text.startsWith('panic: ') || text.startsWith('fatal error: ') || /^goroutine \d{1,9} \[/.test(text)) return 'go'
  // java.util.logging: Dec 10, 2026 9:32:20 AM com.acme.App main
  if (text.charCodeAt(3) === 32 && /^[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d\s[AP]M \S+ \S+$/.test(text))
    return 'jul'
  // A paragraph of fields, as apt writes its history: Start-Date: 2026-12-10  09:32:20
  if (/^(?:[A-Z][A-Za-z-]{0,30})?(?:Date|Time): {1,2}\d{4}-\d\d-\d\d[ T]/.test(text)) return 'fields'
  // A paragraph of Db2: 2026-12-10-09.32.20.123456+060 I4711E512  LEVEL: Error
  if (text.charCodeAt(10) === 45 && /^\d{4}-\d\d-\d\d-[\d.]{8,15}[+-]\d{3} \w{1,30} +LEVEL: /.test(text))
    return 'paragraph'
  return undefined
}

/** The trace that a record is in after a line that continues it. */
const traceAfter = (trace: Trace, text: string): Trace => {
  const before = trace === 'jul' ? undefined : trace
  // In a Python trace, the first line at the margin is the exception, which ends it.
  if (before === 'python' && isPythonEnd(text)) return 'ended'
  if (before !== undefined && before !== 'ended') return before
  return traceBegunBy(text) ?? (isExceptionName(text) ? 'ended' : before)
}

const continues = (text: string, trace: Trace, first: string): boolean => {
  if (trace === 'paragraph') return text !== '' && traceBegunBy(text) !== 'paragraph'
  const code = text.charCodeAt(0)
  if ((code === 9 || code === 32) && first.charCodeAt(0) === code && areIndentedAlike(first, text)) return false
  if (code === 9) return text.length > 1
  if (code === 32) return isIndentedContinuation(text)
  if (trace === 'go') {
    // A Go trace has empty lines, and goroutine headings and calls without indentation.
    if (
      text === '' ||
      /^(?:goroutine \d|\[signal |created by |exit status |[\w./*()[\]{}-]{1,300}\([^)]{0,500}\)$)/.test(text)
    )
      return true
  }
  if (trace === 'php' && (text === '' || /^(?:#\d{1,5} |\[previous exception\]|\[stacktrace\]$|"\})/.test(text)))
    return true
  if (trace === 'python' && isPythonEnd(text)) return true
  if (trace === undefined && isExceptionName(text)) return saysFailure.test(first.slice(0, 200))
  if (trace === 'fields' && !text.startsWith(first.slice(0, first.indexOf(': ') + 1)))
    return /^[A-Z][A-Za-z-]{0,30}: /.test(text)
  if (trace === 'jul') return /^(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): /.test(text)
  if (code === 67) return text.startsWith('Caused by: ')
  if (code === 46) return /^\.{3} \d{1,6} (?:more|common frames)/.test(text)
  if (code === 84) return trace !== undefined && text.startsWith('Traceback (most recent call last):')
  if (code === 68) return text.startsWith('During handling of the above exception')
  if (code === 83) return text.startsWith('Suppressed: ') || text === 'Stack trace:'
  if (code === 91) return text === '[stacktrace]'
  return code === 45 && text.startsWith('--- End of ')
}

/** A level that is padded on the left, before a time: `   info 2026-12-10 09:32:20.123`, as AnyDesk writes it. */
const paddedLevel = /^ {1,6}(?:trace|debug|info|notice|warn|warning|error|fatal) +\d{4}-\d\d-\d\d[ T]\d\d:/i

/** The start of a line with a time, a priority, a level or an address. */
const dated =
  /^[[(<"]?(?:\d{4}[-/.]\d\d|\d{1,3}>|\d{1,2}[-/. ](?:\d\d|[A-Z][a-z]{2})[-/. ]|\d\d:\d\d|\d{10}|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|(?:[A-Z][a-z]{2} ){1,2}[ \d]?\d |[A-Z]{4,8}[\] :]+\d)/

/** Whether two lines have the same indentation and begin like records, as in a log that was copied from an indented text. */
const areIndentedAlike = (first: string, text: string): boolean => {
  let at = 0
  while (at < 80 && isBlank(first.charCodeAt(at)) && first.charCodeAt(at) === text.charCodeAt(at)) at++
  if (isBlank(first.charCodeAt(at)) || isBlank(text.charCodeAt(at))) return false
  return dated.test(text.slice(at, at + 24)) && dated.test(first.slice(at, at + 24))
}

const isBlank = (code: number): boolean => code === 32 || code === 9

/**
 * Whether a line indented by spaces continues a record. Exceptions: padded names in sudo's own log file, a shifted JSON object, and a padded
 * level.
 */
const isIndentedContinuation = (text: string): boolean => {
  let i = 1
  while (text.charCodeAt(i) === 32) i++
  if (i >= text.length) return false
  const code = text.charCodeAt(i)
  if (i === 1) return text.startsWith('at ', i) || text.startsWith('... ', i)
  if (i <= 6 && paddedLevel.test(text.slice(0, 40))) return false
  return code !== 123 || i >= 4
}

/** A level or a word by which a line says that something went wrong. An exception below another line is a record of its own. */
const saysFailure =
  /(?<![a-z])(?:err(?:or)?|fail(?:ed|ure)?|fatal|severe|crit(?:ical)?|warn(?:ing)?|exception)(?![a-z])/i

/** Whether a line begins with the full name of an exception, as Java and .NET write it below the message: `java.io.IOException: closed`. */
const isExceptionName = (text: string): boolean =>
  /^[A-Za-z_]\w{0,60}(?:\.[\w$]{1,80}){0,11}\.[\w$]{0,80}(?:Exception|Error|Throwable)(?:: |$)/.test(text.slice(0, 400))

/** Whether a line ends a Python trace: `ValueError: invalid literal`, `requests.exceptions.Timeout`. */
const isPythonEnd = (text: string): boolean => /^[A-Za-z_][\w.]{0,200}(?:: |:?$)/.test(text)
