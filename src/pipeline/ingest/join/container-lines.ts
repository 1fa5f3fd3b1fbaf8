/** A line of a container's log, as a runtime wraps what the program wrote. */
export interface ContainerLine {
  readonly runtime: 'cri' | 'docker'
  readonly stream: string
  /** Whether the program's line ends here, or continues in the next one. */
  readonly last: boolean
  /** The beginning of what the program wrote. */
  readonly text: string
  /** The positions in the whole line between which it is. */
  readonly at: number
  readonly end: number
}

/** The characters that decide whether a line continues another one. */
const longestBeginning = 1_000

/** Reads Kubernetes' `<time> stdout F <text>`, or Docker's `{"log":"<text>\n","stream":"stdout","time":"…"}`; undefined for other lines. */
export const readContainerLine = (line: string): ContainerLine | undefined => {
  if (line.charCodeAt(0) === 123) return readDocker(line)
  // Most lines have no T there or another word behind the time, which avoids the expression.
  if (line.charCodeAt(10) !== 84 || !line.startsWith('std', line.indexOf(' ', 19) + 1)) return undefined
  const head = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?::\S{0,20})?(?: |$)/.exec(
    line.slice(0, 80),
  )
  if (!head) return undefined
  const at = head[0].length
  return {
    runtime: 'cri',
    stream: head[1] ?? '',
    last: head[2] === 'F',
    text: line.slice(at, at + longestBeginning),
    at,
    end: line.length,
  }
}

const readDocker = (line: string): ContainerLine | undefined => {
  if (!line.startsWith('{"log":"')) return undefined
  const end = line.lastIndexOf('","stream":"std')
  if (end < 8) return undefined
  const last = line.endsWith('\\n', end)
  return {
    runtime: 'docker',
    stream: line.slice(end + 12, end + 18),
    last,
    text: unescapeBeginning(line.slice(8, Math.min(last ? end - 2 : end, 8 + longestBeginning))),
    at: 8,
    end,
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', u003c: '<', u003e: '>', u0026: '&' }

/** Decodes the escapes by which continuations are recognized. Others keep their character. JSON, which has most, is no continuation. */
const unescapeBeginning = (text: string): string =>
  text.charCodeAt(0) !== 123 && text.includes('\\')
    ? text.replace(/\\(u00[23][6ce]|[^u])/g, (_, name: string) => escapes[name] ?? name)
    : text

/** Appends what the program wrote in a line to the one that it continues. The time is the first one's. */
export const appendContainerLine = (first: string, head: ContainerLine, line: string, next: ContainerLine): string => {
  const added = line.slice(next.at, next.end)
  if (head.runtime === 'docker') {
    const end = first.lastIndexOf('","stream":"std')
    return `${first.slice(0, end)}${added}${first.slice(end)}`
  }
  if (!head.last) return `${next.last ? withFullTag(first) : first}${added}`
  return `${first}\n${added}`
}

/** Marks a joined line as complete. */
const withFullTag = (text: string): string => text.replace(/ (stdout|stderr) P/, ' $1 F')
