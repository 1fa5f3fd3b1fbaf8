import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { wordAfter, wordAt } from '../fields/key-values.ts'
import { isDigitCode } from '../time/calendar.ts'
import { setUser } from './phrase.ts'

/** Parses a message of ftpd, vsftpd, proftpd or pure-ftpd: connections, logins and transfers. */
export const readFtp = (message: string, fields: Draft): boolean => {
  if (message.startsWith('connection from ')) {
    // connection from 1.2.3.4 (host.example.com) at Sun Jul 9 …
    const word = wordAt(message, 16)
    setAddress(fields, 'source', word)
    const open = message.indexOf('(', 16 + word.length)
    const name = open < 0 ? '' : message.slice(open + 1, message.indexOf(')', open))
    if (name !== '') setAddress(fields, 'source', name)
    set(fields, 'network', 'ftp_connection')
    return true
  }
  if (message.includes('CONNECT: Client ')) {
    readClient(message, fields)
    set(fields, 'network', 'ftp_connection')
    return true
  }
  if (readLoad(message, fields)) return true
  const ok =
    message.includes('OK LOGIN:') || message.includes('Login successful') || message.includes(' is now logged in')
  const failed =
    message.includes('FAIL LOGIN:') ||
    message.includes('Login failed') ||
    message.includes('Incorrect password') ||
    message.includes('LOGIN FAILED') ||
    message.includes('no such user') ||
    message.includes('SECURITY VIOLATION: ') ||
    message.includes('Authentication failed')
  const anonymous = message.startsWith('ANONYMOUS FTP LOGIN FROM ')
  const login = message.startsWith('FTP LOGIN FROM ')
  if (!ok && !failed && !anonymous && !login) return readClient(message, fields)
  set(fields, 'authentication', 'ftp_login', failed ? 'failure' : 'success')
  if (anonymous || login) {
    setAddress(fields, 'source', wordAt(message, anonymous ? 25 : 15))
    setUser(fields, anonymous ? 'anonymous' : (wordAfter(message, ' as ') ?? ''))
    return true
  }
  readClient(message, fields)
  if (message.endsWith(': Root login attempted') || message.includes(': Root login attempted.')) setUser(fields, 'root')
  const user =
    /\bUSER ([^\s:(]{1,64})|\buser \[?([^\s\]]{1,64})|\] ([\w.@-]{1,64}) is now logged in|^(?:\[pid \d{1,9}\] )?\[([^\]\s]{1,64})\] (?:OK|FAIL) LOGIN/.exec(
      message.slice(0, 1000),
    )
  if (user) setUser(fields, user[1] ?? user[2] ?? user[3] ?? user[4] ?? '')
  return true
}

/** `[kim] OK DOWNLOAD: Client "203.0.113.9", "/x.zip", 1000 bytes, …` of vsftpd. */
const load =
  /(?:\[([^\]\s]{1,64})\] )?(OK|FAIL) (DOWN|UP)LOAD: Client "([^"]{1,255})"(?:, "(.{0,4096})")?(?:, (\d{1,18}) bytes)?/
/** `(kim@203.0.113.9) [NOTICE] /home/kim/x.zip downloaded  (1000 bytes, 300.00KB/sec)` of pure-ftpd. */
const loaded = /\) \[NOTICE\] (.{1,4096}) (down|up)loaded {1,2}\((\d{1,18}) bytes/

/** Parses a message about a file that was transferred. */
const readLoad = (message: string, fields: Draft): boolean => {
  if (message.includes('LOAD: Client "')) {
    const [, user, verdict, direction, client = '', file, bytes] = load.exec(message) ?? []
    if (verdict === undefined) return false
    set(fields, 'file', direction === 'DOWN' ? 'ftp_download' : 'ftp_upload', verdict === 'OK' ? 'success' : 'failure')
    setAddress(fields, 'source', client)
    if (user !== undefined) setUser(fields, user)
    setFile(fields, file, bytes)
    return true
  }
  const [, file, direction, bytes] = message.includes('loaded ') ? (loaded.exec(message) ?? []) : []
  if (direction === undefined) return false
  set(fields, 'file', direction === 'down' ? 'ftp_download' : 'ftp_upload', 'success')
  readClient(message, fields)
  setFile(fields, file, bytes)
  return true
}

const setFile = (fields: Draft, file: string | undefined, bytes: string | undefined): void => {
  if (file !== undefined) setIfAbsent(fields, 'file.path', file)
  if (bytes !== undefined) setIfAbsent(fields, 'file.size', Number(bytes))
}

/** The columns of xferlog behind its time: seconds, client, bytes, file, type, flags, direction, access, user, service, method, id, end. */
const transfer =
  /^(\d{1,9}) (\S{1,255}) (\d{1,18}) (\S.{0,4095}) [ab] [CUT_]{1,3} ([oid]) ([arg]) (\S{1,255}) \S{1,32} [01] \S{1,255} ([ci])$/
const transferActions: Readonly<Record<string, string>> = { i: 'ftp_upload', o: 'ftp_download', d: 'ftp_delete' }

/** Whether a message may be a line of xferlog, which names no program. A cheap test of its end. */
export const looksLikeTransfer = (message: string): boolean =>
  message.length > 24 && / [01] \S{1,255} [ci]$/.test(message.slice(-280)) && isDigitCode(message.charCodeAt(0))

/** Parses a line of the transfer log that wu-ftpd, ProFTPD, vsftpd and Pure-FTPd write, without its time. */
export const readTransfer = (message: string, fields: Draft): boolean => {
  const found = transfer.exec(message)
  if (!found) return false
  const [, seconds, client = '', bytes, file = '', direction = '', access, user = '', end] = found
  set(fields, 'file', transferActions[direction] ?? 'ftp_transfer', end === 'c' ? 'success' : 'failure')
  setAddress(fields, 'source', client)
  // An anonymous user gives an address of mail instead of a password.
  setUser(fields, access === 'a' ? 'anonymous' : user)
  setIfAbsent(fields, 'file.path', file)
  setIfAbsent(fields, 'file.size', Number(bytes))
  setIfAbsent(fields, 'event.duration', Number(seconds) * 1_000_000_000)
  return true
}

/** `Client "1.2.3.4"`, `host.example.com (peer.example.com[1.2.3.4]) - …`, `(alice@1.2.3.4) [INFO]` */
const readClient = (message: string, fields: Draft): boolean => {
  const client = message.indexOf('Client "')
  if (client >= 0) return setAddress(fields, 'source', message.slice(client + 8, message.indexOf('"', client + 8)))
  const open = message.indexOf('[')
  const close = message.indexOf('])', open)
  if (open >= 0 && close > open) return setAddress(fields, 'source', message.slice(open + 1, close))
  const at = /^\(([^@\s)]{1,64})@([^)\s]{1,253})\)/.exec(message)
  if (!at) return false
  if (at[1] !== '?') setUser(fields, at[1] ?? '')
  return setAddress(fields, 'source', at[2] ?? '')
}

const set = (fields: Draft, category: string, action: string, outcome?: string): void => {
  setIfAbsent(fields, 'event.category', category)
  setIfAbsent(fields, 'event.action', action)
  if (outcome) setIfAbsent(fields, 'event.outcome', outcome)
}
