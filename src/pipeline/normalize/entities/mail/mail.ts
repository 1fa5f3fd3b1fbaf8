import { type Draft, setIfAbsent } from '../../draft.ts'
import { setAddress, toPort } from '../../fields/address.ts'
import { wordAfter, wordAt } from '../../fields/key-values.ts'
import { toSureLevel } from '../../fields/level.ts'
import { setUser } from '../phrase.ts'

/** The level of a line whose file does not keep that of syslog: `imap-login: Error: …`. */
const dovecotLevel =
  /^[a-z\d-]{2,20}(?:\([^)\n]{1,255}\))?(?:<[^>\s]{1,80}>){0,2}: (Debug|Error|Fatal|Info|Panic|Warning): /
/** `auth: pam(kim@example.com,203.0.113.9,<QUBMajlh>): …`, of a worker also with its connection before it. */
const authentication =
  /^auth(?:-worker)?(?:\([^)]{1,32}\))?: (?:\w+: )?(?:conn unix:\S{1,80} \([^)\n]{1,80}\): auth-worker<\d{1,9}>: )?[\w-]+\(([^,)]{1,256}),([^,)]{1,64})/

/** Parses a message of dovecot: `imap-login: Login: user=<alice>, method=PLAIN, rip=1.2.3.4, lip=10.0.0.1`. */
export const readDovecot = (message: string, fields: Draft): boolean => {
  const level = dovecotLevel.exec(message.slice(0, 400))?.[1]
  if (level !== undefined) setIfAbsent(fields, 'log.level', toSureLevel(level) ?? 'error')
  const rip = wordAfter(message, 'rip=')
  if (rip !== undefined) setAddress(fields, 'source', rip)
  const lip = wordAfter(message, 'lip=')
  if (lip !== undefined) setAddress(fields, 'destination', lip)
  const user = wordAfter(message, 'user=<')
  if (user !== undefined) setUser(fields, user.slice(0, user.indexOf('>') < 0 ? undefined : user.indexOf('>')))
  if (message.includes('-login: ')) {
    const login = message.includes(': Login: ')
    // Monitors and scanners leave without a name.
    const failed =
      message.includes('auth failed') || (message.includes('Aborted login') && !message.includes('no auth attempts'))
    if (!login && !failed) {
      // The service itself reports about its files and certificates in the same form, without a client.
      if (rip === undefined) return false
      setIfAbsent(fields, 'event.category', 'session')
      setIfAbsent(fields, 'event.action', 'mail_disconnected')
      return true
    }
    setLogin(fields, login ? 'success' : 'failure')
    return true
  }
  // auth: pam(alice@example.com,1.2.3.4): pam_authenticate() failed: …
  const lead = authentication.exec(message)
  if (!lead) return rip !== undefined
  setUser(fields, lead[1] ?? '')
  setAddress(fields, 'source', lead[2] ?? '')
  if (message.includes('failed') || message.includes('unknown user') || message.includes('mismatch')) {
    setIfAbsent(fields, 'event.category', 'authentication')
    setIfAbsent(fields, 'event.action', 'mail_authentication')
    setIfAbsent(fields, 'event.outcome', 'failure')
  }
  return true
}

/** Parses a message of a postfix program: its peer, a SASL login, a rejection. */
export const readPostfix = (message: string, fields: Draft): boolean => {
  const client = wordAfter(message, 'client=') ?? wordAfter(message, 'from ') ?? wordAfter(message, 'warning: ')
  if (client !== undefined) readNamedAddress(client, fields)
  const user = wordAfter(message, 'sasl_username=')
  if (user !== undefined) setUser(fields, user)
  // Since Postfix 3.10, a failed login names its user as well.
  const failed = message.includes('authentication failed')
  if (failed || user !== undefined) {
    setLogin(fields, failed ? 'failure' : 'success')
    return true
  }
  if (message.includes('reject: ')) {
    setIfAbsent(fields, 'event.category', 'email')
    setIfAbsent(fields, 'event.action', 'mail_rejected')
    setIfAbsent(fields, 'event.outcome', 'failure')
    return true
  }
  if (client === undefined) return false
  // The words of other messages are no logins: `disconnect from unknown[203.0.113.9] ehlo=1 auth=1 quit=1`.
  const isEnd = message.startsWith('disconnect from ') || message.startsWith('lost connection after ')
  setIfAbsent(fields, 'event.category', isEnd ? 'session' : 'email')
  if (isEnd) setIfAbsent(fields, 'event.action', 'mail_disconnected')
  return true
}

/** Parses authentication messages of exim and sendmail: `authenticator failed for (test) [1.2.3.4]:39454: … (set_id=test)`. */
export const readExim = (message: string, fields: Draft): boolean => {
  const at = message.indexOf('authenticator failed for ')
  if (at < 0) return readEximPeer(message, fields)
  // The client says its name in round brackets, and may say an address.
  const helo = /^\S* ?\([^()]{0,255}\) /.exec(message.slice(at + 25, at + 600))
  const open = message.indexOf('[', at + 25 + (helo?.[0].length ?? 0))
  if (open > 0) setAddress(fields, 'source', trimColon(wordAt(message, open)))
  const user = wordAfter(message, '(set_id=', at)
  if (user !== undefined) setUser(fields, user.replace(/\)$/, ''))
  setLogin(fields, 'failure')
  return true
}

/** A delivery in exim's main log, also a deferred or failed one. Arrivals have `<=`. */
const eximDelivery = / (?:=>|->|>>|==|\*\*) /

/**
 * Reads the peer of exim's main log: `H=mail.example.org (helo) [203.0.113.9]:4711 I=[10.0.0.5]:25`, `SMTP call from (helo) [203.0.113.9]`. The
 * client chooses the name in round brackets, so it does not count. A message that a user sends names its login in `A=plain_server:kim`.
 */
const readEximPeer = (message: string, fields: Draft): boolean => {
  const peer =
    /(?:(?:^| )H=|SMTP (?:call|connection) from )(?:[\w.-]{1,253} )?(?:\([^()\s]{0,255}\) ?)?\[([\da-fA-F.:]{3,45})\](?::(\d{1,5}))?/.exec(
      message.slice(0, 1000),
    )
  const start = message.slice(0, 120)
  const side = eximDelivery.test(start) ? 'destination' : 'source'
  if (!peer || !setAddress(fields, side, peer[1] ?? '')) return false
  const port = peer[2] === undefined ? undefined : toPort(peer[2])
  if (port !== undefined) setIfAbsent(fields, `${side}.port`, port)
  const namesLogin = start.includes(' <= ') || start.startsWith('no MAIL in ')
  const user = namesLogin ? / A=[\w-]{1,64}:(\S{1,256})/.exec(message.slice(0, 1000))?.[1] : undefined
  if (user !== undefined) {
    setUser(fields, user)
    setLogin(fields, 'success')
    return true
  }
  setIfAbsent(fields, 'event.category', 'email')
  if (message.includes(' rejected ')) {
    setIfAbsent(fields, 'event.action', 'mail_rejected')
    setIfAbsent(fields, 'event.outcome', 'failure')
  }
  return true
}

/** Parses a message of sendmail: its peer in `relay=host [203.0.113.9]`, a login (`AUTH failure (LOGIN): …`, `AUTH=server, …`), a rejection. */
export const readSendmail = (message: string, fields: Draft): boolean => {
  if (readExim(message, fields)) return true
  const relay = /(?:relay=|: )(?:[\w.-]{1,253} )?\[([\da-fA-F.:]{3,45})\]/.exec(message.slice(0, 1000))
  if (!relay || !setAddress(fields, 'source', relay[1] ?? '')) return false
  const failed = message.includes('AUTH failure (')
  if (failed || message.includes('AUTH=server,')) {
    const user = wordAfter(message, failed ? ', user=' : ', authid=')
    if (user !== undefined) setUser(fields, user.replace(/,$/, ''))
    setLogin(fields, failed ? 'failure' : 'success')
    return true
  }
  setIfAbsent(fields, 'event.category', 'email')
  if (message.includes('reject=')) {
    setIfAbsent(fields, 'event.action', 'mail_rejected')
    setIfAbsent(fields, 'event.outcome', 'failure')
  }
  return true
}

/** `mail.example.com[1.2.3.4]:25:` */
const readNamedAddress = (word: string, fields: Draft): void => {
  const open = word.indexOf('[')
  const close = word.indexOf(']', open)
  if (open < 0 || close < 0) return
  const name = word.slice(0, open)
  if (name !== '' && name !== 'unknown') setAddress(fields, 'source', name)
  setAddress(fields, 'source', trimColon(word.slice(open)))
}

const trimColon = (text: string): string => (text.endsWith(':') ? text.slice(0, -1) : text)

const setLogin = (fields: Draft, outcome: 'success' | 'failure'): void => {
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'mail_login')
  setIfAbsent(fields, 'event.outcome', outcome)
}
