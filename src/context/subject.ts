import { addressIn } from '../schema/address-roles.ts'
import type { Alert } from '../schema/alert.ts'
import type { Entity } from '../schema/detection.ts'

/** How many of each are looked at. */
const most = 10

/** Whom and what something is about, and when it began. */
export interface Subject {
  readonly source?: string | undefined
  readonly destination?: string | undefined
  /** Other addresses that take part. */
  readonly addresses: readonly string[]
  /** Ids of assets that its sender named. */
  readonly assets: readonly string[]
  readonly hosts: readonly string[]
  readonly users: readonly string[]
  /** In ms. */
  readonly at: number
}

/** Reads whom an alert is about: what its sender named first, then its entities. */
export const subjectOf = (alert: Alert): Subject => {
  const { entities, observed, first_seen } = alert
  const named = (type: Entity['type']) => entities.flatMap((entity) => (entity.type === type ? entity.value : []))
  const source = addressIn('source', alert)
  const destination = addressIn('destination', alert)
  return {
    source,
    destination,
    addresses: distinct(named('ip')).filter((address) => address !== source && address !== destination),
    assets: distinct([observed?.asset_id]),
    hosts: distinct(named('host')),
    users: distinct([observed?.user_name, ...named('user')]),
    at: Date.parse(first_seen),
  }
}

const distinct = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.flatMap((value) => value || []))].slice(0, most)
