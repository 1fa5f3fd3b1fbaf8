import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'

/** The record of a connection: server, user, host, number of the connection and of the query, operation, database, object, error. */
const connection =
  /^([^\s,]{0,255}),([^,]{0,128}),([^\s,]{0,255}),\d{1,20},\d{1,20},(CONNECT|FAILED_CONNECT|DISCONNECT),[^,]{0,128},[^,]{0,255},(\d{1,6})$/

/** Whether a message is a record of a connection. Looks for its operation first. */
export const looksLikeServerAudit = (message: string): boolean =>
  message.includes('CONNECT,') && connection.test(message)

/** Parses what the audit plugin of MariaDB writes about a connection: `db1,shop,203.0.113.9,35,0,FAILED_CONNECT,,,1045`. */
export const readServerAudit = (message: string, fields: Draft): boolean => {
  const found = connection.exec(message)
  if (!found) return false
  const [, server = '', user = '', host = '', operation = '', error = ''] = found
  if (server !== '') setIfAbsent(fields, 'host.name', server)
  setUser(fields, user)
  if (host !== '' && host !== 'localhost') setAddress(fields, 'source', host)
  const isLogin = operation !== 'DISCONNECT'
  setIfAbsent(fields, 'event.category', isLogin ? 'authentication' : 'session')
  setIfAbsent(fields, 'event.action', isLogin ? 'login' : 'database_disconnected')
  if (isLogin) setIfAbsent(fields, 'event.outcome', error === '0' && operation === 'CONNECT' ? 'success' : 'failure')
  return true
}
