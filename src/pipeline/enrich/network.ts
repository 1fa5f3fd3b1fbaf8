import { z } from 'zod'
import type { Component } from '../../component.ts'
import { textField } from '../../schema/event.ts'
import { isWithin, parseAddress, parseRange, type Range } from './address.ts'
import type { Enricher } from './enricher.ts'

const options = z.strictObject({
  internal: z
    .array(z.string().refine((text) => parseRange(text) !== undefined, 'Write an address or a range: 198.51.100.0/24.'))
    .default([])
    .describe('Public ranges that are yours: addresses in them count as internal.'),
})

/** Where an address belongs. */
export type Scope = 'internal' | 'external' | 'loopback' | 'reserved'

/** Tells for the addresses of an event whether they are ours. */
export const network: Component<typeof options, Enricher> = {
  name: 'network',
  summary: 'Tells whether source and destination addresses are internal, external, loopback or reserved.',
  options,
  create({ internal }) {
    const scopeOf = createScopes(internal.flatMap((text) => parseRange(text) ?? []))
    return {
      name: 'network',
      enrich(event) {
        const source = textField(event, 'source.ip')
        const destination = textField(event, 'destination.ip')
        const sourceScope = source === undefined ? undefined : scopeOf(source)
        const destinationScope = destination === undefined ? undefined : scopeOf(destination)
        if (sourceScope === undefined) {
          return destinationScope === undefined ? undefined : { 'destination.network.scope': destinationScope }
        }
        return destinationScope === undefined
          ? { 'source.network.scope': sourceScope }
          : { 'source.network.scope': sourceScope, 'destination.network.scope': destinationScope }
      },
    }
  },
}

/** How many answers are remembered, in each of two generations. */
const generation = 4096

/** Answers from memory where it can: two maps that take turns are nearly as good as a list of the least recently used, and cheaper. */
const createScopes = (own: readonly Range[]): ((text: string) => Scope | undefined) => {
  let young = new Map<string, Scope | undefined>()
  let old = new Map<string, Scope | undefined>()
  return (text) => {
    const known = young.get(text)
    if (known !== undefined || young.has(text)) return known
    const scope = old.has(text) ? old.get(text) : classify(text, own)
    // No address is longer, and what is longer is not worth remembering.
    if (text.length > 64) return scope
    if (young.size >= generation) {
      old = young
      young = new Map()
    }
    young.set(text, scope)
    return scope
  }
}

const ranges = (scope: Scope, ...texts: string[]): { scope: Scope; range: Range }[] =>
  texts.flatMap((text) => parseRange(text) ?? []).map((range) => ({ scope, range }))

/** The IANA special-purpose registries (RFC 6890 and what updates it) and multicast. First match wins. */
const special = [
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
]
const translated = parseRange('64:ff9b::/96')

const classify = (text: string, own: readonly Range[]): Scope | undefined => {
  const parsed = parseAddress(text)
  if (!parsed) return undefined
  // NAT64 (RFC 6052) carries an IPv4 address in its last 32 bits: that one is meant.
  const address =
    translated && isWithin(parsed, translated) ? [0, 0, 0, 0, 0, 0xffff, parsed[6] ?? 0, parsed[7] ?? 0] : parsed
  if (own.some((range) => isWithin(address, range))) return 'internal'
  return special.find(({ range }) => isWithin(address, range))?.scope ?? 'external'
}
