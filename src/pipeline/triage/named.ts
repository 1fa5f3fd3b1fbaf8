import { isInternal } from '../../lib/address/scope.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Entity } from '../../schema/detection/detection.ts'

const mostNamed = 3

/** Returns the values of some types in an alert, those of its sender first. */
export const entityValues = (alert: Alert, ...types: readonly Entity['type'][]): string[] => {
  const said = types.flatMap((type) => saidOf(alert, type)).filter((value) => value !== undefined && value !== '')
  const named = alert.entities.filter(({ type }) => types.includes(type)).map(({ value }) => value)
  return [...new Set([...said, ...named])].filter((value) => value !== undefined)
}

const saidOf = ({ observed }: Alert, type: Entity['type']): readonly (string | undefined)[] => {
  switch (type) {
    case 'ip':
      return [observed?.source_ip, observed?.destination_ip]
    case 'user':
      return [observed?.user_name]
    case 'asset':
      return [observed?.asset_id]
    case 'hash':
      return [observed?.file_hash]
    case 'file':
      return [observed?.file_name]
    case 'url':
      return [observed?.url]
    case 'domain':
      return [observed?.dns_query]
    default:
      return []
  }
}

/** Returns the hosts of an alert. */
export const hostsOf = (alert: Alert): string[] => entityValues(alert, 'host', 'asset')

/** Returns the external addresses of an alert, then internal ones. */
export const addressesOf = (alert: Alert): { readonly outside: string[]; readonly inside: string[] } => {
  const all = entityValues(alert, 'ip')
  return {
    outside: all.filter((value) => isInternal(value) === false),
    inside: all.filter((value) => isInternal(value) === true),
  }
}

/** Lists values in a sentence, at most three; returns `otherwise` without any. */
export const joinValues = (values: readonly string[], otherwise: string): string => {
  if (values.length === 0) return otherwise
  if (values.length > mostNamed) return `${values.slice(0, mostNamed).join(', ')} and ${values.length - mostNamed} more`
  const last = values.at(-1) ?? ''
  return values.length === 1 ? last : `${values.slice(0, -1).join(', ')} and ${last}`
}
