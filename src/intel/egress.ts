import { isWithin, parseAddress, type Range } from '../lib/address/address.ts'
import { scopeOf } from '../lib/address/scope.ts'
import { endsLikeDomain, hostOf } from '../lib/observables/canonical.ts'
import type { Observable, ObservableType } from '../schema/intelligence/indicator.ts'
import { mayBeShared, strictestTlp } from './tlp.ts'

/** The values that may be sent to lookup services. */
export interface EgressPolicy {
  readonly types: Readonly<Record<ObservableType, 'send' | 'never'>>
  /** Your own domains, with all subdomains. */
  readonly internalDomains: readonly string[]
  /** Your own public ranges. */
  readonly internalRanges: readonly Range[]
}

/** Suffixes of private names (RFC 6761, 6762, 8375, and common internal ones). */
const privateSuffix =
  /(^|\.)(local|localhost|localdomain|internal|intranet|lan|home|corp|private|test|invalid|example|home\.arpa|onion|alt)$/

/**
 * Returns the reason that a value must not be sent, or undefined if it may be. Private addresses, your own domains, URLs with such a
 * host, and values marked as confidential are never sent, whatever the configuration says.
 */
export const reasonToWithhold = (
  { type, value }: Observable,
  { types, internalDomains, internalRanges }: EgressPolicy,
  tags: readonly string[] = [],
): string | undefined => {
  if (types[type] === 'never') return `the configuration forbids sending values of the type ${type}`
  const marking = strictestTlp(tags)
  if (!mayBeShared(marking)) return `it is marked tlp:${marking}`
  if (type === 'ip') return withholdAddress(value, internalRanges)
  if (type === 'domain') return withholdName(value, internalDomains)
  if (type === 'email') return withholdName(value.slice(value.lastIndexOf('@') + 1), internalDomains)
  if (type !== 'url') return undefined
  const host = hostOf(value)
  if (!host) return 'its host is not public'
  return host.type === 'ip' ? withholdAddress(host.value, internalRanges) : withholdName(host.value, internalDomains)
}

const withholdAddress = (value: string, own: readonly Range[]): string | undefined => {
  const address = value.includes('/') ? undefined : parseAddress(value)
  if (!address || scopeOf(address) !== 'external') return 'it is not a public address'
  return own.some((range) => isWithin(address, range)) ? 'it is one of your own addresses' : undefined
}

const withholdName = (name: string, own: readonly string[]): string | undefined => {
  if (privateSuffix.test(name) || !endsLikeDomain(name)) return 'it is not a public domain name'
  return own.some((domain) => name === domain || name.endsWith(`.${domain}`))
    ? 'it is one of your own domains'
    : undefined
}
