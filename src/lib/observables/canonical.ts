import { domainToASCII } from 'node:url'
import { parse } from 'tldts'
import { formatAddress, parseAddress, parseRange, subnetOf } from '../address/address.ts'

export type ObservableType = 'ip' | 'domain' | 'url' | 'hash' | 'email' | 'certificate'

/** A value that can be looked up, in its canonical form. */
export interface Observable {
  readonly type: ObservableType
  readonly value: string
}

/** The length limit of values: keys of databases are limited. */
const longest = 1000

const ipShape = /^[\d.]{7,15}$|^[\da-f:.]{2,45}(%[\w.-]{1,32})?$/i
const leadingZero = /\.0\d|(^|:)0\d+\./

/** IPv4 as four decimal numbers, IPv6 as in RFC 5952, without a zone. Leading zeros are refused: some programs read them as octal. */
export const toIp = (text: string): string | undefined => {
  if (!ipShape.test(text) || leadingZero.test(text)) return undefined
  const address = parseAddress(text)
  return address && formatAddress(address)
}

/** A range by its first address: `203.0.113.9/24` is `203.0.113.0/24`. A range of one address is that address. */
export const toRange = (text: string): string | undefined => {
  const [host = '', length] = text.split('/')
  if (length === undefined) return toIp(host)
  const range = toIp(host) === undefined ? undefined : parseRange(text)
  if (!range) return undefined
  const bits = Number(length)
  return range.bits === 128 ? formatAddress(range.address) : subnetOf(range.address, bits)
}

const label = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/

/** A name in lower case and ASCII, without the final dot: `BÜCHER.example.` is `xn--bcher-kva.example`. */
export const toDomain = (text: string): string | undefined => {
  if (text.length > 300 || !/[.\u3002\uff0e\uff61]/.test(text) || /[\s/:@?#%\\[\]]/.test(text)) return undefined
  const name = domainToASCII(text).replace(/\.$/, '')
  const labels = name.split('.')
  if (labels.length < 2 || name.length > 253 || !labels.every((part) => label.test(part))) return undefined
  return /^(xn--|[a-z])/.test(labels.at(-1) ?? '') ? name : undefined
}

/** Whether a name has a public suffix: a text that looks like a name is often a file name. */
export const endsLikeDomain = (name: string): boolean => {
  const { isIcann, publicSuffix } = parse(name, { validateHostname: false })
  return (isIcann === true && publicSuffix !== name) || name.endsWith('.onion')
}

/** Whether others register names below it, as below `co.uk` and `github.io`: then it says nothing about them. */
export const isPublicSuffix = (name: string): boolean =>
  parse(name, { validateHostname: false, allowPrivateDomains: true }).publicSuffix === name

const linkScheme = /^(https?|ftp|wss?):\/\//i

/** A link as browsers write it, without fragment and credentials. */
export const toUrl = (text: string): string | undefined => {
  if (text.length > 2 * longest || !linkScheme.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  url.hash = ''
  url.username = ''
  url.password = ''
  return url.hostname === '' || url.href.length > longest ? undefined : url.href
}

/** The address or name that a link leads to. */
export const hostOf = (url: string): Observable | undefined => {
  if (!URL.canParse(url)) return undefined
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  const ip = toIp(host)
  if (ip !== undefined) return { type: 'ip', value: ip }
  const domain = toDomain(host)
  return domain === undefined ? undefined : { type: 'domain', value: domain }
}

const hash = /^(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64}|[\da-f]{128})$/i

/** MD5, SHA-1, SHA-256 or SHA-512 in lower-case hex. */
export const toHash = (text: string): string | undefined => (hash.test(text) ? text.toLowerCase() : undefined)

/** An address of mail, all in lower case and in ASCII. */
export const toEmail = (text: string): string | undefined => {
  const at = text.lastIndexOf('@')
  if (at < 0) return undefined
  const local = text.slice(0, at).toLowerCase()
  if (!/^[a-z\d!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(local) || /^\.|\.\.|\.$/.test(local)) return undefined
  const domain = toDomain(text.slice(at + 1))
  return domain === undefined ? undefined : `${local}@${domain}`
}

/** The canonical form of each type; undefined for other texts. */
export const spellings: Readonly<Record<ObservableType, (text: string) => string | undefined>> = {
  ip: toRange,
  domain: toDomain,
  url: toUrl,
  hash: toHash,
  email: toEmail,
  certificate: (text) => toHash(text.replaceAll(':', '')),
}
