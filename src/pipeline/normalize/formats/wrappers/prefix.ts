import type { Draft } from '../../draft.ts'
import { toLogLevel } from '../../fields/level.ts'
import { isBlankCode, isCapital, isLetter } from '../../letters.ts'

interface Prefix {
  /** Where the line of the program begins. */
  readonly end: number
  readonly fields: Draft
}

/**
 * Reads what runners of several programs write before each line: `web-1  | ` (docker compose), `09:32:20 web.1  | ` (foreman), `0|web  | `
 * (pm2), `[pod/web-7d9f/web] ` (`kubectl logs --prefix`), `web-7d9f8c6b5d-x2xkz web ` (stern, kubetail and kail in their ways), `app[web.1]: `
 * (Heroku), `{job="web"} ` (logcli). Also what Python writes by default: `INFO:werkzeug:`, and the length of a syslog message, if a stream of
 * them was saved to a file: `123 <34>1 `.
 */
export const readPrefix = (text: string): Prefix | undefined => {
  if (!hasPrefix(text)) return undefined
  const head = text.slice(0, 300)
  const counted = octetCount.exec(head)
  if (counted) return { end: counted[0].length, fields: {} }
  const pod = /^\[pod\/([\w.-]{1,253})\/([\w.-]{1,63})\] /.exec(head)
  if (pod)
    return {
      end: pod[0].length,
      fields: { 'kubernetes.pod.name': pod[1] ?? '', 'container.name': pod[2] ?? '' },
    }
  const viewed = podLine.exec(head)
  if (viewed)
    return {
      end: viewed[0].length,
      fields: { 'kubernetes.pod.name': viewed[1] ?? '', ...(viewed[2] && { 'container.name': viewed[2] }) },
    }
  const labels = lokiLabels.exec(head)
  if (labels) return { end: labels[0].length, fields: {} }
  const dyno = /^(?:app|heroku)\[([\w.-]{1,63})\]: /.exec(head)
  if (dyno) return { end: dyno[0].length, fields: { 'process.name': dyno[1] ?? '' } }
  const logger = python.exec(head)
  if (logger) {
    const level = toLogLevel(logger[1] ?? '')
    return { end: logger[0].length, fields: { 'log.logger': logger[2] ?? '', ...(level && { 'log.level': level }) } }
  }
  const named = /^(?:\d\d:\d\d:\d\d +)?(?:\d{1,5}\|)?([A-Za-z][\w.-]{0,62}) {0,40}\| /.exec(head)
  return named ? { end: named[0].length, fields: { 'container.name': named[1] ?? '' } } : undefined
}

/**
 * A pod of a Deployment, whose name ends with two random words, before its container: `web-7d9f8c6b5d-x2xkz web ` (stern),
 * `[web-7d9f8c6b5d-x2xkz web] ` (kubetail), `shop/web-7d9f8c6b5d-x2xkz[web]: ` (kail).
 */
const podLine =
  /^(?:\[|[a-z\d-]{1,63}\/)?([a-z\d][a-z\d.-]{0,200}-[bcdf-hj-np-tv-z2-9]{6,10}-[bcdf-hj-np-tv-z2-9]{5})[ [\]]([a-z\d][a-z\d-]{0,62})?(?:\]:?)? (?=\S)/

/** The length of a message before its priority (RFC 6587). */
const octetCount = /^[1-9]\d{1,5} (?=<\d{1,3}>[\dA-Z])/

/** The labels of Loki's stream, as logcli prints them before each line. */
const lokiLabels = /^\{(?:[a-zA-Z_]\w{0,60}="[^"]{0,250}"(?:, ?)?){1,20}\} +/

/** Level and logger of Python's default format. */
const python = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL):([A-Za-z_][\w.]{0,62}):(?=\S)/

/** A cheap test for such a prefix, because it is made of every line. */
export const hasPrefix = (text: string): boolean => {
  const first = text.charCodeAt(0)
  if (first === 91) return text.startsWith('[pod/') || mayNamePod(text)
  if (first === 123) return isLetter(text.charCodeAt(1)) && lokiLabels.test(text.slice(0, 300))
  if (first === 97 && text.startsWith('app[')) return true
  if (first === 104 && text.startsWith('heroku[')) return true
  let at = 0
  if (first >= 48 && first <= 57) {
    // The length of a syslog message, a clock, or pm2's number
    if (text.charCodeAt(text.indexOf(' ', 2) + 1) === 60 && octetCount.test(text.slice(0, 16))) return true
    const isClock = text.charCodeAt(2) === 58 && text.charCodeAt(8) === 32
    while (!isClock && at < 6 && text.charCodeAt(at) !== 124) at++
    if (at === 6) return false
    at = isClock ? 9 : at + 1
  } else if (!isLetter(first)) return false
  while (at < 90 && isName(text.charCodeAt(at))) at++
  // A long name, or a namespace before a slash
  const after = text.charCodeAt(at)
  if (((at > 12 && (after === 32 || after === 91)) || after === 47) && mayNamePod(text)) return true
  if (after === 58) return at >= 4 && at <= 8 && python.test(text.slice(0, 80))
  if (after !== 32) return false
  while (at < 120 && text.charCodeAt(at) === 32) at++
  return text.charCodeAt(at) === 124 && text.charCodeAt(at + 1) === 32
}

const mayNamePod = (text: string): boolean => podLine.test(text.slice(0, 300))

/**
 * Returns the end of one word before a record: fluentd's tag and CloudWatch's stream before JSON or a line, and a relay's name before the
 * time of the first header. 0 without one.
 */
export const leadingWordEnd = (text: string): number => {
  const most = Math.min(text.length, 130)
  let space = 0
  while (space < most && !isBlankCode(text.charCodeAt(space))) space++
  if (space === 0 || space === most) return 0
  const next = text.charCodeAt(space + 1)
  if (next === 123) return isTag(text.slice(0, space)) && text.charCodeAt(space + 2) === 34 ? space + 1 : 0
  const mayStart = isCapital(next) ? text.charCodeAt(space + 4) === 32 : isOfAddress(next)
  if (!mayStart) return 0
  const rest = text.slice(space + 1, space + 160)
  return (clientStart.test(rest) || headerStart.test(rest)) && isTag(text.slice(0, space)) ? space + 1 : 0
}

/** Small hexadecimal digits, dots and colons. */
const isOfAddress = (code: number): boolean => (code >= 48 && code <= 58) || (code >= 97 && code <= 102) || code === 46

const isTag = (word: string): boolean => /^[\w./@-]{1,128}:?$/.test(word)

/** An access log up to its date, and a syslog header up to its host. */
const clientStart = /^[\da-f.:]{7,39} \S{1,64} \S{1,64} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/
const headerStart = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S/

/** Letters, digits, dots and dashes. */
const isName = (code: number): boolean => isLetter(code) || (code >= 45 && code <= 57 && code !== 47) || code === 95
