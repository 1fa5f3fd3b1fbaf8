import { type AssetTable, assetEnricher } from './asset.ts'
import type { Enricher } from './enricher.ts'
import { type NetworkTable, networkEnricher } from './network.ts'
import { type PersonTable, userEnricher } from './user.ts'

/** The tables in memory that enrichers read. */
export interface EnrichTables {
  readonly assets: AssetTable
  readonly networks: NetworkTable
  readonly people: PersonTable
}

/** Creates all enrichers. They need no configuration: an empty table adds nothing. */
export const createEnrichers = ({ assets, networks, people }: EnrichTables): readonly Enricher[] => [
  assetEnricher(assets),
  networkEnricher(networks),
  userEnricher(people),
]
