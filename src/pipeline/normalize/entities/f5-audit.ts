import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { wordAfter } from '../fields/key-values.ts'
import { setUser } from './phrase.ts'

/**
 * Parses the audit of logins to F5 BIG-IP, on its web interface and over SSH: `01070417:6: AUDIT - user admin - RAW: httpd(pam_audit):
 * user=admin(admin) … host=203.0.113.9 attempts=1 start="…"`. With an end, the session is over, unless the login failed.
 */
export const readF5Audit = (message: string, fields: Draft): boolean => {
  const at = message.indexOf('(pam_audit): ')
  if (at < 0) return false
  const audit = message.slice(at + 12)
  const user = wordAfter(audit, ' user=') ?? wordAfter(audit, ' User=')
  // A name of a user may contain a host, so the last one counts.
  const host = wordAfter(audit.slice(Math.max(audit.lastIndexOf(' host='), 0)), ' host=')
  if (user === undefined || host === undefined) return false
  setUser(fields, /^[^()]{1,128}/.exec(user)?.[0] ?? '')
  setAddress(fields, 'source', host)
  const failed = audit.includes(' failed to login ')
  const isOver = !failed && audit.includes(' end="')
  setIfAbsent(fields, 'event.category', isOver ? 'session' : 'authentication')
  setIfAbsent(fields, 'event.action', isOver ? 'session_closed' : 'login')
  setIfAbsent(fields, 'event.outcome', failed ? 'failure' : 'success')
  return true
}
