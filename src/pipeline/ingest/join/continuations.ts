import type { TextLine } from '../lines.ts'
import { appendContainerLine, type ContainerLine, readContainerLine } from './container-lines.ts'
import type { LineJoiner } from './line-joiner.ts'

const mostLines = 500
const mostCharacters = 262_144

/**
 * Joins stack traces and other continuations (indented lines, `Caused by:`, Python's `Traceback`, Go's `goroutine`, java.util.logging's second
 * line, a paragraph of fields after its date, a statement) to their first line, also in the logs of containers, and the parts of a container's
 * long line to one. A record has the number of its first line, and at most 500 lines and 256 KB.
 */
export const joinContinuations = (): LineJoiner => {
  let parts: string[] = []
  let first: TextLine | undefined
  let characters = 0
  let joined = 0
  let cut = false
  let trace: Trace
  /** An empty line that belongs to the record if the next line does, as the ones that Spring Boot writes around a trace. */
  let blank: { readonly line: TextLine; readonly contained: ContainerLine | undefined } | undefined
  /** The container's line that the record began with, and whether the program's line continues in the next one. */
  let container: ContainerLine | undefined
  /** The time of the last statement, which MariaDB's log leaves out in the other ones of its second. */
  let second: string | undefined

  const take = (): TextLine[] => {
    if (!first) return []
    const record = parts.length === 1 ? first : { text: parts.join('\n'), number: first.number, cut }
    const left = blank ? [record, blank.line] : [record]
    first = undefined
    blank = undefined
    parts = []
    return left
  }
  const begin = (read: TextLine, contained: ContainerLine | undefined): void => {
    const line = second !== undefined && isUndatedStatement(read.text) ? dateStatement(read, second) : read
    first = line
    parts = [line.text]
    characters = line.text.length
    cut = line.cut
    joined = 1
    container = contained
    trace = traceBegunBy(container?.text ?? line.text)
    second = trace === 'statement' ? line.text.slice(0, line.text.indexOf('\t')) : undefined
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

  /** Appends the empty line if the next one continues the record behind it; else the record ends before it. Returns the records that end. */
  const decideBlank = (text: string, contained: ContainerLine | undefined): TextLine[] => {
    if (!blank) return []
    const empty = blank
    blank = undefined
    if (!continuesBehindBlank(contained?.text ?? text, trace)) {
      const ended = take()
      begin(empty.line, empty.contained)
      return ended
    }
    if (container && empty.contained) {
      parts = [appendContainerLine(parts[0] ?? '', container, empty.line.text, empty.contained)]
      if (first) first = { text: parts[0] ?? '', number: first.number, cut }
    } else parts.push(empty.line.text)
    characters += empty.line.text.length + 1
    joined++
    return []
  }
  const isBlankWithin = (line: TextLine, contained: ContainerLine | undefined): boolean => {
    if ((contained?.text ?? line.text) !== '' || trace === 'go' || trace === 'php') return false
    if (contained?.stream !== container?.stream || contained?.last === false || container?.last === false) return false
    return trace === undefined ? saysFailure.test((parts[0] ?? '').slice(0, 200)) : mayChain.has(trace)
  }

  return {
    push(lines) {
      const records: TextLine[] = []
      for (const line of lines) {
        const contained = readContainerLine(line.text)
        if (blank) records.push(...decideBlank(line.text, contained))
        const fits = joined < mostLines && characters + line.text.length < mostCharacters
        if (first && fits && container && appendContained(line, container, contained)) continue
        if (first && fits && continues(line.text, trace, parts[0] ?? '')) {
          trace = traceAfter(trace, line.text)
          parts.push(line.text)
          joined++
          characters += line.text.length + 1
          cut ||= line.cut
        } else if (first && fits && isBlankWithin(line, contained)) {
          blank = { line, contained }
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
type Trace = 'python' | 'chained' | 'go' | 'jul' | 'php' | 'fields' | 'paragraph' | 'statement' | 'ended' | undefined

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
  if (isDatedStatement(text)) return 'statement'
  return undefined
}

/** A command in the general query log of MySQL and MariaDB, behind the number of its connection. */
const command = /^\t {0,20}\d{1,20} [A-Z][A-Za-z ]{2,18}\t/

/**
 * Whether a line begins a statement in the general query log of MySQL or MariaDB, with its time: `261210  9:32:20\t     4 Query\tselect 1`,
 * `2026-12-10T09:32:20.123456Z\t     4 Query\tselect 1`.
 */
const isDatedStatement = (text: string): boolean => {
  if (text.charCodeAt(6) === 32)
    return (
      text.charCodeAt(15) === 9 &&
      /^\d{6} [ \d]\d:\d\d:\d\d$/.test(text.slice(0, 15)) &&
      command.test(text.slice(15, 80))
    )
  if (text.charCodeAt(10) !== 84) return false
  const end = text.charCodeAt(27) === 9 ? 27 : 32
  return (
    text.charCodeAt(end) === 9 &&
    /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}(?:Z|[+-]\d\d:\d\d)$/.test(text.slice(0, end)) &&
    command.test(text.slice(end, end + 65))
  )
}

/** Whether a line is a statement in the second of the one before it: `\t\t     4 Query\tselect 1`. */
const isUndatedStatement = (text: string): boolean =>
  text.charCodeAt(0) === 9 && text.charCodeAt(1) === 9 && command.test(text.slice(1, 66))

const dateStatement = (line: TextLine, second: string): TextLine => ({ ...line, text: second + line.text.slice(1) })

/** The start of a line behind a statement: with a date, a priority, or the version of a server that begins its log again. */
const behindStatement =
  /^(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d|\d{6} [ \d]\d:\d\d|<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:|\S{1,80}, Version: .{1,200} started with:$)/

/** The traces behind which another one may follow after an empty line. */
const mayChain: ReadonlySet<Trace> = new Set<Trace>(['python', 'chained', 'ended'])

/** The line between two Python traces of one failure. */
const pythonChain = /^(?:During handling of the above exception|The above exception was the direct cause)/

/** Whether a line continues a record behind an empty line: an exception below a message, or the next of Python's chained ones. */
const continuesBehindBlank = (text: string, trace: Trace): boolean => {
  if (trace === undefined) return isExceptionName(text)
  return trace === 'chained' ? pythonTrace(text) : pythonChain.test(text)
}

const pythonTrace = (text: string): boolean => text.startsWith('Traceback (most recent call last):')

/** The trace that a record is in after a line that continues it. */
const traceAfter = (trace: Trace, text: string): Trace => {
  if (pythonChain.test(text)) return 'chained'
  if (trace === 'chained') return pythonTrace(text) ? 'python' : trace
  const before = trace === 'jul' ? undefined : trace
  // In a Python trace, the first line at the margin is the exception, which ends it.
  if (before === 'python' && isPythonEnd(text)) return 'ended'
  if (before !== undefined && before !== 'ended') return before
  return traceBegunBy(text) ?? (isExceptionName(text) ? 'ended' : before)
}

const continues = (text: string, trace: Trace, first: string): boolean => {
  if (trace === 'paragraph') return text !== '' && traceBegunBy(text) !== 'paragraph'
  // The lines of a statement are whatever the client sent.
  if (trace === 'statement') return !(isUndatedStatement(text) || behindStatement.test(text.slice(0, 300)))
  const code = text.charCodeAt(0)
  if ((code === 9 || code === 32) && first.charCodeAt(0) === code && areIndentedAlike(first, text)) return false
  if (code === 9) return text.length > 1 && !isUndatedStatement(text)
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
  if (code === 84 && pythonTrace(text)) return trace !== undefined || saysFailure.test(first.slice(0, 200))
  if (code === 68 || code === 84) return pythonChain.test(text)
  if (code === 83) return text.startsWith('Suppressed: ') || text === 'Stack trace:'
  if (code === 91) return text === '[stacktrace]'
  return code === 45 && text.startsWith('--- End of ')
}

/** A level that is padded on the left, before a time: `   info 2026-12-10 09:32:20.123`, as AnyDesk writes it. */
const paddedLevel = /^ {1,6}(?:trace|debug|info|notice|warn|warning|error|fatal) +\d{4}-\d\d-\d\d[ T]\d\d:/i

/**
 * A number that is padded on the left: the seconds since a program began, before a tab, as the daemons of NUT write them: `   0.006348\t`; or a
 * process id before a date, as Zabbix does: `  1234:20261210:093220.123`.
 */
const paddedNumber = /^ {1,6}(?:\d{1,4}\.\d{6}\t|\d{1,7}[: ]{1,2}\d{4}-?\d\d-?\d\d[:T ]\d\d)/

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
 * Whether a line indented by spaces continues a record. Exceptions: padded names in sudo's own log file, a shifted JSON object, a padded
 * level, and a padded clock or process id.
 */
const isIndentedContinuation = (text: string): boolean => {
  let i = 1
  while (text.charCodeAt(i) === 32) i++
  if (i >= text.length) return false
  const code = text.charCodeAt(i)
  if (i === 1) return text.startsWith('at ', i) || text.startsWith('... ', i) || javaFrame.test(text)
  if (i <= 6 && paddedLevel.test(text.slice(0, 40))) return false
  if (i <= 6 && code >= 48 && code <= 57 && paddedNumber.test(text.slice(0, 28))) return false
  return code !== 123 || i >= 4
}

/** A line of a thread's stack, as Tomcat writes it: ` java.base@17.0.9/java.lang.Thread.run(Thread.java:840)`. */
const javaFrame = /^ (?:[\w.@-]{1,80}\/){0,2}[\w$]{1,60}(?:\.[\w$<>/]{1,120}){2,14}\([^()]{1,120}\)$/

/** A level or a word by which a line says that something went wrong. An exception below another line is a record of its own. */
const saysFailure =
  /(?<![a-z])(?:err(?:or)?|fail(?:ed|ure)?|fatal|severe|crit(?:ical)?|warn(?:ing)?|exception)(?![a-z])/i

/**
 * Whether a line begins with the full name of an exception, as Java and .NET write it below the message: `java.io.IOException: closed`, in
 * Sonarr with its version: `[v4.0.5] System.ArgumentException: bad`.
 */
const isExceptionName = (text: string): boolean =>
  /^(?:\[v[\d.]{1,30}\] )?[A-Za-z_]\w{0,60}(?:\.[\w$]{1,80}){0,11}\.[\w$]{0,80}(?:Exception|Error|Throwable)(?:: |$)/.test(
    text.slice(0, 400),
  )

/** Whether a line ends a Python trace: `ValueError: invalid literal`, `requests.exceptions.Timeout`. */
const isPythonEnd = (text: string): boolean => /^[A-Za-z_][\w.]{0,200}(?:: |:?$)/.test(text)
