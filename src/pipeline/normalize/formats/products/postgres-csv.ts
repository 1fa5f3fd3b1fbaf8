import { type Draft, finish, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { setAddress } from '../../fields/address.ts'
import { toLogLevel } from '../../fields/level.ts'
import type { Parser } from '../../parser.ts'
import { isDigitCode } from '../../time/calendar.ts'
import { readTimestamp } from '../../time/timestamp.ts'

/**
 * The columns from the user to the message: user, database, process, client, session, number, command, start, transactions, severity, SQLSTATE
 * and message. The quotes around a message of several lines may end in a later record.
 */
const columns =
  /^,(?:"((?:[^"]|""){0,256})")?,(?:"((?:[^"]|""){0,256})")?,(\d{0,10}),(?:"([^"]{0,300})")?,([\da-f.]{0,40}),\d{0,20},(?:"((?:[^"]|""){0,256})")?,[^",]{0,48},[^",]{0,48},\d{0,20},([A-Z]{3,9}\d?),([\dA-Z]{5}),(?:"((?:[^"]|"")*)(?:"|$))?/

/** Parses PostgreSQL's log as CSV (`log_destination = csvlog`). */
export const postgresCsvParser: Parser = {
  name: 'postgres-csv',
  parse(record) {
    const { text } = record
    if (!hasZoneAndComma(text)) return undefined
    const stamp = readTimestamp(text, 0, record)
    const found = stamp && columns.exec(text.slice(stamp.end))
    if (!found) return undefined
    const [, user, database, pid = '', client = '', session = '', command, severity = '', state = '', message] = found
    // DEBUG1 to DEBUG5
    const level = toLogLevel(severity.replace(/\d$/, ''))
    if (level === undefined) return undefined
    const fields: Draft = { 'log.level': level, 'service.name': 'postgresql' }
    if (pid !== '') fields['process.pid'] = Number(pid)
    if (user !== undefined) fields['user.name'] = unquote(user)
    if (database !== undefined) fields['postgresql.log.database'] = unquote(database)
    if (session !== '') fields['postgresql.log.session_id'] = session
    if (command !== undefined && command !== '') fields['postgresql.log.command_tag'] = unquote(command)
    if (state !== '00000') fields['postgresql.log.sql_state_code'] = state
    // `[local]` is a socket of the same machine. The port follows an IPv6 address without brackets.
    const colon = client.lastIndexOf(':')
    if (client !== '' && client !== '[local]') {
      setAddress(fields, 'source', colon < 0 ? client : `[${client.slice(0, colon)}]${client.slice(colon)}`)
    }
    const says = splitTrace(unquote(message ?? ''), fields)
    readEntities(says, '', fields)
    return finish('postgres-csv', stamp, says, fields)
  },
}

/** Whether a text begins as `2026-12-10 09:32:20.123 UTC,`: no other log has the comma after a zone in letters. */
const hasZoneAndComma = (text: string): boolean => {
  if (text.charCodeAt(19) !== 46 || text.charCodeAt(23) !== 32 || isDigitCode(text.charCodeAt(24))) return false
  const comma = text.indexOf(',', 24)
  return comma > 24 && comma < 32
}

const unquote = (text: string): string => text.replaceAll('""', '"')
