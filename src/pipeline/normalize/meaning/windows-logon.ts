import type { Draft } from '../draft.ts'

/** Event ids of Windows' Security log about logons, with their outcomes. */
const outcomes: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['4624', 'success'],
  ['4625', 'failure'],
  ['4771', 'failure'],
])

/**
 * Reads a logon in Windows' Security log, whatever the shipper and the language of its message. A logon without an address is one of a
 * service, a task or a person at the console, and no attempt over the network.
 */
export const readWindowsLogon = (fields: Draft): boolean => {
  // Older versions of NXLog write it in lower case.
  if (String(fields['winlog.channel'] ?? fields.Channel).toLowerCase() !== 'security') return false
  const outcome = outcomes.get(String(fields['winlog.event_id'] ?? fields['event.code']))
  if (outcome === undefined || fields['source.ip'] === undefined) return false
  fields['event.category'] = 'authentication'
  fields['event.outcome'] = outcome
  return true
}
