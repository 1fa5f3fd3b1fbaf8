import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toPort } from '../fields/address.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

const refused = /^AUTHFAIL: user=(.{0,256}) ip=(\S{2,64}) time=\d/
/** `++ created session (access granted): username kim, ip ::ffff:203.0.113.9:39322 - socket: 13`, and a session that is resumed */
const accepted =
  /^\+\+ (?:created|reconnected) session(?: \(access granted\))?: {1,2}username ([^\n]{1,256}?), (?:display \S{1,32}, session_pid \d{1,10}, )?ip (?:::ffff:)?([\da-fA-F.:]{2,45}):(\d{1,5})(?: -|$)/
/** Steps of a login that another line of the same server says with the address. */
const repeated = /^(?:pam_authenticate failed: |xrdp_wm_log_msg: login )/

/** Whether a message without a program is one of xrdp's session manager about a login. */
export const looksLikeXrdp = (message: string): boolean =>
  message.startsWith('AUTHFAIL: user=') || message.startsWith('++ created session') || message.startsWith('++ reconn')

/** Parses a message of the RDP server xrdp and of its session manager, which knows the client of a login. */
export const readXrdp = (message: string, fields: Draft): boolean => {
  const text = message.replace(/^\[[A-Z]{4,5} ?\] /, '').slice(0, 1000)
  const login = accepted.exec(text)
  const found = login ?? refused.exec(text)
  if (!found) {
    if (repeated.test(text)) setIfAbsent(fields, 'event.category', 'session')
    else readUnknownProgram(message, fields)
    return true
  }
  const [, user = '', address = '', portText = ''] = found
  setUser(fields, user)
  setAddress(fields, 'source', address)
  const port = toPort(portText)
  if (port !== undefined) setIfAbsent(fields, 'source.port', port)
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'rdp_login')
  setIfAbsent(fields, 'event.outcome', login ? 'success' : 'failure')
  return true
}
