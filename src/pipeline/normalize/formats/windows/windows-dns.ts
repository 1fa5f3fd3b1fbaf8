import { type Draft, finish, splitTrace } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import type { Parser } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

/** The thread, the packet, the transport, the direction, the peer, the id, the kind, the flags with the code, the type and the name. */
const packet =
  /^ ([\dA-F]{3,6}) PACKET {1,2}([\dA-F]{8,16}) (UDP|TCP) (Rcv|Snd) ([\da-fA-F.:%]{2,60}) +([\da-fA-F]{4}) (R| ) ([QNU?]) \[([\da-fA-F]{4}) ([A-Z ]{1,8}?) *([A-Z\d]{2,12})\] ([A-Z\d]{1,12}) +(\(\d{1,3}\)\S{0,1100})/

const operations: ReadonlyMap<string, string> = new Map([
  ['N', 'notify'],
  ['Q', 'query'],
  ['U', 'update'],
])

/**
 * Parses the packets in the debug log of the DNS server of Windows. Its dates have the order of the server's language. The client is the
 * peer that asked, so the server itself for what it asks others.
 */
export const windowsDnsParser: Parser = {
  name: 'windows-dns',
  parse(record) {
    const { text } = record
    if (!isPacket(text)) return undefined
    const stamp = readTimestamp(text, 0, record)
    const found = stamp && packet.exec(text.slice(stamp.end, stamp.end + 1_400))
    if (!found) return undefined
    const [, thread = '', , transport = '', direction = '', peer = '', id = '', response = '', operation = ''] = found
    const [flags = '', , code = '', type = '', encoded = ''] = found.slice(9)
    const isAnswer = response === 'R'
    const action = operations.get(operation) ?? 'query'
    const name = nameOf(encoded)
    const fields: Draft = {
      'event.category': 'network',
      'event.action': action,
      'network.protocol': 'dns',
      'network.transport': transport.toLowerCase(),
      'process.thread.id': Number.parseInt(thread, 16),
      'dns.id': id,
      'dns.type': isAnswer ? 'answer' : 'query',
      'dns.header_flags': flags,
      'dns.question.name': name,
      'dns.question.type': type,
    }
    const isReceived = direction === 'Rcv'
    if (!setAddress(fields, isReceived === isAnswer ? 'destination' : 'source', peer)) return undefined
    if (isAnswer) {
      fields['dns.response_code'] = code
      fields['event.outcome'] = code === 'NOERROR' ? 'success' : 'failure'
    }
    splitTrace(text, fields)
    const verb = `${isReceived ? 'Received' : 'Sent'} ${isAnswer ? `answer ${code}` : action}`
    return finish('windows-dns', stamp, `${verb} ${type} ${name} ${isReceived ? 'from' : 'to'} ${peer}`, fields)
  },
}

/** Whether the word after date, clock and thread is the one for packets, wherever these end. */
const isPacket = (text: string): boolean => {
  for (let at = 21; at < 33; at++) {
    if (text.charCodeAt(at) === 80 && text.startsWith(' PACKET ', at - 1)) return true
  }
  return false
}

/** Reads a name whose labels have their lengths before them: `(3)www(7)example(3)com(0)`. */
const nameOf = (encoded: string): string => encoded.replace(/\(\d{1,3}\)/g, '.').replace(/^\.+|\.+$/g, '') || '.'
