import {
  endsLikeDomain,
  hostOf,
  type Observable,
  type ObservableType,
  spellings,
  toDomain,
  toEmail,
  toHash,
  toIp,
  toRange,
  toUrl,
} from './canonical.ts'

export { hostOf, isPublicSuffix, type Observable, type ObservableType } from './canonical.ts'

/**
 * Reads one value, disarmed or not, as the type it is said to be, else as the one it looks like: `EVIL[.]example` is the domain
 * `evil.example`, `203.0.113.9:443` the address without its port. An address may be a range. Undefined when it is nothing that can be
 * looked up.
 */
export const toObservable = (text: string, type?: ObservableType): Observable | undefined => {
  if (text.length > longestValue) return undefined
  const plain = refang(text.trim().replace(/^["'<]+|["'>]+$/g, ''))
  if (type !== undefined) {
    const value = spellings[type](type === 'ip' ? withoutPort(plain) : plain)
    return value === undefined ? undefined : { type, value }
  }
  for (const [kind, value] of [
    ['url', toUrl(plain)],
    ['email', toEmail(plain)],
    ['ip', toRange(withoutPort(plain))],
    ['hash', toHash(plain)],
    ['domain', toDomain(plain)],
  ] as const) {
    if (value !== undefined && (kind !== 'domain' || endsLikeDomain(value))) return { type: kind, value }
  }
  return undefined
}

const longestValue = 4000

const withoutPort = (text: string): string =>
  text.replace(/^(\d[\d.]*):\d{1,5}$/, '$1').replace(/^\[([\da-f:.%]+)\](?::\d{1,5})?$/i, '$1')

const longestText = 100_000
const link = /\b(?:https?|ftp|wss?):\/\/[^\s"'<>`\\^{}|]{1,2000}/gi
const mail = /[\w.+-]{1,64}@[\p{L}\p{M}\p{N}._-]{1,253}/gu
const word = /[\p{L}\p{M}\p{N}._:%-]+(?:\/\d{1,3}(?![\w.]))?/gu

/**
 * Finds what can be looked up in a text, disarmed or not, in the order of links, mail addresses and the rest; each once. Of a link also
 * the host. Names count when they end as names of the internet do. Reads the first 100,000 characters, in linear time.
 *
 * @example extractObservables('GET hxxp://evil[.]example/a from 203.0.113.9') // url, domain, ip
 */
export const extractObservables = (text: string, most = 100): readonly Observable[] => {
  const found = new Map<string, Observable>()
  const add = (type: ObservableType, value: string | undefined) => {
    if (value !== undefined && found.size < most) found.set(`${type} ${value}`, { type, value })
  }
  const take = (rest: string, sign: string, pattern: RegExp, read: (piece: string) => void): string =>
    rest.includes(sign)
      ? rest.replace(pattern, (piece) => {
          read(piece)
          return ' '
        })
      : rest

  const withoutLinks = take(refang(text.slice(0, longestText)), '://', link, (piece) => {
    const url = toUrl(withoutEnd(piece))
    if (url === undefined) return
    add('url', url)
    const host = hostOf(url)
    if (host?.type === 'ip' || (host && endsLikeDomain(host.value))) add(host.type, host.value)
  })
  const withoutMail = take(withoutLinks, '@', mail, (piece) => {
    const address = toEmail(piece.replace(/^[^\p{L}\p{N}]+|[._-]+$/gu, ''))
    if (address === undefined || !endsLikeDomain(address.slice(address.indexOf('@') + 1))) return
    add('email', address)
    add('domain', address.slice(address.indexOf('@') + 1))
  })
  for (const { 0: piece, index } of withoutMail.matchAll(word)) {
    if (found.size >= most) break
    // The name of a file follows a slash.
    const inPath = /[/\\]/.test(withoutMail[index - 1] ?? '')
    readWord(piece, inPath, add)
  }
  return [...found.values()]
}

/** Removes the punctuation of the sentence around a link: its full stop, and brackets that it does not open itself. */
const withoutEnd = (piece: string): string => {
  let end = piece.length
  let round = count(piece, ')') - count(piece, '(')
  let square = count(piece, ']') - count(piece, '[')
  for (; end > 0; end--) {
    const last = piece[end - 1] ?? ''
    if (last === ')' && round > 0) round--
    else if (last === ']' && square > 0) square--
    else if (!'.,;:!?'.includes(last)) break
  }
  return piece.slice(0, end)
}

const count = (text: string, sign: string): number => text.split(sign).length - 1

const longestWord = 300
/** An address or a name contains one of these; a hash contains none, but is long. Most words of a text are neither. */
const separators = /[.:/]/
const shortestHash = 32

const readWord = (
  piece: string,
  inPath: boolean,
  add: (type: ObservableType, value: string | undefined) => void,
): void => {
  if (piece.length > longestWord || (piece.length < shortestHash && !separators.test(piece))) return
  const trimmed = piece.replace(/^[.:%_-]+(?!:)|(?<!:):$|[.%_-]+$/g, '')
  const ip = toIp(trimmed)
  if (ip?.includes(':')) {
    if (isLikelyVersion6(ip)) add('ip', ip)
    return
  }
  if (ip !== undefined || trimmed.includes('/')) {
    add('ip', ip ?? toRange(trimmed))
    return
  }
  // `SHA256:ab12…`, `203.0.113.9:443`, `host:evil.example`
  for (const part of trimmed.split(':')) {
    const domain = inPath || !part.includes('.') ? undefined : toDomain(part)
    add('ip', toIp(part))
    add('hash', toHash(part))
    if (domain !== undefined && endsLikeDomain(domain)) add('domain', domain)
  }
}

/** `dead::beef` has the form of an address; used addresses begin with 2, 3 or f, or are those of IPv4 or of this machine. */
const isLikelyVersion6 = (ip: string): boolean => /^[23][\da-f]{3}:|^f[cdef][\da-f]{2}:|^64:ff9b:|^::1$/.test(ip)

/** Defanged spellings of observables, with their original forms. */
const defangedSpellings: readonly (readonly [RegExp, string])[] = [
  [/\bh(?:xx|XX|\*\*|__)p(?=s?\W)/gi, 'http'],
  [/\bhxxps(?=\W)/gi, 'https'],
  [/\bfxp(?=s?\W)/gi, 'ftp'],
  [/[[({]\s?:\s?\/\/\s?[\])}]/g, '://'],
  [/(?<=\b(?:https?|ftps?|wss?))\s?(?:[[({]:[\])}]|:)\s?(?:[[({]\/\/[\])}]|\\\/\\\/|\/\/)/gi, '://'],
  [/\s?[[({]\s?(?:\.|dot|punto|punkt)\s?[\])}]\s?/gi, '.'],
  [/\[\.(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}])\.\]|\\\.(?=[\p{L}\p{N}])/gu, '.'],
  [/\s?[[({]\s?(?:@|at)\s?[\])}]\s?/gi, '@'],
  [/[[({]:[\])}]/g, ':'],
]

/** Whether a text may contain a defanged spelling; most texts do not, and stay unchanged. */
const mayBeDefanged = /hxxp|h\*\*p|h__p|fxp|[[({]\s?(?:\.|:|@|dot|at|punto|punkt|\/\/)|\.\]|\\[./]/i

/** Takes the disarming out of addresses, names and links: `hxxps[:]//evil[.]example` becomes `https://evil.example`. */
export const refang = (text: string): string =>
  mayBeDefanged.test(text)
    ? defangedSpellings.reduce((plain, [written, meant]) => plain.replace(written, meant), text)
    : text
