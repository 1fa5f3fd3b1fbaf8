import { isOfSecurityLog } from '../../../schema/event/security-log.ts'
import { type Draft, setIfAbsent } from '../draft.ts'

/** Event ids of Windows' Security log about logons, with their outcomes. */
const outcomes: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['4624', 'success'],
  ['4625', 'failure'],
  ['4771', 'failure'],
])

/** Checks of credentials at a domain controller: a ticket and NTLM. Their status says the outcome. */
const checks: ReadonlySet<string> = new Set(['4768', '4776'])

/** Requests for Kerberos service tickets. */
const serviceTickets: ReadonlySet<string> = new Set(['4769', '4770'])

/** Separates a user from the realm, which only events about service tickets add to the name. */
const separateRealm = (fields: Draft): void => {
  const user = fields['user.name']
  const realm = fields['winlog.event_data.TargetDomainName'] ?? fields.TargetDomainName ?? fields['user.domain']
  if (typeof user !== 'string' || typeof realm !== 'string' || realm === '') return
  if (!user.toLowerCase().endsWith(`@${realm.toLowerCase()}`)) return
  fields['user.name'] = user.slice(0, -realm.length - 1)
  setIfAbsent(fields, 'user.domain', realm)
}

/**
 * Reads a logon in Windows' Security log, whatever the shipper and the language of its message. A logon without an address is one of a
 * service, a task or a person at the console, and no attempt over the network; NTLM names the computer instead.
 */
export const readWindowsLogon = (fields: Draft): boolean => {
  if (!isOfSecurityLog(fields)) return false
  const id = String(fields['winlog.event_id'] ?? fields['event.code'])
  if (serviceTickets.has(id)) separateRealm(fields)
  if (id === '4768' || id === '4771') withoutRealm(fields)
  if (checks.has(id)) return readCheck(fields)
  const outcome = outcomes.get(id)
  if (outcome === undefined || fields['source.ip'] === undefined) return false
  fields['event.category'] = 'authentication'
  fields['event.outcome'] = outcome
  return true
}

/** Names the service of tickets for tickets as one: only events about refused passwords add the realm. */
const withoutRealm = (fields: Draft): void => {
  const service = fields['service.name']
  if (typeof service === 'string' && /^krbtgt\//i.test(service)) fields['service.name'] = 'krbtgt'
}

/** Reads a check, whatever its text says. One that succeeds is no login: the logon itself follows, on another host. */
const readCheck = (fields: Draft): boolean => {
  const status = fields['winlog.event_data.Status'] ?? fields.Status
  if (status === undefined) return false
  const computer = fields['winlog.event_data.Workstation'] ?? fields.Workstation
  if (typeof computer === 'string' && computer !== '') setIfAbsent(fields, 'source.domain', computer)
  // A logon on the same host writes a second event.
  setIfAbsent(fields, 'event.action', 'credential_check')
  const isRefused = !/^(?:0x)?0+$/.test(String(status))
  fields['event.outcome'] = isRefused ? 'failure' : 'success'
  if (isRefused) fields['event.category'] = 'authentication'
  return true
}
