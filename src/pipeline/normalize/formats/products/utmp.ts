import { gettyUser } from '../../../../lib/utmp/utmp.ts'
import { type Draft, finish } from '../../draft.ts'
import { setUser } from '../../entities/phrase.ts'
import { setAddress } from '../../fields/address.ts'
import type { Parser } from '../../parser.ts'
import { toStamp } from '../../time/timestamp.ts'

const longestLine = 1_000

/**
 * Parses login records of Linux (`wtmp`, `btmp`, `utmp`) as `utmpdump` prints them: the columns type, process, id, user, terminal, host, address
 * and time, in brackets.
 */
export const utmpParser: Parser = {
  name: 'utmp',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(0) !== 91 || text.charCodeAt(2) !== 93 || text.length > longestLine) return undefined
    const columns = text.slice(1, text.endsWith(']') ? -1 : text.length).split('] [')
    const [type = '', pid = '', id, user = '', line = '', host = '', address = '', time] = columns.map((column) =>
      column.trim(),
    )
    if (id === undefined || columns.length !== 8 || !/^\d$/.test(type) || !/^-?\d{1,10}$/.test(pid)) return undefined
    const stamp = toStamp(time, record)
    if (!stamp) return undefined
    const fields: Draft = {}
    const message = readLoginRecord({ type: Number(type), pid: Number(pid), user, line, host, address }, fields)
    return finish('utmp', stamp, message, fields)
  },
}

interface LoginRecord {
  readonly type: number
  readonly pid: number
  readonly user: string
  readonly line: string
  readonly host: string
  readonly address: string
}

/** Reads what a record says into fields, and writes it as a message. The types are those of utmp.h. */
const readLoginRecord = (record: LoginRecord, fields: Draft): string => {
  const { type, pid, user, line, host } = record
  switch (type) {
    case 1:
      if (user !== 'shutdown') return of(fields, 'host', 'runlevel_changed', `The run level is ${runLevel(pid)}`)
      return of(fields, 'host', 'shutdown', `The system shut down${kernel(host)}`)
    case 2:
      return of(fields, 'host', 'boot', `The system booted${kernel(host)}`)
    case 3:
      return of(fields, 'host', 'clock_set', 'The clock was set: its new time')
    case 4:
      return of(fields, 'host', 'clock_set', 'The clock was set: its old time')
    case 5:
      return of(fields, 'process', 'process_started', `init started ${line || user || 'a process'}`)
    case 6:
      // A program that waits for a login, such as getty. Other names are those of failed logins.
      if (user === gettyUser) return of(fields, 'process', 'login_prompt', `Login prompt on ${line}`)
      return readAttempt(record, 'failure', fields)
    case 7:
      return readAttempt(record, 'success', fields)
    case 8:
      setTerminal(record, fields)
      if (user !== '') setUser(fields, user)
      return of(fields, 'session', 'session_closed', `Session on ${line} ended`)
    default:
      return of(fields, 'process', 'login_record', `Login record of type ${type}`)
  }
}

const of = (fields: Draft, category: string, action: string, message: string): string => {
  fields['event.category'] = category
  fields['event.action'] = action
  return message
}

const readAttempt = (record: LoginRecord, outcome: 'success' | 'failure', fields: Draft): string => {
  const { user, line, host, address } = record
  if (user !== '') setUser(fields, user)
  setTerminal(record, fields)
  // The host may also be a display, or the program between: `:0`, `tmux(812).%1`, `192.0.2.7 via mosh [812]`.
  const peer = /^\S+/.exec(host)?.[0] ?? ''
  const isKnown = address !== '' && address !== '0.0.0.0' && setAddress(fields, 'source', address)
  if (!isKnown && peer.includes('.') && !peer.includes('(')) setAddress(fields, 'source', peer)
  // The failure has no terminal yet, and names sshd; the login after it has one. Telnet is no longer in use.
  if (line.startsWith('pts/') && fields['source.ip'] !== undefined) fields['process.name'] ??= 'sshd'
  fields['event.outcome'] = outcome
  const from = isKnown ? address : host
  const what = outcome === 'success' ? 'Login' : 'Failed login'
  return of(
    fields,
    'authentication',
    'terminal_login',
    `${what} of ${user || 'an unnamed user'}${line && ` on ${line}`}${from && ` from ${from}`}`,
  )
}

/** The programs that write records for connections without a terminal, by their lines: `ssh:notty`, `ftpd812`. */
const programs: readonly (readonly [start: string, program: string])[] = [
  ['ssh:', 'sshd'],
  ['ftp', 'ftpd'],
  ['tty', 'login'],
]

const setTerminal = ({ pid, line }: LoginRecord, fields: Draft): void => {
  if (pid > 0) fields['process.pid'] = pid
  const program = programs.find(([start]) => line.startsWith(start))?.[1]
  if (program !== undefined) fields['process.name'] = program
  if (/^(?:tty|pts|console|hvc|:\d)/.test(line)) fields['process.tty'] = line
}

const kernel = (host: string): string => (host === '' ? '' : `, kernel ${host}`)

/** A run level is a letter in the lowest byte, the one before it in the next. */
const runLevel = (pid: number): string => {
  const level = String.fromCharCode(pid & 255)
  return /[0-6S]/.test(level) ? level : 'unknown'
}
