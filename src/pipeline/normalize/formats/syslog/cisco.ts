import { type Draft, finish, setIfAbsent } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { setAddress, toPort } from '../../fields/address.ts'
import { addEntries } from '../../fields/aliases.ts'
import { syslogLevels } from '../../fields/level.ts'
import type { Parser } from '../../parser.ts'
import { readCiscoMessage } from './cisco-messages.ts'

/** Parses messages of Cisco IOS and ASA after the syslog header: `%ASA-4-106023: Deny tcp src inside:…`. */
export const ciscoParser: Parser = {
  name: 'cisco',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(0) !== 37) return undefined
    const head = /^%([A-Z][A-Z0-9_]{1,30}(?:-[A-Z0-9_]{1,30}){0,2})-([0-7])-([A-Z0-9_]{1,40}) ?: ?/.exec(
      text.slice(0, 160),
    )
    if (!head) return undefined
    const fields: Draft = {
      'observer.vendor': 'Cisco',
      'observer.product': head[1] ?? '',
      'event.code': head[3] ?? '',
      'log.level': syslogLevels[Number(head[2])] ?? 'info',
    }
    const message = text.slice(head[0].length)
    const values = readCiscoMessage(head[3] ?? '', message)
    if (values) addEntries(fields, values, record)
    const start = message.slice(0, 400)
    // inside:10.0.0.1/2143, 10.0.6.56(3067), from 10.0.0.1/2143
    const ends = [...start.matchAll(/(?:^|[\s:[])(\d{1,3}(?:\.\d{1,3}){3})[/(](\d{1,5})/g)].slice(0, 2)
    // A text that is divided says itself which side is which.
    for (const [i, [, ip = '', port = '']] of values ? [] : ends.entries()) {
      const side = i === 0 ? 'source' : 'destination'
      setAddress(fields, side, ip)
      setIfAbsent(fields, `${side}.port`, toPort(port) ?? 0)
    }
    const user = /\b(?:user|Uname:|User) ?= ?([\w.@\\-]{1,64})|\b(?:Uname|user): ([\w.@\\-]{1,64})/.exec(start)
    if (user) setIfAbsent(fields, 'user.name', user[1] ?? user[2] ?? '')
    if (
      fields['event.outcome'] === undefined &&
      /\b(?:[Dd]en(?:y|ied)|rejected|FAILED|[Dd]rop(?:ped)?|failed)\b/.test(start)
    )
      fields['event.outcome'] = 'failure'
    const transport = /\b(tcp|udp|icmp)\b/i.exec(start)
    if (transport && fields['network.transport'] === undefined)
      fields['network.transport'] = (transport[1] ?? '').toLowerCase()
    readEntities(message, '', fields)
    return finish('cisco', undefined, message, fields)
  },
}
