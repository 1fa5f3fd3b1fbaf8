import type { Draft } from '../draft.ts'
import { toLogLevel } from '../fields/level.ts'

interface Prefix {
  /** Where the line of the program begins. */
  readonly end: number
  readonly fields: Draft
}

/**
 * Reads what runners of several programs write before each line: `web-1  | ` (docker compose), `09:32:20 web.1  | ` (foreman), `0|web  | `
 * (pm2), `[pod/web-7d9f/web] ` (`kubectl logs --prefix`), `app[web.1]: ` (Heroku). Also what Python writes by default: `INFO:werkzeug:`.
 */
export const readPrefix = (text: string): Prefix | undefined => {
  if (!hasPrefix(text)) return undefined
  const head = text.slice(0, 300)
  const pod = /^\[pod\/([\w.-]{1,253})\/([\w.-]{1,63})\] /.exec(head)
  if (pod)
    return {
      end: pod[0].length,
      fields: { 'kubernetes.pod.name': pod[1] ?? '', 'container.name': pod[2] ?? '' },
    }
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

/** Level and logger of Python's default format. */
const python = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL):([A-Za-z_][\w.]{0,62}):(?=\S)/

/** A cheap test for such a prefix, because it is made of every line. */
export const hasPrefix = (text: string): boolean => {
  const first = text.charCodeAt(0)
  if (first === 91) return text.startsWith('[pod/')
  if (first === 97 && text.startsWith('app[')) return true
  if (first === 104 && text.startsWith('heroku[')) return true
  let at = 0
  if (first >= 48 && first <= 57) {
    // A clock, or pm2's number
    at = text.charCodeAt(2) === 58 && text.charCodeAt(8) === 32 ? 9 : text.slice(0, 6).indexOf('|') + 1
    if (at === 0) return false
  } else if (!isLetter(first)) return false
  while (at < 90 && isName(text.charCodeAt(at))) at++
  if (text.charCodeAt(at) === 58) return at >= 4 && at <= 8 && python.test(text.slice(0, 80))
  if (text.charCodeAt(at) !== 32) return false
  while (at < 120 && text.charCodeAt(at) === 32) at++
  return text.charCodeAt(at) === 124 && text.charCodeAt(at + 1) === 32
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

/** Letters, digits, dots and dashes. */
const isName = (code: number): boolean => isLetter(code) || (code >= 45 && code <= 57 && code !== 47) || code === 95
