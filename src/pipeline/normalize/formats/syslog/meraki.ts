import { type Draft, finish } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addEntries } from '../../fields/aliases.ts'
import { readPairs } from '../../fields/key-values.ts'
import { toOutcome } from '../../fields/outcome.ts'
import type { Parser } from '../../parser.ts'
import { fromEpoch } from '../../time/timestamp.ts'
import { priorityFields, readPriority } from './priority.ts'

/** Version 1 as in RFC 5424, but seconds with a fraction as the time; then the host and the kind of record. */
const header = /^1 (\d{10}\.\d{1,9}) ([\w.-]{1,255}) ([a-z][\w-]{1,39})(?: |$)/

/** The start of a record's text, where a firewall says what it did. */
const decision = /(?:^|pattern: |decision=)(allow|deny|[01]|allowed|blocked)(?= |$)/

/** An alert's own time and rank, which are neither the record's time nor a syslog severity. */
const ofSignature = new Set(['timestamp', 'priority'])

/**
 * Parses the syslog of Cisco Meraki: `<134>1 1374543213.342705828 MX84 urls src=192.0.2.186:63735 dst=198.51.100.40:80 request: GET …`. Its
 * header looks like RFC 5424's, with another time.
 */
export const merakiParser: Parser = {
  name: 'meraki',
  parse(record) {
    const { text } = record
    const priority = readPriority(text)
    const at = priority?.end ?? 0
    if (text.charCodeAt(at) !== 49 || text.charCodeAt(at + 12) !== 46) return undefined
    const [head = '', seconds = '', host = '', kind = ''] = header.exec(text.slice(at, at + 330)) ?? []
    const time = fromEpoch(Number(seconds))
    if (head === '' || time === undefined) return undefined
    const fields: Draft = { 'observer.vendor': 'Meraki', 'host.name': host, 'service.name': kind }
    if (priority) priorityFields(priority.value, fields)
    fields['log.syslog.version'] = 1
    const message = text.slice(at + head.length).trim()
    const [, method = '', url = ''] = / request: ([A-Z]{3,10}) (\S{1,2000})/.exec(message) ?? []
    const requested = [['http.request.method', method] as const, ['url.original', url] as const]
    const pairs = [...readPairs(message).pairs, ...requested]
    addEntries(
      fields,
      pairs.filter(([key, value]) => value !== '' && !ofSignature.has(key)),
      record,
    )
    const [, decided = ''] = decision.exec(message) ?? []
    const outcome = decided === '0' ? 'failure' : decided === '1' ? 'success' : toOutcome(decided)
    if (outcome) fields['event.outcome'] = outcome
    readEntities(message, '', fields)
    return finish('meraki', { time, guessed: false }, message, fields)
  },
}
