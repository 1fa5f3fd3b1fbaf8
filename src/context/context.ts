import { createRequire } from 'node:module'
import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import { type GeoDatabase, openGeoDatabase } from './geo-database.ts'
import { createInventory } from './inventory.ts'
import { createLoginHistory } from './login-history.ts'
import { createNetworks } from './networks.ts'
import type { ContextTables } from './tables.ts'

/** The network settings. */
interface NetworkSettings {
  readonly internal: readonly string[]
  readonly benign: readonly string[]
  readonly cloud: readonly string[]
  readonly country_database?: string | undefined
  readonly asn_database?: string | undefined
}

type BareNetworkSettings = Pick<NetworkSettings, 'internal' | 'country_database'>
type DatabaseSettings = Pick<NetworkSettings, 'country_database' | 'asn_database'>

interface ContextOptions {
  readonly config: { readonly networks: NetworkSettings }
  readonly store: Parameters<typeof createInventory>[0]
  readonly log: Log
}

/** Facts about networks, assets and users, for events and alerts. */
export interface Context {
  readonly tables: ContextTables
  /** Reads new imports. */
  refresh(): Promise<void>
  /** Reads the network files. The first call throws if a file cannot be read. Later calls log a warning and keep the previous content. */
  refreshNetworks(): Promise<void>
}

/** Creates the tables; they are empty until the first refresh. */
export const createContext = ({ config, store, log }: ContextOptions): Context => {
  const { internal, benign, cloud } = config.networks
  const networks = createNetworks({ internal, benign, cloud, databases: databasesOf(config, log) })
  const { assets, people, refresh } = createInventory(store)
  let started = false
  return {
    tables: { networks, assets, people, history: createLoginHistory() },
    refresh,
    async refreshNetworks() {
      await networks.refresh((fault) => {
        if (!started) throw fault
        log.warn({ reason: messageOf(fault) }, 'Cannot read a network file. Its previous content stays active.')
      })
      started = true
    },
  }
}

/** Creates the tables for an analysis in memory. They contain the internal ranges and, after a refresh of the networks, the countries. */
export const createBareContext = (config: { readonly networks: BareNetworkSettings }, log: Log): ContextTables => {
  const { internal, country_database } = config.networks
  const databases = databasesOf({ networks: { country_database } }, log)
  const empty = { all: async () => [], state: async () => '' }
  const { assets, people } = createInventory({ assets: empty, people: empty })
  const networks = createNetworks({ internal, benign: [], cloud: [], databases })
  return { networks, assets, people, history: createLoginHistory() }
}

const databasesOf = ({ networks }: { readonly networks: DatabaseSettings }, log: Log): readonly GeoDatabase[] => {
  const { country_database, asn_database } = networks
  const countries = country_database === undefined ? bundledCountries(log) : [openGeoDatabase(country_database)]
  return asn_database === undefined ? countries : [...countries, openGeoDatabase(asn_database)]
}

/** Finds the bundled country databases, which are an optional dependency. Many installations never read the larger one, of IPv6. */
const bundledCountries = (log: Log): readonly GeoDatabase[] => {
  const { resolve } = createRequire(import.meta.url)
  const fileOf = (version: 4 | 6) =>
    `@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country-ipv${version}.mmdb`
  try {
    return ([4, 6] as const).map((version) => openGeoDatabase(resolve(fileOf(version)), version))
  } catch {
    log.info({}, 'No country database is installed. Set networks.country_database to use one.')
    return []
  }
}
