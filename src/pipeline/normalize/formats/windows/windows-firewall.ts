import { type Draft, finish } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { toTransport } from '../../fields/transport.ts'
import type { Parser } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

/** Date, time, action, protocol, both addresses and ports, size, TCP's flags and numbers, ICMP's type and code, info, path, process. */
const shape =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ([A-Z-]{4,16}) ([A-Za-z\d-]{1,10}) ([\da-fA-F.:%]{2,60}) ([\da-fA-F.:%]{2,60}) (\d{1,5}|-) (\d{1,5}|-) (\d{1,10}|-) ([A-Z]{1,8}|[\d-]) (\d{1,10}|-) (\d{1,10}|-) (\d{1,10}|-) (\d{1,3}|-) (\d{1,3}|-) (\S{1,64})(?: (SEND|RECEIVE|FORWARD|UNKNOWN|-))?(?: (\d{1,10}|-))?$/

const actions: ReadonlyMap<string, 'success' | 'failure' | undefined> = new Map([
  ['ALLOW', 'success'],
  ['CLOSE', undefined],
  ['DROP', 'failure'],
  ['OPEN', 'success'],
  ['OPEN-INBOUND', 'success'],
])

const directions: ReadonlyMap<string, string> = new Map([
  ['RECEIVE', 'inbound'],
  ['SEND', 'outbound'],
])

/** Parses pfirewall.log, the log of the firewall of Windows. Its times are local. */
export const windowsFirewallParser: Parser = {
  name: 'windows-firewall',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(10) !== 32 || text.charCodeAt(19) !== 32 || !startsWithAction(text)) return undefined
    const found = shape.exec(text.slice(0, 500))
    const stamp = found && readTimestamp(text, 0, record)
    if (!stamp) return undefined
    const [, action = '', protocol = '', source = '', destination = '', sourcePort = '', destinationPort = ''] = found
    const [size = '-', flags = '-'] = found.slice(7)
    const [type = '-', code = '-', , path = '', pid = '-'] = found.slice(12)
    const fields: Draft = {
      'event.category': 'network',
      'event.action': action.toLowerCase(),
      'network.transport': toTransport(protocol).toLowerCase(),
      'windows_firewall.action': action,
    }
    if (!setAddress(fields, 'source', source) || !setAddress(fields, 'destination', destination)) return undefined
    const outcome = actions.get(action)
    if (outcome) fields['event.outcome'] = outcome
    const direction = directions.get(path)
    if (direction) fields['network.direction'] = direction
    for (const [name, value] of [
      ['source.port', sourcePort],
      ['destination.port', destinationPort],
      ['network.bytes', size],
      ['icmp.type', type],
      ['icmp.code', code],
      ['process.pid', pid],
    ] as const)
      if (value !== '-') fields[name] = Number(value)
    if (/^[A-Z]/.test(flags)) fields['tcp.flags'] = flags
    const from = join(source, sourcePort)
    return finish(
      'windows-firewall',
      stamp,
      `${action} ${protocol} ${from} -> ${join(destination, destinationPort)}`,
      fields,
    )
  },
}

/** Looks at the first character first, because most lines with such a time have another word there. */
const startsWithAction = (text: string): boolean => {
  switch (text.charCodeAt(20)) {
    case 65: // A
      return text.startsWith('ALLOW ', 20)
    case 67: // C
      return text.startsWith('CLOSE ', 20)
    case 68: // D
      return text.startsWith('DROP ', 20)
    case 79: // O
      return text.startsWith('OPEN ', 20) || text.startsWith('OPEN-INBOUND ', 20)
  }
  return false
}

const join = (address: string, port: string): string => {
  if (port === '-') return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
