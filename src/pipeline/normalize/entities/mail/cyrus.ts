import { type Draft, setIfAbsent } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { setUser } from '../phrase.ts'
import { readUnknownProgram } from '../unknown-program.ts'

/** The client: `mail.example.org [203.0.113.9]`, without a name if it has none. */
const client = String.raw`(?:([\w.-]{1,253}) )?\[([\da-fA-F.:]{2,45})\]`
const accepted = new RegExp(String.raw`^login: ${client} (\S{1,256}) \S{1,64} User logged in`)
/** The user is in brackets since version 3, and some mechanisms of version 2 have none. */
const refused = new RegExp(
  String.raw`^badlogin: ${client} [\w+-]{1,64}(?: \(([^()\n]{0,256})\)| ([^\s[\]()]{1,256}))? \[?SASL\(`,
)

/** Parses a message of Cyrus' servers. The library that checks the password writes a line of its own before a refused login. */
export const readCyrus = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1000)
  const login = accepted.exec(text)
  const found = login ?? refused.exec(text)
  if (!found) {
    if (text.startsWith('SASL ')) setIfAbsent(fields, 'event.category', 'session')
    else readUnknownProgram(message, fields)
    return true
  }
  const [, name, address = '', user, bareUser] = found
  setAddress(fields, 'source', address)
  if (name !== undefined) setIfAbsent(fields, 'source.domain', name)
  setUser(fields, user ?? bareUser ?? '')
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'mail_login')
  setIfAbsent(fields, 'event.outcome', login ? 'success' : 'failure')
  return true
}

/** `: auth failure: [user=kim] [service=imap] [realm=] [mech=pam] [reason=PAM auth error]`, and `auth success:` where it debugs */
const checked = /(?:^|: )auth (failure|success): \[user=([^\]\n]{0,256})\] \[service=[^\]\n]{0,64}\] /

/** Parses a message of saslauthd, which checks passwords for others: it names the user once, and says the steps before as well. */
export const readSaslauthd = (message: string, fields: Draft): boolean => {
  const found = checked.exec(message.slice(0, 1000))
  setIfAbsent(fields, 'event.category', found ? 'authentication' : 'session')
  if (!found) return true
  setUser(fields, found[2] ?? '')
  setIfAbsent(fields, 'event.action', 'login')
  setIfAbsent(fields, 'event.outcome', found[1] ?? '')
  return true
}
