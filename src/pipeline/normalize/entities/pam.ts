import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { wordAfter, wordAt } from '../fields/key-values.ts'
import { setUser } from './phrase.ts'

/** Programs in which one user acts as another. The caller is the user, the other account the target. */
const switchers = new Set(['su', 'sudo', 'runuser', 'doas', 'pkexec', 'polkit-1'])

/**
 * Parses a PAM message after `pam_unix(sshd:auth): `. A session's action is `session_opened` or `session_closed`; a failure is a
 * `pam_authentication`, never a login.
 */
export const readPam = (message: string, at: number, program: string, fields: Draft): boolean => {
  if (message.startsWith('session ', at)) return readSession(message, at, program, fields)
  if (message.startsWith('authentication failure', at) || message.startsWith('more authentication failure', at)) {
    set(fields, 'authentication', 'pam_authentication', 'failure')
    const host = wordAfter(message, 'rhost=', at)
    if (host !== undefined) setAddress(fields, 'source', host)
    const user = wordAfter(message, ' user=', at)
    if (user !== undefined) setUser(fields, user)
    const by = wordAfter(message, 'ruser=', at)
    if (by !== undefined && switchers.has(program) && user !== undefined) {
      fields['user.name'] = by
      setIfAbsent(fields, 'user.target.name', user)
    }
    return true
  }
  if (message.startsWith('check pass; user unknown', at)) {
    set(fields, 'authentication', 'pam_unknown_user', 'failure')
    return true
  }
  if (message.startsWith('password changed for ', at)) {
    set(fields, 'iam', 'password_changed', 'success')
    setUser(fields, wordAt(message, at + 21))
    return true
  }
  if (
    message.startsWith('account ', at) ||
    message.startsWith('user ', at) ||
    message.startsWith('auth could not', at)
  ) {
    set(fields, 'authentication', 'pam_account', 'failure')
    const user = message.startsWith('user ', at) ? wordAt(message, at + 5) : wordAfter(message, 'account ', at)
    if (user !== undefined && user !== 'has') setUser(fields, user)
    return true
  }
  if (message.startsWith('conversation failed', at) || message.includes('failed', at)) {
    set(fields, 'authentication', 'pam_authentication', 'failure')
    return true
  }
  return false
}

/** `session opened for user root(uid=0) by alice(uid=1000)`, `session closed for user root` */
const readSession = (message: string, at: number, program: string, fields: Draft): boolean => {
  const opened = message.startsWith('opened for user ', at + 8)
  if (!opened && !message.startsWith('closed for user ', at + 8)) return false
  set(fields, 'session', opened ? 'session_opened' : 'session_closed', 'success')
  const target = beforeParenthesis(wordAt(message, at + 24))
  const by = wordAfter(message, ' by ', at + 24)
  const asker = by === undefined ? '' : beforeParenthesis(by)
  if (asker !== '' && asker !== 'LOGIN' && switchers.has(program)) {
    setUser(fields, asker)
    setUser(fields, target, 'user.target.name')
  } else setUser(fields, target)
  return true
}

const beforeParenthesis = (text: string): string => {
  const open = text.indexOf('(')
  return open < 0 ? text : text.slice(0, open)
}

const set = (fields: Draft, category: string, action: string, outcome: string): void => {
  fields['event.category'] ??= category
  fields['event.action'] ??= action
  fields['event.outcome'] ??= outcome
}
