import { type Draft, finish } from '../../draft.ts'
import { setUser } from '../../entities/phrase.ts'
import { setAddress } from '../../fields/address.ts'
import type { Parser } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

const statement = /^\t {0,20}(\d{1,20}) ([A-Z][A-Za-z ]{2,18})(?:\t|$)/
/** `kim@203.0.113.9 on shop using TCP/IP`; for a proxied account, `kim@203.0.113.9 as shop on …`. */
const client = /^([^@]{0,128})@(\S{0,255}) (?:as \S{0,128} )?(?:on (\S{0,128}))?/
/** `Access denied for user 'kim'@'203.0.113.9' (using password: YES)` */
const refusal = /^Access denied for user '(.{0,128})'@'([^']{0,255})'/

/**
 * Parses the general query log of MySQL and MariaDB: `2026-12-10T09:32:20.123456Z\t    4 Query\tselect 1`, and `261210  9:32:20\t     4 Query…` of
 * MariaDB. The words of a statement are its client's, so nothing is read from them.
 */
export const mysqlGeneralParser: Parser = {
  name: 'mysql-general',
  parse(record) {
    const { text } = record
    const end = text.charCodeAt(15) === 9 ? 15 : text.charCodeAt(27) === 9 ? 27 : 32
    if (text.charCodeAt(end) !== 9) return undefined
    const found = statement.exec(text.slice(end, end + 64))
    const stamp = found && readTimestamp(text, 0, record)
    if (!found || stamp?.end !== end) return undefined
    const [head, connection, command = ''] = found
    const argument = text.slice(end + head.length)
    const fields: Draft = { 'service.name': 'mysql', 'mysql.thread_id': Number(connection) }
    if (command === 'Connect' || command === 'Change user') readConnect(argument, fields)
    else {
      fields['event.category'] = 'database'
      fields['event.action'] = command.toLowerCase().replaceAll(' ', '_')
    }
    return finish('mysql-general', stamp, argument === '' ? command : `${command} ${argument}`, fields)
  },
}

/** Reads the parties of a connection. The server writes it before it answers, and a refusal in a line of its own. */
const readConnect = (argument: string, fields: Draft): void => {
  const [, refused, host] = refusal.exec(argument) ?? []
  const [, user = refused ?? '', address = host ?? '', database = ''] =
    refused === undefined ? (client.exec(argument) ?? []) : []
  fields['event.category'] = refused === undefined ? 'session' : 'authentication'
  fields['event.action'] = refused === undefined ? 'database_connected' : 'login'
  if (refused !== undefined) fields['event.outcome'] = 'failure'
  setUser(fields, user)
  if (address !== 'localhost') setAddress(fields, 'source', address)
  if (database !== '') fields['db.name'] = database
}
