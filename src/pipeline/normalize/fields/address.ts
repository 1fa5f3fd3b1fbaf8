import { isIPv4, isIPv6 } from '../../../lib/address/address.ts'
import type { Draft } from '../draft.ts'
import { cacheWords, shareWord } from './recurring-words.ts'

export interface Endpoint {
  readonly ip?: string
  readonly domain?: string
  readonly port?: number
}

/** Parses `10.0.0.1`, `10.0.0.1:22`, `10.0.0.1#53`, `[::1]:80`, `::ffff:10.0.0.1` or a host name; undefined for anything else. */
export const toAddress = (word: string): Endpoint | undefined => {
  let text = word
  if (text.charCodeAt(0) === 91) {
    const close = text.indexOf(']')
    if (close < 0) return undefined
    const port = text.charCodeAt(close + 1) === 58 ? toPort(text.slice(close + 2)) : undefined
    const inner = text.slice(1, close)
    return withPort(toHost(/^::ffff:\d+\./i.test(inner) ? inner.slice(7) : inner), port)
  }
  if (text.startsWith('::ffff:') || text.startsWith('::FFFF:')) text = text.slice(7)
  if (isIPv4(text)) return { ip: text }
  const colon = text.lastIndexOf(':')
  if (colon > 0 && text.indexOf(':') === colon) {
    return withPort(toHost(text.slice(0, colon)), toPort(text.slice(colon + 1)))
  }
  const hash = text.indexOf('#')
  if (hash > 0) return withPort(toHost(text.slice(0, hash)), toPort(text.slice(hash + 1)))
  return toHost(text)
}

const toHost = (text: string): Endpoint | undefined => {
  if (isIPv4(text)) return { ip: text }
  if (isIPv6(text)) return { ip: shorten(text) }
  return isHostName(text) ? { domain: text } : undefined
}

/** Writes an IPv6 address as RFC 5952 recommends, so that all spellings of one are the same. Keeps a zone such as `%eth0`. */
const shorten = (text: string): string => {
  if (!/[A-F]|(?:^|:)0/.test(text)) return text
  const zone = text.indexOf('%')
  const address = zone < 0 ? text : text.slice(0, zone)
  if (!URL.canParse(`http://[${address}]`)) return text
  return new URL(`http://[${address}]`).hostname.slice(1, -1) + (zone < 0 ? '' : text.slice(zone))
}

const withPort = (address: Endpoint | undefined, port: number | undefined): Endpoint | undefined =>
  address && port !== undefined ? { ...address, port } : address

/** Whether a text may be a host name: letters, digits, dots, dashes. */
const isHostName = (text: string): boolean =>
  text.length > 1 &&
  text.length <= 253 &&
  /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(text) &&
  /[A-Za-z]/.test(text)

/** Parses a port from 0 to 65535. */
export const toPort = (text: string): number | undefined => {
  if (text.length === 0 || text.length > 5) return undefined
  const port = Number(text)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined
}

/** Whether a text is a value of X-Forwarded-For: addresses separated by commas. */
export const isForwardedFor = (text: string): boolean =>
  text.length <= 500 && text.split(',').every((part) => toAddress(part.trim())?.ip !== undefined)

/** Like `toAddress`, for a part of a text. Events share the addresses that recur, also those with changing ports. */
export const readAddress = cacheWords((word): Endpoint | undefined => {
  const address = toAddress(word)
  if (address?.port === undefined) return address
  const { ip, domain, port } = address
  return {
    ...(ip !== undefined && { ip: shareWord(ip) }),
    ...(domain !== undefined && { domain: shareWord(domain) }),
    port,
  }
})

/** Sets `<side>.ip` or `<side>.domain`, and the port. Returns whether the part of a text was an address. */
export const setAddress = (
  fields: Draft,
  side: 'source' | 'destination',
  text: string,
  start?: number,
  end?: number,
): boolean => {
  const address = readAddress(text, start, end)
  if (!address) return false
  setEndpoint(fields, side, address)
  return true
}

/** Sets `<side>.ip` or `<side>.domain`, and the port. Names are written out, because V8 finds constant ones sooner. */
export const setEndpoint = (fields: Draft, side: 'source' | 'destination', { ip, domain, port }: Endpoint): void => {
  if (side === 'source') {
    if (ip !== undefined) fields['source.ip'] ??= ip
    if (domain !== undefined) fields['source.domain'] ??= domain
    if (port !== undefined) fields['source.port'] ??= port
  } else {
    if (ip !== undefined) fields['destination.ip'] ??= ip
    if (domain !== undefined) fields['destination.domain'] ??= domain
    if (port !== undefined) fields['destination.port'] ??= port
  }
}
