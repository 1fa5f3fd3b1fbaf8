import { type Draft, setIfAbsent } from '../draft.ts'

/** The names of IP protocol numbers (IANA). */
const numbers: ReadonlyMap<string, string> = new Map([
  ['1', 'icmp'],
  ['2', 'igmp'],
  ['6', 'tcp'],
  ['17', 'udp'],
  ['47', 'gre'],
  ['50', 'esp'],
  ['51', 'ah'],
  ['58', 'ipv6-icmp'],
  ['89', 'ospf'],
  ['132', 'sctp'],
])
const transports = new Set([
  ...numbers.values(),
  'icmpv6',
  'icmp6',
  'udplite',
  'dccp',
  'ipip',
  'vrrp',
  'pim',
  'eigrp',
  'ip',
  'ipv6',
])

/** Names the protocol of an IP protocol number, or of a name with it: `6`, `TCP(6)`, `tcp`. */
export const toTransport = (word: string): string =>
  numbers.get(word) ?? /^([a-z\d-]{2,10}) ?\(\d{1,3}\)$/i.exec(word)?.[1] ?? word

/**
 * Sets the transport of a text such as `tcp`, `6`, `tcp/https` or `https`; the name of an application's protocol becomes
 * `network.protocol`.
 */
export const setTransport = (fields: Draft, text: string): void => {
  const slash = text.indexOf('/')
  const name = toTransport(slash < 0 ? text : text.slice(0, slash))
  const inner = slash < 0 ? '' : text.slice(slash + 1)
  if (!transports.has(name.toLowerCase()) && /^[a-z]/i.test(name) && slash < 0) {
    setIfAbsent(fields, 'network.protocol', name)
    return
  }
  setIfAbsent(fields, 'network.transport', name)
  if (/^[a-z]/i.test(inner)) setIfAbsent(fields, 'network.protocol', inner)
}
