import { isInternal } from '../../../lib/address/scope.ts'
import type { DetectionRule } from '../../../lib/sigma/sigma.ts'
import type { Entity } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'

/** Fields that name entities, with their types; the most specific first. */
const fields: readonly (readonly [string, Entity['type']])[] = [
  ['source.ip', 'ip'],
  ['source.address', 'domain'],
  ['user.name', 'user'],
  ['user.target.name', 'user'],
  ['host.name', 'host'],
  ['service.name', 'service'],
  ['process.name', 'process'],
  ['file.path', 'file'],
  ['destination.ip', 'ip'],
  ['dns.question.name', 'domain'],
  ['url.domain', 'domain'],
  ['file.hash.sha256', 'hash'],
  ['file.hash.md5', 'hash'],
  ['device.id', 'device'],
]

/** Returns the entities of an event. */
export const eventEntities = (values: Event['fields']): Entity[] =>
  fields.flatMap(([field, type]): Entity[] => {
    const value = values[field]
    return typeof value === 'string' && value !== '' ? [{ type, value }] : []
  })

/** Returns the user who acts in an event with an address, unless other events of its episode have another one. */
export const soleActor = ({ fields: values }: Event, others: readonly Entity[]): string | undefined => {
  const { 'user.name': actor, 'user.target.name': target, 'source.ip': address } = values
  if (typeof actor !== 'string' || actor === '' || address === undefined) return undefined
  const isOther = ({ type, value }: Entity) => type === 'user' && value !== actor && value !== target
  return others.some(isOther) ? undefined : actor
}

/**
 * Identifies a recurring problem by its address, else its user, else its host; else by the rule alone. A fault in operations meets every
 * client from outside, so such an address does not identify it.
 */
export const eventSubject = ({ fields: values }: Event, { logsource }: DetectionRule): string => {
  const isOfOperations = logsource.category === operations
  for (const wanted of ['ip', 'user', 'host']) {
    for (const [field, type] of fields) {
      const value = type === wanted ? values[field] : undefined
      if (typeof value !== 'string' || value === '') continue
      if (wanted === 'ip' && isOfOperations && isInternal(value) === false) continue
      return value
    }
  }
  return ''
}

const operations = 'operations'
