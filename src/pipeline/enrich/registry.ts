import { type AssetTable, assetEnricher } from './asset.ts'
import type { Enricher } from './enricher.ts'
import { type NetworkTable, networkEnricher } from './network.ts'
import { type PersonTable, userEnricher } from './user.ts'

/** The tables in memory that events are enriched from. */
export interface EnrichTables {
  readonly assets: AssetTable
  readonly networks: NetworkTable
  readonly people: PersonTable
}

/** Makes every enricher there is. No operator names one: a table that is empty adds nothing. */
export const createEnrichers = ({ assets, networks, people }: EnrichTables): readonly Enricher[] => [
  assetEnricher(assets),
  networkEnricher(networks),
  userEnricher(people),
]
