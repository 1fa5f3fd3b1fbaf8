import { isObject } from '../../../../lib/json/json-value.ts'
import { type Draft, setIfAbsent } from '../../draft.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is a difference that osquery's scheduler found. */
export const isOsqueryResult = (object: Json): boolean =>
  typeof object.name === 'string' &&
  typeof object.hostIdentifier === 'string' &&
  isObject(object.columns) &&
  (object.action === 'added' || object.action === 'removed')

/** Completes the fields of a difference: the query, and an account that is new or gone. Returns a sentence of its columns. */
export const completeOsqueryResult = (object: Json, fields: Draft): string => {
  const { name, action, columns } = object
  setIfAbsent(fields, 'host.name', String(object.hostIdentifier))
  setIfAbsent(fields, 'service.name', 'osqueryd')
  setIfAbsent(fields, 'log.logger', String(name))
  const values = isObject(columns) ? columns : {}
  const { uid, username } = values
  if (typeof uid === 'string' && typeof username === 'string' && /(?:^|[_/ -])users$/.test(String(name))) {
    fields['event.category'] = 'iam'
    fields['event.action'] = action === 'added' ? 'user_added' : 'user_removed'
    delete fields['user.name']
    fields['user.target.name'] = username
    fields['user.target.id'] = uid
  }
  const pairs = Object.entries(values).flatMap(([column, value]) =>
    value === '' || typeof value === 'object' ? [] : [`${column}=${value}`],
  )
  return `${name} ${action}: ${pairs.join(' ')}`
}
