import type { Parser } from '../parser.ts'
import { readAlert } from './foreign-alert.ts'
import { suricata } from './suricata.ts'

/** `12/10/2026-09:32:20.123456  [**] [1:2001219:20] ET SCAN x [**] [Classification: y] [Priority: 2] {TCP} 203.0.113.9:51122 -> 10.0.0.5:22` */
const line =
  /^(?<time>\d\d\/\d\d(?:\/\d{2,4})?-[\d:.]{8,15}) {1,2}(?:\[(?<action>\w{1,16})\] )?\[\*\*\] \[(?<generator>\d{1,10}):(?<rule>\d{1,10}):(?<revision>\d{1,10})\] "?(?<title>[^[]{1,500}?)"? \[\*\*\] (?:\[Classification: (?<category>[^\]]{0,200})\] )?(?:\[Priority: (?<severity>\d{1,3})\] )?(?:\[AppID: [^\]]{0,100}\] )?\{(?<transport>[^}]{1,32})\} (?<source>\S{2,64}) -> (?<destination>\S{2,64})$/

const isSuricata = /^\d\d\/\d\d\/\d{4}-/

/** Parses the alerts that Suricata and Snort write in one line each, as those of Suricata's EVE log. */
export const fastAlertParser: Parser = {
  name: 'alert-fast',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(2) !== 47 || text.charCodeAt(0) > 49 || !text.includes('[**] [')) return undefined
    const found = line.exec(text.slice(0, 1500).trimEnd())?.groups
    if (!found) return undefined
    const hasPorts = /^(?:TCP|UDP|SCTP)$/i.test(found.transport ?? '')
    const [source, sourcePort] = divide(found.source ?? '', hasPorts)
    const [destination, destinationPort] = divide(found.destination ?? '', hasPorts)
    const object = {
      timestamp: found.time,
      event_type: 'alert',
      src_ip: source,
      src_port: sourcePort,
      dest_ip: destination,
      dest_port: destinationPort,
      proto: found.transport,
      alert: {
        action: found.action?.toLowerCase().endsWith('drop') ? 'blocked' : 'allowed',
        gid: Number(found.generator),
        signature_id: Number(found.rule),
        rev: Number(found.revision),
        signature: found.title,
        category: found.category,
        severity: found.severity === undefined ? undefined : Number(found.severity),
      },
    }
    // The month is first, also if that makes the date one of the future.
    const parsed = readAlert(suricata, object, { ...record, dayFirst: false })
    // Snort leaves out the year, or writes two digits of it.
    return isSuricata.test(text) ? parsed : { ...parsed, fields: { ...parsed.fields, 'event.provider': 'snort' } }
  },
}

/** Divides an address and its port. Other protocols have none, or the type of a message in its place. */
const divide = (word: string, hasPort: boolean): readonly [string, number | undefined] => {
  const colon = word.lastIndexOf(':')
  const port = word.slice(colon + 1)
  const isOther = colon === word.indexOf(':')
  if (colon < 0 || !/^\d{1,5}$/.test(port) || !(hasPort || isOther)) return [word, undefined]
  return [word.slice(0, colon), hasPort ? Number(port) : undefined]
}
