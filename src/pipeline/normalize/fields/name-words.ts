import type { FieldValue } from '../../../schema/event/event.ts'
import { toAddress, toPort } from './address.ts'
import { toOutcome } from './outcome.ts'

/** A field that the words of a name suggest, and whether a value looks like one of it. */
export interface SuggestedField {
  readonly target: string
  /** Lower is better. */
  readonly rank: number
  readonly fits: (value: FieldValue) => boolean
  /** Whether it is of the process that is acted upon: `tgt.process.pid`. */
  readonly isTarget?: boolean
}

const text = (shape: RegExp) => (value: FieldValue) => typeof value === 'string' && shape.test(value)

const anyText = text(/^[^\n]{1,1024}$/)
const shortWord = text(/^[\w.$@ -]{1,64}$/)
const filePath = text(/^(?:[A-Za-z]:|\\|\/|%|~)?[^\n:*?<>|]{0,300}[\\/][^\n]{1,1024}$/)
const fileName = text(/^[^\\/\n]{1,255}$/)
const pathOrName = text(/^[^\n]{2,1024}$/)
const hostName = text(/^[\p{L}\d_](?:[\p{L}\d_.-]{0,251}[\p{L}\d_])?$/u)
const domainName = text(/^[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}\.?$/)
const userName = text(/^[^\n/:<>{}[\]"]{1,128}$/)
const isAddressValue = (value: FieldValue): boolean => {
  const [first] = Array.isArray(value) ? value : [value]
  return typeof first === 'string' && toAddress(first)?.ip !== undefined
}
const isPort = (value: FieldValue): boolean =>
  /^[1-9]\d{0,4}$/.test(String(value)) && toPort(String(value)) !== undefined
const isProcessId = (value: FieldValue): boolean => /^(?:\d{1,10}|0x[\da-f]{1,8})$/i.test(String(value))
const isStatus = (value: FieldValue): boolean => /^[1-5]\d\d$/.test(String(value))
const isId = (value: FieldValue): boolean => /^[\w{}.:-]{1,64}$/.test(String(value))
const protocolName = text(/^[A-Za-z][\w.-]{1,15}$/)
const isOutcome = (value: FieldValue): boolean => typeof value === 'string' && toOutcome(value) !== undefined

const hashes: ReadonlyMap<string, (value: FieldValue) => boolean> = new Map([
  ['md5', text(/^[\da-f]{32}$/i)],
  ['sha1', text(/^[\da-f]{40}$/i)],
  ['sha256', text(/^[\da-f]{64}$/i)],
  ['sha512', text(/^[\da-f]{128}$/i)],
])

/**
 * Splits a name into lower-case words: `SHA256HashData`, `src.process.image.path` and `conn_dst_ip`. Words that are written together are
 * split if all of the name consists of known words: `conndestport`.
 */
export const nameWords = (name: string): readonly string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
    .flatMap(splitKnown)

const joined =
  /^(?:conn|orig|nat|new|peer|client|server|source|src|destination|dest|dst|local|remote|http|user|host|device|computer|machine|ip|port|mac|addr|address|name|proto|protocol|process|parent|file|path|image|url|uri|agent|method|status|code|domain|email|hash|full|cmd|command|line|id)+$/
const joinedWord =
  /conn|orig|nat|new|peer|client|server|source|src|destination|dest|dst|local|remote|http|user|host|device|computer|machine|ip|port|mac|address|addr|name|protocol|proto|process|parent|file|path|image|url|uri|agent|method|status|code|domain|email|hash|full|command|cmd|line|id/g

const splitKnown = (word: string): readonly string[] =>
  word.length > 4 && word.length <= 32 && joined.test(word) ? (word.match(joinedWord) ?? [word]) : [word]

/** Words that say nothing about what a value is. */
const filler = new Set('data string value text raw lookup field original str'.split(' '))
const sourceWords = new Set('src source client attacker caller initiator'.split(' '))
const destinationWords = new Set('dst dest destination dstn server target tgt victim responder'.split(' '))
/** Words beside `url` for what was requested. Other URLs lead back to the sender: `dashboardURL`, `alertWebUrl`. */
const urlWords = new Set(
  'url uri request requested http https full target visited origin originating action cs access download page event details'.split(
    ' ',
  ),
)
/** Words that make a value one of another thing than the event's. */
const foreign = new Set(
  'grandparent parameters params arguments elements previous prev old nat xlat translated translate gateway proxy interface relay next agent sensor manager rule policy related'.split(
    ' ',
  ),
)

interface NameRule {
  /** The last words of a name, of which any suffices. */
  readonly endings: readonly (readonly string[])[]
  /** `SIDE` is the side that the name says, without which the rule does not apply; `PROCESS` the process or its parent. */
  readonly target: string
  readonly fits: (value: FieldValue) => boolean
  /** Words of which the name must have one. */
  readonly with?: readonly string[]
  /** Words that the name must consist of. */
  readonly only?: ReadonlySet<string>
  /** Whether words for other things than the event's are allowed. */
  readonly foreign?: true
  readonly rank?: number
}

const rule = (
  endings: string,
  target: string,
  fits: NameRule['fits'],
  rest: Omit<NameRule, 'endings' | 'target' | 'fits'> = {},
): NameRule => ({ endings: endings.split(', ').map((ending) => ending.split(' ')), target, fits, ...rest })

const ofProcess = { with: ['process', 'image'] }
const addresses = 'ip, ipv4, ipv6, ip4, ip6, ip address'

/** The first rule that a name matches is its rule. */
const rules: readonly NameRule[] = [
  rule('cmd line, command line, cmdline, commandline', 'PROCESS.command_line', anyText, { foreign: true }),
  rule('image path, image name, image file name, image file path', 'PROCESS.executable', filePath, ofProcess),
  rule('process path, process file path, file path, image', 'PROCESS.executable', filePath, ofProcess),
  rule('process name, process file name, parent name, file name', 'PROCESS.name', pathOrName, ofProcess),
  rule('pid, process id', 'PROCESS.pid', isProcessId, ofProcess),
  rule(addresses, 'SIDE.ip', isAddressValue),
  rule('address, addr, ip src, ip dst', 'SIDE.ip', isAddressValue),
  rule(`${addresses}, address, addr`, 'source.ip', isAddressValue, { with: ['local'] }),
  rule(`${addresses}, address, addr`, 'destination.ip', isAddressValue, { with: ['remote', 'peer'] }),
  rule(addresses, 'source.ip', isAddressValue, {
    with: ['visit', 'visitor', 'user', 'login', 'request', 'actor', 'external'],
  }),
  rule('port, port number', 'SIDE.port', isPort),
  rule('port, port number', 'source.port', isPort, { with: ['local'] }),
  rule('port, port number', 'destination.port', isPort, { with: ['remote', 'peer'] }),
  rule('mac, mac address', 'SIDE.mac', text(/^[\da-f]{2}(?:[:.-]?[\da-f]{2}){5}$/i)),
  rule('user agent, useragent', 'user_agent.original', anyText, { foreign: true }),
  rule('rule name, policy name', 'rule.name', anyText, { foreign: true }),
  rule('rule id', 'rule.id', isId, { foreign: true }),
  rule('rule uuid, rule uid', 'rule.uuid', isId, { foreign: true }),
  rule('method', 'http.request.method', text(/^[A-Z]{3,10}$/), { with: ['http', 'request', 'cs', 'action', 'url'] }),
  rule('status code, response code, http status, sc status', 'http.response.status_code', isStatus),
  rule('url, uri, url full', 'url.original', text(/^(?:[a-z][a-z\d+.-]{1,10}:\/\/|\/)[^\s]{0,4096}$/i), {
    only: urlWords,
  }),
  rule('path', 'url.path', text(/^\/[^\s]{0,4096}$/), { with: ['url', 'uri', 'request', 'http', 'action'] }),
  rule('host, hostname, host name, domain', 'url.domain', domainName, { with: ['url', 'http', 'cs'] }),
  rule('referer, referrer', 'http.request.referrer', text(/^https?:\/\//)),
  rule('dns request, dns query, query name, query hostname, query host name', 'dns.question.name', domainName),
  rule('file path, path name', 'file.path', filePath),
  rule('file name, filename', 'file.name', fileName),
  rule('host name, hostname, computer name, machine name, device name', 'SIDE.domain', hostName),
  rule('host name, hostname, computer name, machine name, device name', 'host.name', hostName),
  rule('endpoint name, workstation name', 'host.name', hostName),
  rule('user domain, account domain', 'user.domain', shortWord),
  rule('user name, username, login name', 'user.name', userName),
  rule('process user, object user, login user', 'user.name', userName),
  rule('user email, actor email', 'user.email', text(/^[^\s@]{1,64}@[^\s@]{1,190}$/)),
  rule('application protocol, app proto, protocol name, request protocol', 'network.protocol', protocolName),
  rule('operation name', 'event.action', anyText, { rank: 0 }),
  rule('action name, event name, event type name, activity name', 'event.action', anyText),
  rule('result, outcome', 'event.outcome', isOutcome),
  rule('event code, event id, message id', 'event.code', isId),
  rule('customer id, account uid', 'cloud.account.id', isId),
]

/**
 * Suggests the ECS field of a name that is no known alias, by its words: who it is about (source, destination, parent) and what it is (an
 * address, a hash, a path, …). Undefined if the words are ambiguous. The value decides: see `fits`.
 */
export const suggestField = (name: string): SuggestedField | undefined => {
  const words = nameWords(name).filter((word) => !filler.has(word))
  const isForeign = words.some((word) => foreign.has(word))
  const isParent = words.includes('parent')
  const hash = words.find((word) => hashes.has(word)) ?? ''
  const isHash = hashes.get(hash)
  if (isHash) return isForeign || isParent ? undefined : { target: `file.hash.${hash}`, fits: isHash, rank: 0 }
  const side = words.some((word) => sourceWords.has(word))
    ? 'source'
    : words.some((word) => destinationWords.has(word))
      ? 'destination'
      : undefined
  const found = rules.find(
    (one) =>
      (!isForeign || one.foreign) &&
      (side !== undefined || !one.target.startsWith('SIDE')) &&
      (!one.with || one.with.some((word) => words.includes(word))) &&
      (!one.only || words.every((word) => one.only?.has(word))) &&
      one.endings.some((ending) => ending.every((word, i) => words.at(i - ending.length) === word)),
  )
  if (!found || (isParent && found.target.startsWith('file.'))) return undefined
  const target = found.target.replace('SIDE', side ?? '').replace('PROCESS', isParent ? 'process.parent' : 'process')
  // Of several processes and users, the one that was created or caused the event is meant, rather than its agent or target.
  const role = words.some((word) => /^(?:created|new|os)$/.test(word))
    ? -50
    : words.some((word) => /^(?:target|tgt|object)$/.test(word))
      ? 50
      : 0
  const byRole = target.startsWith('process.') || target.startsWith('user.') ? role : 0
  const isTarget = role > 0 && target.startsWith('process.')
  return { target, fits: found.fits, rank: (found.rank ?? words.length) + byRole, ...(isTarget && { isTarget }) }
}
