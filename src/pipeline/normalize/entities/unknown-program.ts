import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toAddress, toPort } from '../fields/address.ts'
import { wordAt } from '../fields/key-values.ts'
import { isDigitCode } from '../time/calendar.ts'
import { setUser } from './phrase.ts'

/** Words before an address that define its side. */
const marks: readonly [mark: string, side: 'source' | 'destination'][] = [
  ['from ', 'source'],
  ['from: ', 'source'],
  ['IP address ', 'source'],
  ['rhost=', 'source'],
  ['src=', 'source'],
  ['SRC=', 'source'],
  ['client ', 'source'],
  ['client: ', 'source'],
  ['client=', 'source'],
  ['peer ', 'source'],
  ['source ', 'source'],
  ['dst=', 'destination'],
  ['DST=', 'destination'],
]

/**
 * Reads user and addresses from a message of an unknown program, without guessing: an address only after a word that defines its side, a
 * user only after `user` or `for user`. Ignores host names, because too many words look like one.
 */
export const readUnknownProgram = (message: string, fields: Draft): void => {
  const text = message.length > 2000 ? message.slice(0, 2000) : message
  if (hasAddress(text)) {
    const watched = text.includes('] ') ? banned.exec(text)?.[1] : undefined
    if (watched !== undefined) setAddress(fields, 'source', watched)
    if (text.includes('->')) readFlow(text, fields)
    for (const [mark, side] of marks) {
      if (fields[side === 'source' ? 'source.ip' : 'destination.ip'] !== undefined) continue
      const at = text.indexOf(mark)
      if (at < 0) continue
      if (at > 0 && mark.charCodeAt(0) !== 32 && isLetter(text.charCodeAt(at - 1))) continue
      // A server's own: `Listening on port 8118 on IP address 10.0.0.5`
      if (mark === 'IP address ' && text.startsWith('on ', at - 3)) continue
      const word = bare(wordAt(text, at + mark.length))
      if (toAddress(word)?.ip !== undefined) setAddress(fields, side, word)
    }
  }
  if (fields['user.name'] === undefined) {
    const user = userIn(text)
    if (user !== undefined) setAccount(fields, user)
  }
}

/** fail2ban: `[sshd] Ban 203.0.113.9`, behind the level in syslog. */
const banned =
  /(?:^|[A-Z] {1,4})\[[\w.-]{1,64}\] (?:(?:Restore|Increase) )?(?:Ban|Unban|Found) ([\da-fA-F.:]{3,45})(?= |$)/

const flow =
  /(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?:[:/(](\d{1,5})\)?)? ?-> ?(\d{1,3}(?:\.\d{1,3}){3})(?:[:/(](\d{1,5}))?(?![\w.])/

/** Reads the ends of a flow, as firewalls write it: `10.0.0.5:51234->203.0.113.9:443`, also with slashes or brackets before the ports. */
const readFlow = (text: string, fields: Draft): void => {
  const match = flow.exec(text)
  if (!match || fields['source.ip'] !== undefined || fields['destination.ip'] !== undefined) return
  const [, source = '', sourcePort = '', destination = '', destinationPort = ''] = match
  if (!setAddress(fields, 'source', source) || !setAddress(fields, 'destination', destination)) return
  const ports = { 'source.port': toPort(sourcePort), 'destination.port': toPort(destinationPort) }
  for (const [name, port] of Object.entries(ports)) if (port !== undefined) setIfAbsent(fields, name, port)
}

/** Splits a MySQL account, `'root'@'203.0.113.9'`, into user and source. */
const setAccount = (fields: Draft, user: string): void => {
  const at = user.indexOf("'@'")
  setUser(fields, at < 0 ? user : user.slice(0, at))
  const from = at < 0 ? '' : user.slice(at + 3)
  if (fields['source.ip'] === undefined && toAddress(from)?.ip !== undefined) setAddress(fields, 'source', from)
}

/** Returns the name in `user=alice`, `user "alice"`, `user alice logged in`, but none in "user is logged in". */
const userIn = (text: string): string | undefined => {
  const at = text.indexOf('user')
  if (at < 0 || (at > 0 && isLetter(text.charCodeAt(at - 1)))) return undefined
  const next = text.charCodeAt(at + 4)
  if (next === 61) return bare(wordAt(text, at + 5))
  if (next !== 32) return undefined
  const word = wordAt(text, at + 5)
  // Samba's `user [CORP]\[kim]` is read with the meaning of its message.
  if (word.includes(']\\[')) return undefined
  const quote = word.charCodeAt(0)
  if (quote === 34 || quote === 39) return bare(word.replace(/(["'])'s$/, '$1'))
  const after = wordAt(text, at + 6 + word.length)
  return word !== '' && !fillers.has(bare(word)) && (after === '' || companions.has(after)) ? bare(word) : undefined
}

const fillers = new Set([
  'is',
  'was',
  'has',
  'not',
  'and',
  'or',
  'name',
  'id',
  'unknown',
  'agent',
  'data',
  'from',
  'in',
  'to',
  'with',
  'by',
  'found',
  'instead',
  'account',
  'input',
  'login',
  'profile',
  'request',
  'session',
])
const companions = new Set([
  'from',
  'logged',
  'failed',
  'authenticated',
  'on',
  'at',
  'via',
  'locked',
  'created',
  'deleted',
  'connected',
])

/** Whether a text may contain an address. A cheap test, because most texts contain none. */
const hasAddress = (text: string): boolean => {
  for (let dot = text.indexOf('.'); dot > 0; dot = text.indexOf('.', dot + 1)) {
    if (!isDigitCode(text.charCodeAt(dot - 1))) continue
    let next = dot + 1
    while (isDigitCode(text.charCodeAt(next))) next++
    if (next > dot + 1 && text.charCodeAt(next) === 46 && isDigitCode(text.charCodeAt(next + 1))) return true
  }
  for (let colon = text.indexOf(':'); colon >= 0; ) {
    const next = text.indexOf(':', colon + 1)
    // An address has at most four digits between two colons.
    if (next > 0 && next <= colon + 5) return /::|[0-9a-f]:[0-9a-f]{1,4}:[0-9a-f]{1,4}:/i.test(text)
    colon = next
  }
  return false
}

/** Strips quotes, brackets and punctuation from a word. */
const bare = (word: string): string => {
  let start = 0
  let end = word.length
  while (start < end && '\'"<(/['.includes(word.charAt(start))) start++
  while (end > start && '\'">).:!?]'.includes(word.charAt(end - 1))) end--
  const text = word.slice(start, end)
  // 10.0.0.1(3067), 10.0.0.1/2143
  const cut = text.search(/[(/]/)
  return cut > 0 ? text.slice(0, cut) : text
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
