import type { Draft } from '../../draft.ts'

/** The level that a state of a host or a service stands for. A soft state is tried again before somebody is called. */
const levels: Readonly<Record<string, string>> = {
  OK: 'info',
  UP: 'info',
  WARNING: 'warning',
  UNKNOWN: 'warning',
  UNREACHABLE: 'warning',
  CRITICAL: 'error',
  DOWN: 'error',
}

const alert =
  /^(?:SERVICE|HOST) (?:FLAPPING |DOWNTIME )?ALERT: [^;\n]{1,255};(?:[^;\n]{1,255};)?([A-Z]{2,11});(?:(SOFT|HARD);|\s)/

/**
 * Reads the state of a host or a service in the log of Nagios, Naemon and others of its family: `SERVICE ALERT: web1;HTTP;CRITICAL;HARD;3;…`.
 * All are called alerts, recoveries too. Returns whether the message is one.
 */
export const readNagiosAlert = (text: string, at: number, fields: Draft): boolean => {
  if (!text.startsWith('SERVICE ', at) && !text.startsWith('HOST ', at)) return false
  const found = alert.exec(text.slice(at, at + 600))
  if (!found) return false
  const [, state = '', kind] = found
  const level = levels[state] ?? 'info'
  fields['log.level'] = level === 'error' && kind === 'SOFT' ? 'warning' : level
  return true
}
