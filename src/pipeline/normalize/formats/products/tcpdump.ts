import { type Draft, finish, setIfAbsent } from '../../draft.ts'
import { setAddress, setEndpoint, toAddress, toPort } from '../../fields/address.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { clockAt, fractionEnd, fractionMs } from '../../time/calendar.ts'
import { readTimestamp } from '../../time/timestamp.ts'

/** The interface with the direction, as for all interfaces; the protocol; with `-v`, the header in brackets; both ends; what was sent. */
const packet =
  /^(?:([\w.@-]{1,32}) +(In|Out|B|M|P) +)?IP6? (?:\([^\n]{0,300}\)\s{1,8})?(\S{1,260}) > (\S{1,260}): ([^\n]{0,2000})/
const arp =
  /^(?:([\w.@-]{1,32}) +(In|Out|B|M|P) +)?ARP, (?:Request who-has ([\d.]{7,15})[^\n]{0,40}? tell|Reply) ([\d.]{7,15})/

/** The packet that answers a connection to a closed port: it resets before anything was sent. */
const refusal = /^Flags \[R\.\],(?: cksum \S{1,12} \([^)\n]{1,40}\),)? seq 0, /
const question = /^\d{1,5}\S{0,4} (?:\[[^\]\n]{1,40}\] )?([A-Z\d]{1,10})\? (\S{1,255})\. /

/**
 * Parses packets as tcpdump prints them, with any of its forms of the time. A refused connection is a failure of the one who asked for it, so
 * that it is the source also in the line about the refusal.
 */
export const tcpdumpParser: Parser = {
  name: 'tcpdump',
  parse(record) {
    const { text } = record
    if (!mayBePacket(text)) return undefined
    const clock = clockAt(text, 0)
    const stamp = clock < 0 ? readTimestamp(text, 0, record) : undefined
    const end = clock < 0 ? (stamp?.end ?? 0) : fractionEnd(text, 8)
    if (end > 0 && text.charCodeAt(end) !== 32) return undefined
    const rest = text.slice(end > 0 ? end + 1 : 0).trimEnd()
    const fields = readPacket(rest) ?? readArp(rest)
    if (!fields) return undefined
    const parsed = finish('tcpdump', stamp, rest.replace(/\s*\n\s+/g, ' '), fields)
    return clock < 0 ? parsed : withClock(parsed, clock + fractionMs(text, 8, end))
  },
}

const withClock = (parsed: Parsed, clock: number): Parsed => ({ ...parsed, clock })

/** Whether a text may be a packet. A cheap test, because most texts are none. */
const mayBePacket = (text: string): boolean =>
  (text.includes(' > ') || text.includes('ARP, ')) && /^[\w .:@-]{0,80}?\b(?:IP6?|ARP,) /.test(text.slice(0, 90))

const readPacket = (text: string): Draft | undefined => {
  const found = packet.exec(text.slice(0, 3000))
  if (!found) return undefined
  const [, device, , from = '', to = '', said = ''] = found
  const transport = transportOf(said)
  const fields: Draft = { 'event.category': 'network', 'process.name': 'tcpdump' }
  if (transport !== undefined) fields['network.transport'] = transport
  if (device !== undefined) fields['network.interface.name'] = device
  const flags = /^Flags \[([A-Z.]{1,8}|none)\]/.exec(said)?.[1]
  if (flags !== undefined) fields['tcp.flags'] = flags
  const isRefused = refusal.test(said)
  const hasPorts = transport === 'tcp' || transport === 'udp'
  if (!setEnd(fields, isRefused ? 'destination' : 'source', from, hasPorts)) return undefined
  if (!setEnd(fields, isRefused ? 'source' : 'destination', to, hasPorts)) return undefined
  if (isRefused) {
    fields['event.action'] = 'refused'
    fields['event.outcome'] = 'failure'
  } else fields['event.action'] = flags === 'S' ? 'connection_attempt' : 'packet'
  const asked = question.exec(said)
  if (asked) {
    fields['network.protocol'] = 'dns'
    fields['dns.type'] = 'query'
    setIfAbsent(fields, 'dns.question.type', asked[1] ?? '')
    setIfAbsent(fields, 'dns.question.name', asked[2] ?? '')
  }
  return fields
}

const readArp = (text: string): Draft | undefined => {
  const found = arp.exec(text.slice(0, 300))
  if (!found) return undefined
  const [, device, , wanted, from = ''] = found
  const fields: Draft = { 'event.category': 'network', 'event.action': 'packet', 'process.name': 'tcpdump' }
  fields['network.protocol'] = 'arp'
  if (device !== undefined) fields['network.interface.name'] = device
  if (wanted !== undefined) setAddress(fields, 'destination', wanted)
  return setAddress(fields, 'source', from) ? fields : undefined
}

const transportOf = (said: string): string | undefined => {
  if (said.startsWith('Flags [')) return 'tcp'
  if (said.startsWith('ICMP')) return 'icmp'
  if (said.startsWith('UDP') || /^\d{1,5}\S{0,4} /.test(said) || said.startsWith('BOOTP') || said.startsWith('NTPv'))
    return 'udp'
  return undefined
}

/** Sets an end, which is an address or a name, with a port or the name of one after the last dot. */
const setEnd = (fields: Draft, side: 'source' | 'destination', word: string, hasPort: boolean): boolean => {
  const dot = hasPort ? word.lastIndexOf('.') : -1
  const host = dot < 0 ? word : word.slice(0, dot)
  const address = toAddress(host)
  if (address) setEndpoint(fields, side, address)
  else if (/^[A-Za-z][\w.-]{0,254}$/.test(host)) setIfAbsent(fields, `${side}.domain`, host)
  else return false
  const port = dot < 0 ? undefined : toPort(word.slice(dot + 1))
  if (port !== undefined) setIfAbsent(fields, `${side}.port`, port)
  return true
}
