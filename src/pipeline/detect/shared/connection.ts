import { formatAddress, isMapped, parseAddress } from '../../../lib/address/address.ts'
import { isInternal } from '../../../lib/address/scope.ts'
import type { Fields } from '../../../schema/event/event.ts'

/** The direction of a connection as seen from the internal network (ECS `network.direction`). */
export const directions = ['inbound', 'outbound', 'internal', 'external'] as const
export type Direction = (typeof directions)[number]

/** The ends of a connection or request in one event. */
export interface Connection {
  readonly source_ip?: string | undefined
  readonly destination_ip?: string | undefined
  /** An internal proxy that names the client it forwards for. */
  readonly proxy_ip?: string | undefined
  readonly direction?: Direction | undefined
}

/** The fields that `connectionOf` reads. */
export const connectionFields = [
  'source.ip',
  'client.ip',
  'network.forwarded_ip',
  'destination.ip',
  'host.ip',
  'network.direction',
  'source.network.scope',
  'destination.network.scope',
  'source.asset',
  'destination.asset',
  'destination.port',
  'dns.question.name',
] as const

const none: readonly string[] = []

/** Reads who connected to whom. An address without a role, such as a lone `host.ip`, gets none. */
export const connectionOf = (fields: Fields): Connection => {
  const peer = ipOf(fields['source.ip'])
  const destination = ipOf(fields['destination.ip'])
  const hosts = fields['host.ip'] === undefined ? none : listOf(fields['host.ip']).flatMap((text) => ipOf(text) ?? [])
  const peerIsOwn = peer !== undefined && isOwn(peer, fields, 'source', hosts)
  // Clients can forge X-Forwarded-For, so trust it only from an internal proxy.
  const client = peer === undefined || peerIsOwn ? clientOf(fields, peer) : undefined
  const source = client ?? peer
  if (source === undefined && destination === undefined) return {}
  const sourceIsOwn = client === undefined ? peerIsOwn : isInternalAddress(client)
  // A DNS query goes to a resolver, which says nothing about the owner of the name.
  const isQuery = fields['dns.question.name'] !== undefined || fields['destination.port'] === 53
  const direction = isQuery
    ? undefined
    : directionOf(
        source === undefined ? undefined : sourceIsOwn,
        destination === undefined ? undefined : isOwn(destination, fields, 'destination', hosts),
        fields['network.direction'],
      )
  return {
    ...(source !== undefined && { source_ip: source }),
    ...(destination !== undefined && { destination_ip: destination }),
    ...(client !== undefined && peer !== undefined && { proxy_ip: peer }),
    ...(direction !== undefined && { direction }),
  }
}

/** Whether an address is private, link-local or loopback. */
export const isInternalAddress = (ip: string): boolean => isInternal(ip) === true

const isOwn = (ip: string, fields: Fields, end: 'source' | 'destination', hosts: readonly string[]): boolean => {
  const scope = fields[`${end}.network.scope`]
  return (
    scope === 'internal' ||
    scope === 'loopback' ||
    fields[`${end}.asset`] !== undefined ||
    hosts.includes(ip) ||
    isInternalAddress(ip)
  )
}

/** Returns the client behind a proxy: the last external forwarded address, because clients can prepend to the list. */
const clientOf = (fields: Fields, peer: string | undefined): string | undefined => {
  if (fields['network.forwarded_ip'] === undefined && fields['client.ip'] === undefined) return undefined
  const forwarded = listOf(fields['network.forwarded_ip']).flatMap((text) => ipOf(text) ?? [])
  const others = [...listOf(fields['client.ip']).flatMap((text) => ipOf(text) ?? []), ...forwarded].filter(
    (ip) => ip !== peer,
  )
  return others.findLast((ip) => !isInternalAddress(ip)) ?? others[0]
}

const listOf = (value: Fields[string] | undefined): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((item) =>
    typeof item === 'string' ? item.split(',').map((part) => part.trim()) : [],
  )

/** Normalizes the spelling of an address, so that two spellings do not count as two attackers. */
const ipOf = (value: Fields[string] | undefined): string | undefined => {
  if (typeof value !== 'string') return undefined
  const address = parseAddress(value.replace(/%.*$/, ''))
  return address && (isMapped(address) && !value.includes(':') ? value : formatAddress(address))
}

const directionNames: Readonly<Record<string, Direction>> = {
  inbound: 'inbound',
  ingress: 'inbound',
  outbound: 'outbound',
  egress: 'outbound',
  internal: 'internal',
  external: 'external',
}

/** Exactly one internal end decides the direction; otherwise the direction in the event does, if any. */
const directionOf = (
  sourceIsOwn: boolean | undefined,
  destinationIsOwn: boolean | undefined,
  stated: Fields[string] | undefined,
): Direction | undefined => {
  // A log that names only one end is written at the other.
  if (destinationIsOwn === undefined) return sourceIsOwn === false ? 'inbound' : undefined
  if (sourceIsOwn === undefined) return destinationIsOwn ? undefined : 'outbound'
  if (sourceIsOwn !== destinationIsOwn) return sourceIsOwn ? 'outbound' : 'inbound'
  const word = typeof stated === 'string' ? directionNames[stated.toLowerCase()] : undefined
  return word ?? (sourceIsOwn ? 'internal' : 'external')
}
