import type { Event } from '../../../schema/event.ts'

/** How bad a message sounds: 0 ordinary, 1 an error, 2 something broke for good. */
export type Gravity = 0 | 1 | 2

const broken =
  /\b(?:panic|fatal|out of memory|oom|segfault|core dumped|corrupt(?:ed|ion)?|data loss|kernel bug|unrecoverable|machine check|no space left|(?:disk|device|file ?system|volume) (?:is )?full|read-only file system|too many open files)\b/i
const failing =
  /\b(?:errors?|fail(?:ed|ure|ures|ing)?|exception|denied|refused|abort(?:ed)?|critical|alert|unreachable|timed out|unable to|cannot|violation|exited abnormally)\b/i

/** Whether an event is an error by its own word: its level, or the status that a server answered with. */
export const isError = ({ fields }: Event): boolean => {
  const status = fields['http.response.status_code']
  return isErrorLevel(fields['log.level']) || (typeof status === 'number' && status >= 500)
}

/** Whether a level stands for an error or worse. */
export const isErrorLevel = (level: unknown): boolean =>
  level === 'error' ||
  level === 'crit' ||
  level === 'alert' ||
  level === 'emerg' ||
  level === 'fatal' ||
  level === 'critical'

/** Judges by the words of a message, or better of its template, where values say nothing. */
export const gravityOfWords = (text: string): Gravity => {
  const words = text.slice(0, 500)
  return broken.test(words) ? 2 : failing.test(words) ? 1 : 0
}

/** Judges by the level that a record names, else by the words of its template. Meant to be asked once a template, not once an event. */
export const gravityOf = (event: Event): Gravity => {
  const level = event.fields['log.level']
  const words = gravityOfWords(event.template?.text ?? event.message)
  if (level === 'crit' || level === 'alert' || level === 'emerg' || words === 2) return 2
  if (isErrorLevel(level)) return 1
  // A level below warning is the program's own word that nothing is wrong.
  return level === 'info' || level === 'debug' || level === 'notice' ? 0 : words
}
