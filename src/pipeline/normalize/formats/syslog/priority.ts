import { syslogFacilities } from '../../../../schema/event/syslog-facility.ts'
import type { Draft } from '../../draft.ts'
import { syslogLevels } from '../../fields/level.ts'

/** Sets the fields of a syslog priority (0–191). */
export const priorityFields = (priority: number, fields: Draft): void => {
  const severity = priority & 7
  const facility = priority >> 3
  fields['log.syslog.priority'] = priority
  fields['log.syslog.facility.code'] = facility
  fields['log.syslog.facility.name'] = syslogFacilities[facility] ?? ''
  fields['log.syslog.severity.code'] = severity
  fields['log.level'] = syslogLevels[severity] ?? ''
}

/** Parses `<34>` at the start of a text; undefined unless it is a number from 0 to 191 without leading zeros. */
export const readPriority = (text: string): { value: number; end: number } | undefined => {
  if (text.charCodeAt(0) !== 60) return undefined
  const end = text.charCodeAt(2) === 62 ? 2 : text.charCodeAt(3) === 62 ? 3 : text.charCodeAt(4) === 62 ? 4 : 0
  if (end === 0) return undefined
  let value = 0
  for (let i = 1; i < end; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9) || (i === 1 && digit === 0 && end > 2)) return undefined
    value = value * 10 + digit
  }
  return value > 191 ? undefined : { value, end: end + 1 }
}
