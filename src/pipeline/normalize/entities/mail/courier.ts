import { type Draft, setIfAbsent } from '../../draft.ts'
import { setAddress, toPort } from '../../fields/address.ts'
import { setUser } from '../phrase.ts'
import { readUnknownProgram } from '../unknown-program.ts'

/** `LOGIN FAILED, user=kim, ip=[::ffff:203.0.113.9], port=[51022]`: what happened, and then whose mailbox from where. */
const line =
  /^(Connection|Disconnected|DISCONNECTED|LOGIN|LOGIN FAILED|LOGOUT|TIMEOUT)(?:, user=([^,\n]{0,256}))?(?:, method=[\w-]{1,32})?, ip=\[(?:::ffff:)?([\da-fA-F.:]{2,45})\](?:, port=\[(\d{1,5})\])?(?:,|$)/

/** Parses a message of Courier's IMAP and POP3 servers. */
export const readCourier = (message: string, fields: Draft): boolean => {
  const found = line.exec(message.slice(0, 1000))
  if (!found) {
    readUnknownProgram(message, fields)
    return true
  }
  const [, what = '', user, address = '', portText = ''] = found
  setAddress(fields, 'source', address)
  const port = toPort(portText)
  if (port !== undefined) setIfAbsent(fields, 'source.port', port)
  if (user !== undefined) setUser(fields, user)
  if (what.startsWith('LOGIN')) {
    setIfAbsent(fields, 'event.category', 'authentication')
    setIfAbsent(fields, 'event.action', 'mail_login')
    setIfAbsent(fields, 'event.outcome', what === 'LOGIN' ? 'success' : 'failure')
    return true
  }
  setIfAbsent(fields, 'event.category', 'session')
  setIfAbsent(fields, 'event.action', what === 'Connection' ? 'mail_connected' : 'mail_disconnected')
  return true
}
