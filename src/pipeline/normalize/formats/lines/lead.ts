import type { Draft } from '../../draft.ts'
import { isDigitCode } from '../../time/calendar.ts'

/** The text before a line's time. */
export interface Lead {
  /** The position of the time. */
  readonly at: number
  readonly fields: Draft
  /** Levels by the sign after the time. */
  readonly signs?: ReadonlyMap<string, string>
}

/**
 * Parses known prefixes before the time: NATS's `[2959] `, Redis's `2221:M `, and `update-alternatives ` before a date with a colon after
 * its clock. Undefined without one.
 */
export const readLead = (text: string): Lead | undefined => {
  const first = text.charCodeAt(0)
  if (first === 91) {
    const end = digitsEnd(text, 1)
    return end > 1 && text.startsWith('] ', end) ? ofProcess(text.slice(1, end), end + 2) : undefined
  }
  if (isDigitCode(first)) {
    const end = digitsEnd(text, 0)
    const role = text.charCodeAt(end) === 58 ? redisRoles.indexOf(text.charAt(end + 1)) : -1
    return role >= 0 && text.charCodeAt(end + 2) === 32
      ? { ...ofProcess(text.slice(0, end), end + 3), signs: redisSigns }
      : undefined
  }
  // Most texts have no digit there, which avoids the expression.
  if (!isDigitCode(text.charCodeAt(text.indexOf(' ') + 1))) return undefined
  const dated = /^([a-z][\w.-]{1,39}) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: /.exec(text)
  return dated?.[1] ? { at: dated[1].length + 1, fields: { 'process.name': dated[1] } } : undefined
}

const ofProcess = (pid: string, at: number): Lead => ({ at, fields: { 'process.pid': Number(pid) } })

const digitsEnd = (text: string, from: number): number => {
  let end = from
  while (end < from + 9 && isDigitCode(text.charCodeAt(end))) end++
  return end
}

/** Redis roles: sentinel, child, replica, primary. */
const redisRoles = 'XCSM'

const redisSigns: ReadonlyMap<string, string> = new Map([
  ['.', 'debug'],
  ['-', 'info'],
  ['*', 'notice'],
  ['#', 'warning'],
])
