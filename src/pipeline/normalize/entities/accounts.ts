import { type Draft, longestValue, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { wordAfter, wordAt } from '../fields/key-values.ts'
import { readKnownPhrase, readUser, setUser, toPhrases } from './phrase.ts'

/** `alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/bash`, with the reason of a refusal before TTY. */
export const readSudo = (message: string, fields: Draft): boolean => {
  const colon = message.indexOf(' : ')
  if (colon < 0) return false
  setUser(fields, message.slice(0, colon))
  const command = message.indexOf('COMMAND=', colon)
  const target = wordAfter(message, 'USER=', colon)
  if (target !== undefined) setUser(fields, target, 'user.target.name')
  const refused =
    message.includes('incorrect password', colon) ||
    message.includes('NOT in sudoers', colon) ||
    message.includes('command not allowed', colon) ||
    message.includes('authentication failure', colon) ||
    message.includes('password is required', colon)
  setIfAbsent(fields, 'event.category', refused ? 'authentication' : 'process')
  setIfAbsent(fields, 'event.action', 'sudo')
  setIfAbsent(fields, 'event.outcome', refused ? 'failure' : 'success')
  if (command >= 0) setIfAbsent(fields, 'process.command_line', message.slice(command + 8, command + 8 + longestValue))
  return true
}

/** `kim ran command cat /etc/shadow as root from /home/kim`, `command not permitted for kim: …`, `failed auth for kim`. */
const doasCommand =
  /^(?:(?<user>\S{1,64}) ran command (?<ran>[^\n]{1,8192}) as (?<target>\S{1,64}) from \/[^\n]{0,1024}|(?:command not permitted|failed command) for (?<refused>[^\s:]{1,64}): (?<wanted>[^\n]{1,8192})|failed auth for (?<failed>\S{1,64}))$/

/** Parses a message of doas. */
export const readDoas = (message: string, fields: Draft): boolean => {
  const { user, ran, target, refused, wanted, failed } = doasCommand.exec(message.slice(0, 9000))?.groups ?? {}
  const name = user ?? refused ?? failed
  if (name === undefined) return false
  setUser(fields, name)
  if (target !== undefined) setUser(fields, target, 'user.target.name')
  const command = ran ?? wanted
  if (command !== undefined) setIfAbsent(fields, 'process.command_line', command)
  setIfAbsent(fields, 'event.category', user === undefined ? 'authentication' : 'process')
  setIfAbsent(fields, 'event.action', 'doas')
  setIfAbsent(fields, 'event.outcome', user === undefined ? 'failure' : 'success')
  return true
}

const readFor = (text: string, fields: Draft): void => {
  setUser(fields, wordAt(text, 0), 'user.target.name')
  const by = wordAfter(text, ' by ')
  if (by !== undefined) setUser(fields, by)
}

const su = toPhrases([
  ['Successful su for ', 'authentication', 'su', 'success', readFor],
  ['FAILED su for ', 'authentication', 'su', 'failure', readFor],
  [
    'FAILED SU ',
    'authentication',
    'su',
    'failure',
    (t, f) => {
      setUser(f, (wordAfter(t, '(to ') ?? '').replace(/\)$/, ''), 'user.target.name')
      setUser(f, wordAfter(t, ') ') ?? '')
    },
  ],
  [
    '(to ',
    'authentication',
    'su',
    'success',
    (t, f) => {
      const close = t.indexOf(')')
      setUser(f, t.slice(0, close), 'user.target.name')
      setUser(f, wordAt(t, close + 2))
    },
  ],
  [
    "'su ",
    'authentication',
    'su',
    'failure',
    (t, f) => {
      setUser(f, t.slice(0, t.indexOf("'")), 'user.target.name')
      setUser(f, wordAfter(t, ' for ') ?? '')
    },
  ],
])

/** Parses a message of su: util-linux, shadow (`+ pts/0 alice:root`) and BSD (`alice to root on ttyp1`). */
export const readSu = (message: string, fields: Draft): boolean => {
  if (readKnownPhrase(su, message, 0, fields)) return true
  const failed = message.startsWith('BAD SU ') || message.startsWith('- ')
  const between = /^(?:BAD SU |[+-] \S{1,32} )?([\w.-]{1,64})(?: to |:)([\w.-]{1,64})(?: on |$)/.exec(message)
  if (!between) return false
  setUser(fields, between[1] ?? '')
  setUser(fields, between[2] ?? '', 'user.target.name')
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'su')
  setIfAbsent(fields, 'event.outcome', failed ? 'failure' : 'success')
  return true
}

const named =
  (field: string) =>
  (text: string, fields: Draft): void => {
    const name = wordAfter(text, 'name=')
    if (name !== undefined) setUser(fields, name, field)
  }
const quoted =
  (field: string) =>
  (text: string, fields: Draft): void => {
    const open = text.indexOf("'")
    if (open >= 0) setUser(fields, text.slice(open + 1, text.indexOf("'", open + 1)), field)
    const group = text.indexOf("group '")
    if (group >= 0) setIfAbsent(fields, 'group.name', text.slice(group + 7, text.indexOf("'", group + 7)))
  }

const accounts = toPhrases([
  ['new user: ', 'iam', 'user_added', 'success', named('user.target.name')],
  ['new group: ', 'iam', 'group_added', 'success', named('group.name')],
  ['group added to ', 'iam', 'group_added', 'success', named('group.name')],
  ['failed adding user ', 'iam', 'user_added', 'failure', quoted('user.target.name')],
  ['add ', 'iam', 'group_member_added', 'success', quoted('user.target.name')],
  ['delete user ', 'iam', 'user_deleted', 'success', quoted('user.target.name')],
  ['delete ', 'iam', 'group_member_removed', 'success', quoted('user.target.name')],
  ['removed group ', 'iam', 'group_deleted', 'success', (t, f) => quoted('group.name')(t, f)],
  ['change user ', 'iam', 'user_changed', 'success', quoted('user.target.name')],
  ['lock user ', 'iam', 'user_locked', 'success', quoted('user.target.name')],
  ['unlock user ', 'iam', 'user_unlocked', 'success', quoted('user.target.name')],
  ['password for ', 'iam', 'password_changed', 'success', quoted('user.target.name')],
  ['changed password ', 'iam', 'password_changed', 'success', quoted('user.target.name')],
])

/** Parses a message of useradd, usermod, userdel, groupadd, gpasswd, passwd or chage. */
export const readAccounts = (message: string, fields: Draft): boolean => readKnownPhrase(accounts, message, 0, fields)

const logins = toPhrases([
  [
    'FAILED LOGIN ',
    'authentication',
    'login',
    'failure',
    (t, f) => {
      setUser(f, wordAfter(t, ' FOR ') ?? wordAfter(t, ' for ') ?? '')
      const from = wordAfter(t.toLowerCase(), 'from ')?.replace(/^'|'$/g, '')
      if (from?.includes('.')) setAddress(f, 'source', from)
    },
  ],
  ['ROOT LOGIN', 'authentication', 'login', 'success', (_, f) => setUser(f, 'root')],
  ['LOGIN ON ', 'authentication', 'login', 'success', (t, f) => setUser(f, wordAfter(t, ' BY ') ?? '')],
  ['DIALUP AT ', 'authentication', 'login', 'success', (t, f) => setUser(f, wordAfter(t, ' BY ') ?? '')],
  ['Kerberos authentication failed', 'authentication', 'login', 'failure'],
  [
    'Authentication failed from ',
    'authentication',
    'login',
    'failure',
    (t, f) => {
      setAddress(f, 'source', wordAt(t, 0))
    },
  ],
  ['Authentication failed for user ', 'authentication', 'login', 'failure', readUser],
])

/** Parses a message of login, klogind, rlogind, telnetd and similar programs. */
export const readLogins = (message: string, fields: Draft): boolean => readKnownPhrase(logins, message, 0, fields)
