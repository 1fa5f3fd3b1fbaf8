import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'

/** The operation and its result, after the columns that the administrator chose. */
const operation = /\|([a-z]\w{2,31})\|(ok|fail(?: \([^|)]{0,128}\))?)(?:\||$)/

/**
 * Parses a message of Samba's module full_audit: `kim|203.0.113.9|pc7|share|renameat|ok|plan.xlsx|plan.old`. The columns before the operation are
 * chosen with `full_audit:prefix`; the user comes right before the address of the client in most.
 */
export const readSmbAudit = (message: string, fields: Draft): boolean => {
  const found = operation.exec(message.slice(0, 1000))
  if (!found) return false
  const columns = message.slice(0, found.index).split('|')
  const client = columns.findIndex((column) => toAddress(column)?.ip !== undefined)
  if (client >= 0) setAddress(fields, 'source', columns[client] ?? '')
  const user = columns[client > 0 ? client - 1 : 0] ?? ''
  if (client !== 0) setUser(fields, user.slice(user.lastIndexOf('\\') + 1))
  setIfAbsent(fields, 'event.category', 'file')
  setIfAbsent(fields, 'event.action', found[1] ?? '')
  setIfAbsent(fields, 'event.outcome', found[2] === 'ok' ? 'success' : 'failure')
  const path = message
    .slice(found.index + found[0].length)
    .split('|')
    .find((column) => column.includes('/') || column.includes('.'))
  if (path !== undefined && found[0].endsWith('|')) setIfAbsent(fields, 'file.path', path)
  return true
}
