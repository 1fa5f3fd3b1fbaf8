import { BlockList, isIP } from 'node:net'

const internal = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  internal.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  internal.addSubnet(network, prefix, 'ipv6')
}

/** Tells whether an address can only be one of our own: private, link-local or loopback. Undefined when it is no address. */
export const isInternal = (address: string): boolean | undefined => {
  const family = isIP(address)
  if (family === 0) return undefined
  return internal.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
