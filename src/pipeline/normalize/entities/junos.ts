import { type Draft, setIfAbsent } from '../draft.ts'
import { readKnownPhrase, toPhrases } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

const sessions = toPhrases([
  ['RT_FLOW_SESSION_CREATE', 'network', 'session_create', 'success'],
  ['RT_FLOW_SESSION_DENY', 'network', 'session_deny', 'failure'],
  ['RT_FLOW_SESSION_CLOSE', 'network', 'session_close'],
])

/** Parses the sessions of Juniper's firewalls as text: `RT_FLOW_SESSION_DENY: session denied 203.0.113.9/51234->10.0.0.5/22 junos-ssh …`. */
export const readRtFlow = (message: string, fields: Draft): boolean => {
  if (readKnownPhrase(sessions, message, 0, fields)) setIfAbsent(fields, 'observer.vendor', 'Juniper')
  readUnknownProgram(message, fields)
  return true
}
