import { type Event, type Fields, textField } from '../../schema/event/event.ts'
import type { Asset } from '../../schema/inventory/asset.ts'
import type { Enricher } from './enricher.ts'

/** The imported assets. */
export interface AssetTable {
  readonly size: number
  byHost(name: string): Asset | undefined
  byAddress(address: string): Asset | undefined
}

/** Adds the asset of the host, and those of the addresses. */
export const assetEnricher = (assets: AssetTable): Enricher => {
  const factsOf = perAsset(hostFacts)
  const sourceOf = perAsset(({ asset_id }) => ({ 'source.asset': asset_id }))
  const destinationOf = perAsset(({ asset_id }) => ({ 'destination.asset': asset_id }))
  return {
    name: 'asset',
    enrich(event) {
      if (assets.size === 0) return undefined
      const host = textField(event, 'host.name')
      const asset = host === undefined ? undefined : assets.byHost(host)
      const facts = asset && factsOf(asset)
      const source = assetAt(event, 'source.ip', assets)
      const destination = assetAt(event, 'destination.ip', assets)
      if (!source && !destination) return facts
      return { ...facts, ...(source && sourceOf(source)), ...(destination && destinationOf(destination)) }
    },
  }
}

const assetAt = (event: Event, field: string, assets: AssetTable): Asset | undefined => {
  const address = textField(event, field)
  return address === undefined ? undefined : assets.byAddress(address)
}

const hostFacts = ({ asset_id, criticality, owner, environment }: Asset): Fields => ({
  'host.asset': asset_id,
  'host.criticality': criticality,
  ...(owner !== null && { 'host.owner': owner }),
  ...(environment !== null && { 'host.environment': environment }),
})

/** Creates the facts of an asset once and shares them between events. */
const perAsset = (make: (asset: Asset) => Fields): ((asset: Asset) => Fields) => {
  const made = new WeakMap<Asset, Fields>()
  return (asset) => {
    const known = made.get(asset)
    if (known) return known
    const facts = make(asset)
    made.set(asset, facts)
    return facts
  }
}
