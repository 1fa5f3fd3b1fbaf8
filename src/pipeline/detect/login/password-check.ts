import { type Event, textField } from '../../../schema/event/event.ts'
import { isOfSecurityLog } from '../../../schema/event/security-log.ts'
import type { Attempt } from './attempt.ts'

/** Events of Windows' Security log about passwords that a domain controller checks: for a ticket, and for NTLM. */
const checks: ReadonlySet<string> = new Set(['4768', '4776'])

/**
 * Reads a password that a domain controller accepted for a client or another server; undefined for other events. It is no login, because
 * the logon follows on another host, but it ends the guesses that the same controller refused.
 */
export const readAcceptedPassword = (event: Event): Attempt | undefined => {
  const { fields } = event
  if (fields['event.outcome'] !== 'success' || !checks.has(String(fields['event.code']))) return undefined
  if (!isOfSecurityLog(fields)) return undefined
  const user = textField(event, 'user.name')
  const address = textField(event, 'source.ip') ?? textField(event, 'source.domain')
  // Computers have passwords that nobody guesses. Accounts without pre-authentication get tickets without a password.
  if (user === undefined || user.endsWith('$') || address === undefined) return undefined
  if (String(fields['winlog.event_data.PreAuthType'] ?? fields.PreAuthType) === '0') return undefined
  return { success: true, action: 'credential_check', address, user, times: 1, lines: 1 }
}
