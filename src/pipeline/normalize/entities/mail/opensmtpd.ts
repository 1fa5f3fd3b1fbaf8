import { type Draft, setIfAbsent } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { setUser } from '../phrase.ts'

/** `9b2a1c7e5d4f3a21 smtp authentication user=kim result=permfail`; before version 6.4, with `event=`, the address and the host. */
const authentication =
  /^[\da-f]{16} smtp (?:event=)?authentication user=(\S{1,256}) (?:address=(\S{2,45}) )?(?:host=\S{1,255} )?result=(ok|permfail|tempfail)$/
const connected = /^[\da-f]{16} smtp (?:event=)?connected address=(\S{2,45}) /
/** The answer to the client, after the line that says whether it logged in. */
const answer = /^[\da-f]{16} smtp (?:event=)?failed-command (?:address=\S{2,45} host=\S{1,255} )?command="AUTH /

/** Whether a message may be one of OpenSMTPD. A cheap test of its beginning. */
export const looksLikeOpensmtpd = (message: string): boolean =>
  message.startsWith(' smtp ', 16) && /^[\da-f]{16}$/.test(message.slice(0, 16))

/** Parses a message of OpenSMTPD: who connected and who logged in. The address of a login is in an earlier line of its session. */
export const readOpensmtpd = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1000)
  const login = authentication.exec(text)
  if (login) {
    const [, user = '', client, result] = login
    setUser(fields, user)
    if (client !== undefined) setAddress(fields, 'source', client)
    setIfAbsent(fields, 'event.category', 'authentication')
    setIfAbsent(fields, 'event.action', 'smtp_login')
    // A temporary failure is one of the server's, which could not ask for the password.
    if (result !== 'tempfail') setIfAbsent(fields, 'event.outcome', result === 'ok' ? 'success' : 'failure')
    return true
  }
  const client = connected.exec(text)?.[1]
  if (client !== undefined) {
    setAddress(fields, 'source', client)
    setIfAbsent(fields, 'event.category', 'network')
    setIfAbsent(fields, 'event.action', 'smtp_connection')
  } else if (answer.test(text)) setIfAbsent(fields, 'event.category', 'session')
  return looksLikeOpensmtpd(text)
}
