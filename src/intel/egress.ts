import { isWithin, parseAddress, type Range } from '../lib/address/address.ts'
import { scopeOf } from '../lib/address/scope.ts'
import { endsLikeDomain, hostOf } from '../lib/observables/canonical.ts'
import type { Observable, ObservableType } from '../schema/indicator.ts'
import { mayBeShared, strictestTlp } from './tlp.ts'

/** What may be told to others when they are asked about it. */
export interface EgressPolicy {
  readonly types: Readonly<Record<ObservableType, 'send' | 'never'>>
  /** Names of our own, and all below them. */
  readonly internalDomains: readonly string[]
  /** Public ranges that are ours. */
  readonly internalRanges: readonly Range[]
}

/** Names that exist within networks only (RFC 6761, 6762, 8375, and what companies use). */
const privateSuffix =
  /(^|\.)(local|localhost|localdomain|internal|intranet|lan|home|corp|private|test|invalid|example|home\.arpa|onion|alt)$/

/**
 * Why a value stays here; undefined when it may be told to others. Addresses that are not of the internet, our own names, links with
 * such a host and whatever was shared in confidence never leave, whatever the configuration says.
 */
export const staysHere = (
  { type, value }: Observable,
  { types, internalDomains, internalRanges }: EgressPolicy,
  tags: readonly string[] = [],
): string | undefined => {
  if (types[type] === 'never') return `the configuration says that nothing of the type ${type} is sent`
  const marking = strictestTlp(tags)
  if (!mayBeShared(marking)) return `it is marked tlp:${marking}`
  if (type === 'ip') return staysAsAddress(value, internalRanges)
  if (type === 'domain') return staysAsName(value, internalDomains)
  if (type === 'email') return staysAsName(value.slice(value.lastIndexOf('@') + 1), internalDomains)
  if (type !== 'url') return undefined
  const host = hostOf(value)
  if (!host) return 'its host is none of the internet'
  return host.type === 'ip' ? staysAsAddress(host.value, internalRanges) : staysAsName(host.value, internalDomains)
}

const staysAsAddress = (value: string, own: readonly Range[]): string | undefined => {
  const address = value.includes('/') ? undefined : parseAddress(value)
  if (!address || scopeOf(address) !== 'external') return 'it is no address of the internet'
  return own.some((range) => isWithin(address, range)) ? 'it is an address of our own' : undefined
}

const staysAsName = (name: string, own: readonly string[]): string | undefined => {
  if (privateSuffix.test(name) || !endsLikeDomain(name)) return 'it is no name of the internet'
  return own.some((domain) => name === domain || name.endsWith(`.${domain}`)) ? 'it is a name of our own' : undefined
}
