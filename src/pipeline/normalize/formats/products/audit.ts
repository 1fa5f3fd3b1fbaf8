import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue, setIfAbsent } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { readPairs } from '../../fields/key-values.ts'
import { toOutcome } from '../../fields/outcome.ts'
import type { Parser } from '../../parser.ts'
import { readTimestamp, type Stamp } from '../../time/timestamp.ts'

/** Parses Linux auditd lines: `type=SYSCALL msg=audit(1364481363.243:24287): …`, also after `audit:` in the kernel log. */
export const auditParser: Parser = {
  name: 'audit',
  parse(record) {
    const { text } = record
    if (!text.startsWith('type=') && !text.startsWith('node=')) return undefined
    const fields = createDraft(usualFields)
    const body = readAudit(text, fields, record)
    return body && finish('audit', body.stamp, body.message, fields)
  },
}

/** A system call has twice as many. */
const usualFields = 12

/** ECS names of keys. Other keys keep their names below `auditd.`. */
const names: Readonly<Record<string, string>> = {
  addr: 'source.ip',
  comm: 'process.name',
  cwd: 'process.working_directory',
  exe: 'process.executable',
  hostname: 'source.domain',
  laddr: 'destination.ip',
  lport: 'destination.port',
  pid: 'process.pid',
  ppid: 'process.parent.pid',
  rport: 'source.port',
  ses: 'session.id',
  uid: 'user.id',
}

/** Keys whose values are hexadecimal if they contain spaces or quotes. */
const encoded = new Set(['comm', 'exe', 'cwd', 'cmd', 'name', 'proctitle', 'acct', 'data'])

/** Parses an audit record at its `audit(…)`; undefined if there is none. */
export const readAudit = (
  text: string,
  fields: Draft,
  record: RawRecord,
): { stamp: Stamp; message: string } | undefined => {
  const open = text.indexOf('audit(')
  if (open < 0 || open > 300) return undefined
  const head = readHead(text, open + 'audit('.length, record)
  if (!head) return undefined
  const type = /type ?= ?([A-Z0-9_]{1,40})/.exec(text.slice(0, open))?.[1]
  if (type) fields['event.action'] = type.toLowerCase()
  const node = /node=(\S{1,255})/.exec(text.slice(0, open))?.[1]
  if (node) setIfAbsent(fields, 'host.name', node)
  fields['auditd.sequence'] = head.sequence
  const bodyAt = text.indexOf(':', head.end) + 1
  // User messages are quoted, and their pairs count too: msg='op=login acct="root" res=failed'.
  // The daemon adds translations after a control character, which rsyslog escapes.
  const [said = '', translated = ''] = divide(text.slice(bodyAt))
  const body = `${said} ${translated}`.trim()
  const { pairs } = readPairs(`${said.replace(/\bmsg='/, ' ').replace(/'\s*$/, '')} ${translated}`)
  // Its words have neither quotes nor hexadecimal digits if ausearch interpreted it.
  if (head.isInterpreted && type === 'PROCTITLE')
    setIfAbsent(fields, 'process.command_line', body.slice(body.indexOf('=') + 1, longestValue))
  for (const [key, value] of pairs) if (!isWriter(key, value)) put(fields, key, value)
  // The account that the record is about is better than the one that wrote it.
  for (const [key, value] of pairs) if (isWriter(key, value)) put(fields, 'UID', value)
  if (type === 'EXECVE') putArguments(fields, pairs, body)
  setIfAbsent(fields, 'event.category', categoryOf(type ?? ''))
  return {
    stamp: head.stamp,
    message: type ? `${type} ${body}` : body,
  }
}

interface Head {
  readonly stamp: Stamp
  readonly sequence: number
  readonly end: number
  readonly isInterpreted: boolean
}

/** Reads the time and the number of a record: `1364481363.243:24287)`; in the zone of the machine if ausearch interpreted it: `12/10/2026 09:32:20.123:402)`. */
const readHead = (text: string, at: number, record: RawRecord): Head | undefined => {
  const [lead, seconds, fraction = '', number] =
    /^(\d{1,11})\.(\d{1,3}):(\d{1,15})\)/.exec(text.slice(at, at + 32)) ?? []
  if (lead !== undefined) {
    const time = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0'))
    return {
      stamp: { time, end: 0, guessed: false },
      sequence: Number(number),
      end: at + lead.length,
      isInterpreted: false,
    }
  }
  const stamp = text.charCodeAt(at + 2) === 47 ? readTimestamp(text, at, record) : undefined
  const sequence = stamp && /^:(\d{1,15})\)/.exec(text.slice(stamp.end, stamp.end + 17))
  if (!stamp || !sequence) return undefined
  return { stamp, sequence: Number(sequence[1]), end: stamp.end + sequence[0].length, isInterpreted: true }
}

/** Whether a pair names the account of the process that wrote a record. ausearch replaces its number. */
const isWriter = (key: string, value: string): boolean =>
  key === 'UID' || (key === 'uid' && /^[A-Za-z_]/.test(value) && value !== 'unset')

/** The daemon's translations at the end of a record whose separator was lost on the way, or is a space. */
const unseparated =
  /(?<=['")\w]) ?(?:(?:OLD-)?(?:ARCH|SYSCALL|SADDR|(?:A|E|FS|O|OA|S)?[UG]ID|ID)=(?:"[^"\s]{0,256}"|[\w.{}-]{1,256})(?: |$)){1,20}$/

/** Divides a record into its own pairs and their translations. */
const divide = (body: string): readonly string[] => {
  const parts = body.replace(/#035(?=[A-Z]+=)/, '\x1d').split('\x1d', 2)
  if (parts.length > 1 || !(body.includes('ID="') || body.includes('ARCH='))) return parts
  const at = unseparated.exec(body)?.index
  return at === undefined ? parts : [body.slice(0, at), body.slice(at).trimStart()]
}

const put = (fields: Draft, key: string, raw: string): void => {
  const value = encoded.has(key) && /^(?:[0-9A-F]{2}){2,4096}$/.test(raw) ? fromHex(raw) : raw.slice(0, longestValue)
  if (value === '' || value === '?' || value === '(null)' || (value === 'unset' && key !== 'AUID')) return
  if (key === 'success' || key === 'res') {
    const outcome = value === '1' ? 'success' : value === '0' ? 'failure' : toOutcome(value)
    if (outcome !== undefined) setIfAbsent(fields, 'event.outcome', outcome)
  } else if (key === 'addr' || key === 'laddr') setAddress(fields, key === 'addr' ? 'source' : 'destination', value)
  else if (key === 'acct') setIfAbsent(fields, 'user.name', value)
  else if (key === 'proctitle') setIfAbsent(fields, 'process.command_line', value.replaceAll('\0', ' ').trim())
  else if (key === 'cmd') setIfAbsent(fields, 'process.command_line', value)
  else if (key === 'UID' || key === 'ID') setIfAbsent(fields, 'user.name', value)
  else if (key === 'AUID' || (key === 'auid' && !/^\d+$/.test(value))) setIfAbsent(fields, 'auditd.auid_name', value)
  else {
    const ours = names[key]
    const number = /^\d{1,9}$/.test(value) && ours !== undefined && /pid|port/.test(ours)
    setIfAbsent(fields, ours ?? `auditd.${key}`, number ? Number(value) : value)
  }
}

/** Joins the arguments of an execution to a command line. Arguments without quotes are hexadecimal. */
const putArguments = (fields: Draft, pairs: readonly (readonly [string, string])[], body: string): void => {
  const words: string[] = []
  for (const [key, raw] of pairs) {
    if (!/^a\d{1,3}$/.test(key)) continue
    const isHex = /^(?:[0-9A-F]{2}){1,4096}$/.test(raw) && body.includes(` ${key}=${raw}`)
    const word = isHex ? fromHex(raw) : raw
    if (isHex) fields[`auditd.${key}`] = word
    words.push(word)
  }
  if (words.length > 0) setIfAbsent(fields, 'process.command_line', words.join(' ').slice(0, longestValue))
}

const categoryOf = (type: string): string => {
  if (/^(?:USER_LOGIN|USER_AUTH|USER_ACCT|USER_ERR|CRED_|LOGIN)/.test(type)) return 'authentication'
  if (/^(?:ADD_|DEL_|USER_MGMT|GRP_|USER_CHAUTHTOK|ACCT_)/.test(type)) return 'iam'
  if (/^USER_(?:START|END)/.test(type)) return 'session'
  if (/^(?:PATH|CWD)/.test(type)) return 'file'
  if (/^(?:SOCKADDR|NETFILTER)/.test(type)) return 'network'
  if (/^CONFIG_CHANGE/.test(type)) return 'configuration'
  return 'process'
}

const fromHex = (hex: string): string => Buffer.from(hex, 'hex').toString('utf8')
