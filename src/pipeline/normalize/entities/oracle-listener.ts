import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toPort } from '../fields/address.ts'

/** Whether a message is one of the log of Oracle's listener. */
export const looksLikeOracleListener = (message: string): boolean => message.startsWith('* (CONNECT_DATA=(')

/**
 * Parses `* (CONNECT_DATA=(SERVICE_NAME=shop)(CID=…)) * (ADDRESS=(PROTOCOL=tcp)(HOST=203.0.113.9)(PORT=56486)) * establish * shop * 12514`:
 * the client, what it asked for, and the number of the error, 0 for none. The name of the user is the client's own, so it is no account.
 */
export const readOracleListener = (message: string, fields: Draft): boolean => {
  const found = / \* ([a-z_]{3,24})(?: \* ([\w.$#-]{1,128}))? \* (\d{1,6})$/.exec(message.slice(-200).trimEnd())
  if (!found) return false
  const [, action = '', service, code] = found
  // The words of the client come before its address.
  const address = /^\(ADDRESS=\(PROTOCOL=\w{1,8}\)\(HOST=([^()]{1,255})\)\(PORT=(\d{1,5})\)\)/i.exec(
    message.slice(Math.max(message.lastIndexOf('(ADDRESS='), 0)),
  )
  if (address) {
    setAddress(fields, 'source', address[1] ?? '')
    const port = toPort(address[2] ?? '')
    if (port !== undefined) setIfAbsent(fields, 'source.port', port)
  }
  setIfAbsent(fields, 'event.category', action === 'establish' ? 'network' : 'process')
  setIfAbsent(fields, 'event.action', `listener_${action}`)
  setIfAbsent(fields, 'event.outcome', code === '0' ? 'success' : 'failure')
  if (code !== '0') setIfAbsent(fields, 'error.code', `TNS-${code}`)
  if (service !== undefined) setIfAbsent(fields, 'destination.service', service)
  return true
}
