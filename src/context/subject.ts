import type { Alert } from '../schema/alert/alert.ts'
import { addressIn } from '../schema/detection/address-roles.ts'
import type { Entity } from '../schema/detection/detection.ts'

/** The maximum number of values of each kind. */
const maxValues = 10

/** The entities that an alert or a query is about, and its time. */
export interface Subject {
  readonly source?: string | undefined
  readonly destination?: string | undefined
  /** Other addresses in the alert. */
  readonly addresses: readonly string[]
  /** IDs of assets that its sender named. */
  readonly assets: readonly string[]
  readonly hosts: readonly string[]
  readonly users: readonly string[]
  /** In ms. */
  readonly at: number
}

/** Returns the subject of an alert: first the values that its sender named, then its entities. */
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
  [...new Set(values.flatMap((value) => value || []))].slice(0, maxValues)
