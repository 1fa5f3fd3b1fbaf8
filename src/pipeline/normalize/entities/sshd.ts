import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toPort } from '../fields/address.ts'
import { wordAfter, wordAt } from '../fields/key-values.ts'
import { readKnownPhrase, readPeer, readUser, readUserAtPeer, readUserFrom, setUser, toPhrases } from './phrase.ts'

const authentication = 'authentication'
const session = 'session'
const network = 'network'

/** `publickey for alice from 1.2.3.4 port 22 ssh2: RSA SHA256:…` */
const readLogin = (text: string, fields: Draft): void => {
  const at = text.indexOf(' for ')
  if (at < 0) return
  fields['system.auth.ssh.method'] = text.slice(0, at)
  const end = text.lastIndexOf(' ssh2')
  readUserFrom(text.slice(at + 5, end < at ? text.length : end), fields)
}

/** `ns.example.com [1.2.3.4] failed` */
const readBracketed = (text: string, fields: Draft): void => {
  const open = text.indexOf('[')
  const close = text.indexOf(']', open)
  if (open < 0 || close < 0) return
  setAddress(fields, 'source', text.slice(open + 1, close))
  const name = wordAt(text, 0)
  if (name !== '' && name.charCodeAt(0) !== 91) setIfAbsent(fields, 'source.domain', name)
}

/** `alice from host not allowed because …` */
const readNotAllowed = (text: string, fields: Draft): void => {
  const not = text.lastIndexOf(' not allowed')
  const from = not < 0 ? -1 : text.lastIndexOf(' from ', not)
  if (not < 0) {
    // "User child is on pid 4711"
    const pid = text.indexOf(' is on pid ')
    if (pid < 0) return
    setUser(fields, text.slice(0, pid))
    fields['process.pid'] = Number.parseInt(text.slice(pid + 11), 10) || 0
    fields['event.category'] = 'process'
    fields['event.action'] = 'ssh_child'
    delete fields['event.outcome']
    return
  }
  setUser(fields, text.slice(0, from < 0 ? not : from))
  if (from >= 0) setAddress(fields, 'source', wordAt(text, from + 6))
}

/** `1.2.3.4 port 22 on 10.0.0.1 port 22` */
const readConnection = (text: string, fields: Draft): void => {
  readPeer(text, fields)
  const on = text.indexOf(' on ')
  if (on < 0) return
  setAddress(fields, 'destination', wordAt(text, on + 4))
  const port = toPort(wordAfter(text, ' port ', on) ?? '')
  if (port !== undefined) setIfAbsent(fields, 'destination.port', port)
}

/** `authentication attempts exceeded for root from 1.2.3.4 port 22 ssh2 [preauth]` */
const readAfterFor = (text: string, fields: Draft): void => {
  const at = text.indexOf('for ')
  if (at >= 0) readUserFrom(text.slice(at + 4), fields)
}

const readAfterFrom = (text: string, fields: Draft): void => {
  const at = text.lastIndexOf('from ')
  if (at >= 0) readPeer(text.slice(at + 5), fields)
}

const failure = 'failure'
const success = 'success'

/**
 * Messages of sshd. Only the message about a login itself is an `ssh_login`, once per attempt. PAM's message about the same attempt,
 * `Invalid user` and others have different actions, so that each login counts once.
 */
const phrases = toPhrases([
  ['Failed ', authentication, 'ssh_login', failure, readLogin],
  ['Accepted key ', authentication, 'ssh_key_accepted', success],
  ['Accepted ', authentication, 'ssh_login', success, readLogin],
  ['Postponed ', authentication, 'ssh_login_postponed', success, readLogin],
  ['Invalid user ', authentication, 'ssh_invalid_user', failure, (t, f) => readUserFrom(`invalid user ${t}`, f)],
  ['Illegal user ', authentication, 'ssh_invalid_user', failure, (t, f) => readUserFrom(`invalid user ${t}`, f)],
  [
    'input_userauth_request: i',
    authentication,
    'ssh_invalid_user',
    failure,
    (t, f) => readUser(t.slice(t.indexOf('user ') + 5), f),
  ],
  ['maximum authentication attempts exceeded ', authentication, 'ssh_attempts_exceeded', failure, readAfterFor],
  ['Too many authentication failures', authentication, 'ssh_attempts_exceeded', failure, readAfterFor],
  ['Disconnecting: Too many authentication failures', authentication, 'ssh_attempts_exceeded', failure, readAfterFor],
  [
    'Disconnecting ',
    session,
    'ssh_disconnecting',
    failure,
    (t, f) => readUserAtPeer(t.slice(0, Math.max(t.indexOf(':', t.indexOf(' port ')), 0) || t.length), f),
  ],
  ['PAM: ', authentication, 'pam_authentication', failure, readAfterFor],
  ['PAM service(sshd) ignoring max retries', authentication, 'ssh_attempts_exceeded', failure],
  ['User ', authentication, 'ssh_not_allowed', failure, readNotAllowed],
  [
    'ROOT LOGIN REFUSED FROM ',
    authentication,
    'ssh_not_allowed',
    failure,
    (t, f) => {
      setUser(f, 'root')
      readPeer(t, f)
    },
  ],
  ['Authentication refused', authentication, 'ssh_not_allowed', failure],
  // A client that left before it was authenticated: the only lines about an attempt if sshd accepts keys only.
  ...['Connection closed by ', 'Connection reset by ', 'Disconnected from '].flatMap((leave) => [
    ...['authenticating user ', 'invalid user '].map(
      (who) =>
        [
          leave + who,
          authentication,
          'ssh_left_unauthenticated',
          failure,
          (t: string, f: Draft) => readUserAtPeer(who + t, f),
        ] as const,
    ),
    [leave, session, 'ssh_disconnected', undefined, readUserAtPeer] as const,
  ]),
  ['Received disconnect from ', session, 'ssh_disconnected', undefined, readPeer],
  ['Connection from ', network, 'ssh_connection', undefined, readConnection],
  ['Did not receive identification string from ', network, 'ssh_no_identification', failure, readPeer],
  ['Bad protocol version identification', network, 'ssh_bad_protocol', failure, readAfterFrom],
  ['banner exchange', network, 'ssh_bad_protocol', failure, readAfterFrom],
  ['kex_exchange_identification', network, 'ssh_bad_protocol', failure, readAfterFrom],
  ['ssh_dispatch_run_fatal: Connection from ', network, 'ssh_bad_protocol', failure, readUserAtPeer],
  ['Unable to negotiate with ', network, 'ssh_negotiation', failure, readPeer],
  ['no matching ', network, 'ssh_negotiation', failure, readAfterFrom],
  ['reverse mapping checking getaddrinfo for ', network, 'ssh_reverse_mapping', failure, readBracketed],
  ['Address ', network, 'ssh_reverse_mapping', failure, readPeer],
  ['Read error from remote host ', network, 'ssh_connection_lost', failure, readPeer],
  ['Timeout before authentication for ', network, 'ssh_login_timeout', failure, readPeer],
  ['Timeout, client not responding', network, 'ssh_connection_lost', failure, readAfterFrom],
  ['Server listening on ', 'process', 'ssh_listening', success],
  ['syslogin_perform_logout: ', session, 'ssh_disconnected'],
  ['Starting session', session, 'ssh_session_started', success, readAfterFor],
  [
    'subsystem request for ',
    session,
    'ssh_subsystem',
    undefined,
    (t, f) => readUser(t.slice(t.indexOf('by user ') + 8), f),
  ],
])

const leads = ['error: ', 'fatal: ', 'debug1: ', 'debug2: ', 'debug3: ', 'warning: ']

/** Parses a message of sshd. */
export const readSshd = (message: string, fields: Draft): boolean => {
  let at = 0
  for (const lead of leads) {
    if (message.startsWith(lead)) {
      at = lead.length
      if (lead === 'error: ' || lead === 'fatal: ')
        setIfAbsent(fields, 'log.level', lead === 'error: ' ? 'error' : 'crit')
      if (lead.startsWith('debug')) {
        // Steps on the way to an answer, which the line without this word says.
        setIfAbsent(fields, 'log.level', 'debug')
        setIfAbsent(fields, 'event.category', 'process')
        return true
      }
      break
    }
  }
  if (readKnownPhrase(phrases, message, at, fields)) return true
  if (!message.startsWith('error: ') && !message.startsWith('fatal: ')) return false
  setIfAbsent(fields, 'event.outcome', failure)
  const from = message.indexOf(' from ')
  if (from > 0) readPeer(message.slice(from + 6), fields)
  return true
}
