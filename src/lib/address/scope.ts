import { type Address, isWithin, parseAddress, parseRange } from './address.ts'
import { createRangeTable } from './range-table.ts'

/** Where an address belongs. */
export type Scope = 'internal' | 'external' | 'loopback' | 'reserved'

const ranges = (scope: Scope, ...texts: string[]) =>
  texts.flatMap((text) => parseRange(text) ?? []).map((range) => ({ range, value: scope }))

/** The IANA special-purpose registries (RFC 6890 and what updates it) and multicast. */
const special = createRangeTable([
  ...ranges('loopback', '127.0.0.0/8', '::1/128'),
  ...ranges('internal', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'), // RFC 1918
  ...ranges('internal', '100.64.0.0/10'), // shared address space, RFC 6598
  ...ranges('internal', '169.254.0.0/16', 'fe80::/10'), // link-local, RFC 3927, RFC 4291
  ...ranges('internal', 'fc00::/7', 'fec0::/10'), // unique local, RFC 4193, and site-local before it
  ...ranges('reserved', '0.0.0.0/8', '::/128'), // this host, RFC 1122
  ...ranges('reserved', '192.0.0.0/24', '192.88.99.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24'),
  ...ranges('reserved', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'), // documentation
  ...ranges('reserved', '198.18.0.0/15', '2001:2::/48'), // benchmarks, RFC 2544
  ...ranges('reserved', '224.0.0.0/4', 'ff00::/8'), // multicast
  ...ranges('reserved', '240.0.0.0/4'), // future use, RFC 1112, and broadcast
  ...ranges('reserved', '64:ff9b:1::/48', '100::/64', '100:0:0:1::/64', '2001:10::/28', '2001:20::/28', '5f00::/16'),
  ...ranges('reserved', '2620:4f:8000::/48'),
])
const translated = parseRange('64:ff9b::/96')

/** Returns the embedded address: NAT64 (RFC 6052) contains an IPv4 address in its last 32 bits. */
export const parseMeant = (text: string): Address | undefined => {
  const parsed = parseAddress(text)
  if (!parsed || !translated || !isWithin(parsed, translated)) return parsed
  return [0, 0, 0, 0, 0, 0xffff, parsed[6] ?? 0, parsed[7] ?? 0]
}

/** Whether an address is routed on the internet (`external`), and if not, its purpose. */
export const scopeOf = (address: Address): Scope => special.find(address) ?? 'external'

/** Whether a text is an address of our own: private, link-local or loopback. Undefined when it is no address. */
export const isInternal = (text: string): boolean | undefined => {
  const address = parseMeant(text)
  if (!address) return undefined
  const scope = scopeOf(address)
  return scope === 'internal' || scope === 'loopback'
}
