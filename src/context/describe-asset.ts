import { day } from '../lib/units/time.ts'
import { type Asset, criticalities } from '../schema/inventory/asset.ts'
import type { AlertContext } from '../schema/inventory/context.ts'
import type { Subject } from './subject.ts'
import type { ContextReason, ContextTables } from './tables.ts'

export interface AssetAnswer {
  readonly context: AlertContext
  readonly reasons: readonly ContextReason[]
  /** The highest criticality among the known assets; undefined if none is known. */
  readonly criticality: string | undefined
}

/**
 * Describes the machine of an alert: the named asset, else the most critical known asset by host or address. A named asset that was not
 * imported is reported as unknown. Undefined if no asset is named or known.
 */
export const describeAsset = (subject: Subject, { assets, history }: ContextTables): AssetAnswer | undefined => {
  const named = subject.assets.flatMap((id) => assets.byId(id) ?? assets.byHost(id) ?? [])
  const addresses = [subject.destination, subject.source, ...subject.addresses]
  const found = [
    ...subject.hosts.flatMap((name) => assets.byHost(name) ?? assets.byAddress(name) ?? []),
    ...addresses.flatMap((address) => (address === undefined ? [] : (assets.byAddress(address) ?? []))),
  ]
  const byRank = [...new Set([...named, ...found])].sort((a, b) => rankOf(a) - rankOf(b))
  const asset = named[0] ?? byRank[0]
  const name = subject.assets[0] ?? subject.hosts[0]
  if (!asset && name === undefined) return undefined

  const host = subject.hosts[0] ?? asset?.hostnames[0] ?? name
  const seen = host === undefined ? undefined : history.host(host)
  const firstSeen = seen && seen.first < subject.at ? seen.first : undefined
  const learnt = { first_seen: firstSeen === undefined ? null : new Date(firstSeen).toISOString() }
  const isNew = firstSeen !== undefined && subject.at - firstSeen < day && wasWatchedBefore(firstSeen, history)
  return {
    criticality: byRank[0]?.criticality,
    context: {
      context_type: 'asset',
      source: 'context-collector',
      confidence: asset ? 0.9 : 0.1,
      data: asset
        ? { ...factsOf(asset), ...learnt, ...othersOf(byRank, asset) }
        : { asset_id: name, criticality: 'unknown', ...learnt, error: `The asset ${name} was not imported.` },
    },
    reasons: isNew ? [{ sign: 'for', text: `${host} was first seen less than a day earlier`, about: 'asset' }] : [],
  }
}

const rankOf = ({ criticality }: Asset): number => criticalities.indexOf(criticality)

/** A host counts as new only if other hosts have been known for longer. Otherwise, this installation is new. */
const wasWatchedBefore = (first: number, { hosts, host }: ContextTables['history']): boolean => {
  for (const name of hosts()) if ((host(name)?.first ?? first) < first - day) return true
  return false
}

const factsOf = ({ created_at, updated_at, ...asset }: Asset) => ({
  ...asset,
  ip_address: asset.addresses[0] ?? null,
})

const othersOf = (all: readonly Asset[], asset: Asset) =>
  all.length > 1
    ? {
        other_assets: all.flatMap((other) =>
          other === asset ? [] : { asset_id: other.asset_id, criticality: other.criticality },
        ),
      }
    : {}
