import { formatAddress, isMapped, parseAddress } from '../../../lib/addresses/address.ts'
import { parseMeant, scopeOf } from '../../../lib/addresses/scope.ts'
import type { Fields } from '../../../schema/event.ts'

/** Which way a connection went, seen from our own network; ECS's `network.direction`. */
export const directions = ['inbound', 'outbound', 'internal', 'external'] as const
export type Direction = (typeof directions)[number]

/** The ends of a connection or request, as one event names them. */
export interface Connection {
  readonly source_ip?: string | undefined
  readonly destination_ip?: string | undefined
  /** A proxy of ours that names the client it speaks for. */
  readonly proxy_ip?: string | undefined
  readonly direction?: Direction | undefined
}

/** The fields from which `connectionOf` reads. */
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

/** Reads who connected to whom. An address that no field gives a role to, such as `host.ip` alone, gets none. */
export const connectionOf = (fields: Fields): Connection => {
  const peer = ipOf(fields['source.ip'])
  const destination = ipOf(fields['destination.ip'])
  const hosts = listOf(fields['host.ip']).flatMap((text) => ipOf(text) ?? [])
  const peerIsOwn = peer !== undefined && isOwn(peer, fields, 'source', hosts)
  // Anybody can write X-Forwarded-For; only a proxy of ours is believed.
  const client = peer === undefined || peerIsOwn ? clientOf(fields, peer) : undefined
  const source = client ?? peer
  if (source === undefined && destination === undefined) return {}
  const sourceIsOwn = client === undefined ? peerIsOwn : isInternalAddress(client)
  // The destination of a DNS query is a resolver; who is behind the name is not known from it.
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
export const isInternalAddress = (ip: string): boolean => {
  const address = parseMeant(ip)
  const scope = address && scopeOf(address)
  return scope === 'internal' || scope === 'loopback'
}

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

/** The client behind a proxy: of the forwarded addresses the last external one, because clients can prepend to the list. */
const clientOf = (fields: Fields, peer: string | undefined): string | undefined => {
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

/** One spelling for each address, so that two spellings are not two attackers. */
const ipOf = (value: Fields[string] | undefined): string | undefined => {
  if (typeof value !== 'string') return undefined
  const address = parseAddress(value.replace(/%.*$/, ''))
  return address && (isMapped(address) && !value.includes(':') ? value : formatAddress(address))
}

const stated: Readonly<Record<string, Direction>> = {
  inbound: 'inbound',
  ingress: 'inbound',
  outbound: 'outbound',
  egress: 'outbound',
  internal: 'internal',
  external: 'external',
}

/** Exactly one own end decides; otherwise the event's own word does, where it has one. */
const directionOf = (
  sourceIsOwn: boolean | undefined,
  destinationIsOwn: boolean | undefined,
  said: Fields[string] | undefined,
): Direction | undefined => {
  // A log with one end only is written by our side of the connection.
  if (destinationIsOwn === undefined) return sourceIsOwn === false ? 'inbound' : undefined
  if (sourceIsOwn === undefined) return destinationIsOwn ? undefined : 'outbound'
  if (sourceIsOwn !== destinationIsOwn) return sourceIsOwn ? 'outbound' : 'inbound'
  const word = typeof said === 'string' ? stated[said.toLowerCase()] : undefined
  return word ?? (sourceIsOwn ? 'internal' : 'external')
}
