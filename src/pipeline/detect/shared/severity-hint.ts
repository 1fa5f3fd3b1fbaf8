import { type Event, isAuthentication } from '../../../schema/event/event.ts'

/** How severe a message sounds: 0 normal, 1 an error, 2 a lasting failure. */
export type SeverityHint = 0 | 1 | 2

const broken =
  /\b(?:panic|fatal|out of memory|oom|segfault|core dumped|corrupt(?:ed|ion)?|data loss|kernel bug|unrecoverable|machine check|no space left|(?:disk|device|file ?system|volume) (?:is )?full|read-only file system|too many open files)\b/i
const failing =
  /\b(?:errors?|fail(?:ed|ure|ures|ing)?|exception|denied|refused|abort(?:ed)?|critical|alert|unreachable|timed out|unable to|cannot|violation|exited abnormally|giving up|gave up|not respond(?:ing)?|did not (?:respond|answer)|exhausted|unhealthy|degraded|disconnected from)\b/i

/** Whether an event is an error by its log level or HTTP status. */
export const isError = ({ fields }: Event): boolean => {
  const status = fields['http.response.status_code']
  return isErrorLevel(fields['log.level']) || (typeof status === 'number' && status >= 500)
}

/** Whether a log level means an error or worse. */
export const isErrorLevel = (level: unknown): boolean =>
  level === 'error' ||
  level === 'crit' ||
  level === 'alert' ||
  level === 'emerg' ||
  level === 'fatal' ||
  level === 'critical'

/** A count of nothing, or its negation, as in the report of a scanner or a job that went well. */
const nothing =
  /\b(?:no|zero|without(?: any)?|0)(?: (?!but\b)[a-z]+){0,2} (?:errors?|fail(?:ures?|ed)|exceptions?|violations?|alerts?|corruptions?)\b(?! ?[:=])|\b(?:errors?|fail(?:ures?|ed)?|exceptions?|violations?|alerts?|corrupt(?:ed|ions?)?)(?: [a-z]+)? ?[:=] ?(?:0|none)(?![\d.])/gi

/** Rates a text. Templates are better than messages, because values carry no meaning. */
export const severityHintOfText = (text: string): SeverityHint => {
  const start = text.slice(0, 500)
  return broken.test(start) ? 2 : failing.test(start) ? 1 : 0
}

/** Rates an event by its log level, else by its template's text. Costs a few regex searches, so call it once per template. */
export const severityHintOf = (event: Event): SeverityHint => {
  const level = event.fields['log.level']
  const sounds = severityHintOfText(event.template?.text ?? event.message)
  // Templates have no numbers, so only the message says that there were 0 errors.
  const hint = sounds > 0 && severityHintOfText(event.message.replace(nothing, '')) === 0 ? 0 : sounds
  if (level === 'crit' || level === 'alert' || level === 'emerg' || hint === 2) return 2
  if (isErrorLevel(level)) return 1
  // An explicit level below warning overrides the text.
  return level === 'info' || level === 'debug' || level === 'notice' ? 0 : hint
}

const login = /authenticat|password|login|logon|invalid user/i

/** Whether a message is about somebody who wants to log in: its failures are not faults of the service. */
export const isAboutLogin = (event: Event): boolean =>
  isAuthentication(event) || login.test(event.template?.text ?? event.message)
