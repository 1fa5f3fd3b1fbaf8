import type { Alert } from '../schema/alert/alert.ts'
import { subjectOf } from './subject.ts'
import type { ContextTables } from './tables.ts'

/** Returns the tags of the assets that an alert names, by id, host or address. */
export const tagsOf = (alert: Alert, { assets }: Pick<ContextTables, 'assets'>): readonly string[] => {
  const { assets: named, hosts, destination, source, addresses } = subjectOf(alert)
  const found = [
    ...named.map((id) => assets.byId(id) ?? assets.byHost(id)),
    ...hosts.map((name) => assets.byHost(name) ?? assets.byAddress(name)),
    ...[destination, source, ...addresses].map((address) =>
      address === undefined ? address : assets.byAddress(address),
    ),
  ]
  return [...new Set(found.flatMap((asset) => asset?.tags ?? []))]
}
