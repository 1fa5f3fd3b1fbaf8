import { z } from 'zod'
import { isWithin, parseAddress, parseRange } from '../../../lib/address/address.ts'
import { isInternal } from '../../../lib/address/scope.ts'

/** The options that every listener has. */
export const listening = {
  host: z.string().min(1).default('0.0.0.0').describe('The address to listen on: `::` for IPv6 and IPv4.'),
  allow: z
    .array(z.string().refine((text) => parseRange(text) !== undefined, 'Write an address or a range: 198.51.100.0/24.'))
    .optional()
    .describe('The addresses and ranges of senders. Defaults to private, link-local and loopback addresses.'),
}

/** The option of a listener for a port of one protocol. */
export const listeningPort = (protocol: string) =>
  z.int().min(1).max(65_535).optional().describe(`The port for ${protocol}.`)

/** Whether a sender may send, by its address. */
export type IsAllowed = (address: string) => boolean

/** Allows the senders in the ranges, or those of our own networks. */
export const allowSenders = (allow: readonly string[] | undefined): IsAllowed => {
  if (!allow) return (address) => isInternal(address) ?? false
  const ranges = allow.flatMap((text) => parseRange(text) ?? [])
  return (text) => {
    const address = parseAddress(text)
    return address !== undefined && ranges.some((range) => isWithin(address, range))
  }
}

/** Returns the address of a peer as people write it: an IPv4 address without its IPv6 prefix. */
export const peerAddress = (address: string | undefined): string => (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
