import { isIPv4 } from '../../../../lib/address/address.ts'
import { type Draft, finish, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { toSureLevel } from '../../fields/level.ts'
import type { Parser } from '../../parser.ts'
import { isDigitCode } from '../../time/calendar.ts'
import { toStamp } from '../../time/timestamp.ts'

/**
 * Parses a line of Papertrail's archives: the columns id, times of writing and arrival, id, name and address of the sender, facility,
 * severity, program and message, with tabs between them.
 */
export const papertrailParser: Parser = {
  name: 'papertrail',
  parse(record) {
    const { text } = record
    let end = 0
    while (end < 20 && isDigitCode(text.charCodeAt(end))) end++
    if (end < 5 || text.charCodeAt(end) !== 9) return undefined
    const [, written, received, sender = '', host = '', address = '', , severity = '', program = '', ...rest] =
      text.split('\t')
    const stamp = toStamp(written, record)
    if (!stamp || !toStamp(received, record) || !/^\d{1,20}$/.test(sender) || rest.length === 0) return undefined
    const level = toSureLevel(severity)
    if (level === undefined) return undefined
    const fields: Draft = { 'log.level': level }
    if (host !== '') fields['host.name'] = host
    if (isIPv4(address)) fields['log.source.address'] = address
    if (program !== '') fields['process.name'] = program
    const message = splitTrace(rest.join('\t').trim(), fields)
    readEntities(message, program, fields)
    return finish('syslog/papertrail', stamp, message, fields)
  },
}
