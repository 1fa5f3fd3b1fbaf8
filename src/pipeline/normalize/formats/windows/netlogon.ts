import { type Draft, finish, setIfAbsent } from '../../draft.ts'
import { setUser } from '../../entities/phrase.ts'
import type { Parser } from '../../parser.ts'
import { clockAt, pair, withoutYear } from '../../time/calendar.ts'

/** `11/27 02:51:01 [LOGON] [4711] CORP: `: the month, the day, the clock, the kind, the thread, and the domain in capitals. */
const head = /^\d\d\/\d\d \d\d:\d\d:\d\d \[([A-Z_]{2,16})\] (?:\[(\d{1,9})\] )?(?:([A-Z\d][A-Z\d.-]{0,62}): )?/
const logon =
  /^SamLogon: ([A-Z][A-Za-z ]{2,40}?) [Ll]ogon of ([^\\\n]{0,64})\\([^\n]{1,256}?) from ([^\n]{0,255}?)(?: \(via ([^)\n]{1,255})\))? (Entered|Returns 0x([\dA-Fa-f]{1,8}))$/

/** Answers that say that a name or a password is wrong, or that the account may not log in. */
const refusals: ReadonlyMap<string, string> = new Map([
  ['C0000064', 'unknown user'],
  ['C000006A', 'wrong password'],
  ['C000006D', 'wrong user or password'],
  ['C000006E', 'account restriction'],
  ['C000006F', 'outside of the hours'],
  ['C0000070', 'not from this workstation'],
  ['C0000071', 'password expired'],
  ['C0000072', 'account disabled'],
  ['C0000193', 'account expired'],
  ['C0000224', 'password must change'],
  ['C0000234', 'account locked'],
])

/** Parses netlogon.log, the debug log of a domain controller of Windows. Its times are local and have no year. */
export const netlogonParser: Parser = {
  name: 'netlogon',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(2) !== 47 || text.charCodeAt(15) !== 91) return undefined
    const found = head.exec(text.slice(0, 140))
    const clock = found ? clockAt(text, 6) : -1
    if (!found || clock < 0) return undefined
    const time = withoutYear(pair(text, 0), pair(text, 3), clock, record)
    if (time === -Infinity) return undefined
    const [lead, kind = '', thread, domain] = found
    const message = text.slice(lead.length).trim()
    const fields: Draft = { 'process.name': 'netlogon', 'log.logger': kind }
    // Its word CRITICAL marks whatever did not work, such as a name that is not found.
    fields['log.level'] = kind === 'CRITICAL' ? 'warning' : 'info'
    if (thread !== undefined) fields['process.thread.id'] = Number(thread)
    if (domain !== undefined) fields['netlogon.domain'] = domain
    readLogon(message, fields)
    return finish('netlogon', { time, guessed: true }, message, fields)
  },
}

/** Reads a logon. A controller writes when it begins, and what it returned. */
const readLogon = (message: string, fields: Draft): void => {
  const found = logon.exec(message.slice(0, 1000))
  if (!found) return
  const [, type = '', domain = '', user = '', from = '', via, end = '', status = ''] = found
  setUser(fields, user)
  setIfAbsent(fields, 'netlogon.type', type)
  if (isName(domain)) setIfAbsent(fields, 'user.domain', domain)
  if (isName(from)) setIfAbsent(fields, 'source.domain', from)
  if (via !== undefined) setIfAbsent(fields, 'netlogon.via', via)
  const code = status.toUpperCase().padStart(8, '0')
  const reason = refusals.get(code)
  const isSuccess = code === '00000000' && end !== 'Entered'
  const isLogin = isSuccess || reason !== undefined
  setIfAbsent(fields, 'event.category', isLogin ? 'authentication' : 'session')
  setIfAbsent(fields, 'event.action', isLogin ? 'login' : 'logon_request')
  if (isLogin) setIfAbsent(fields, 'event.outcome', isSuccess ? 'success' : 'failure')
  if (isSuccess || end === 'Entered') return
  setIfAbsent(fields, 'event.reason', reason ?? `0x${code}`)
  fields['log.level'] = 'warning'
}

const isName = (word: string): boolean => word !== '' && word !== '(null)'
