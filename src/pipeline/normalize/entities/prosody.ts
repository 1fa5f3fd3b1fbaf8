import { type Draft, setIfAbsent } from '../draft.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** Parses a message of the XMPP server Prosody, in syslog with the session before it: `c2s55d1402da3b0: Authenticated as kim@example.org`. */
export const readProsody = (message: string, fields: Draft): boolean => {
  const found = /^(?:c2s[\da-f]{4,16}: )?Authenticated as (\S{1,1000})$/.exec(message.slice(0, 1100))
  if (!found) {
    readUnknownProgram(message, fields)
    return true
  }
  setUser(fields, found[1] ?? '')
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'login')
  setIfAbsent(fields, 'event.outcome', 'success')
  return true
}
