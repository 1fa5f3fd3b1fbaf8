import { createRequire } from 'node:module'
import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import { createFamiliar } from './familiar.ts'
import { type GeoDatabase, openGeoDatabase } from './geo-database.ts'
import { createNetworks } from './networks.ts'
import type { ContextTables } from './tables.ts'
import { createTold } from './told.ts'

/** The settings of networks. */
interface NetworkSettings {
  readonly internal: readonly string[]
  readonly benign: readonly string[]
  readonly cloud: readonly string[]
  readonly country_database?: string | undefined
  readonly asn_database?: string | undefined
}

interface ContextOptions {
  readonly config: { readonly networks: NetworkSettings }
  readonly store: Parameters<typeof createTold>[0]
  readonly log: Log
}

/** Tables about networks, assets and people, for events and alerts. */
export interface Context {
  readonly tables: ContextTables
  /** Reads what was imported since. */
  refresh(): Promise<void>
  /** Reads the files about networks. The first call throws when a file cannot be read; later calls keep the previous content. */
  refreshNetworks(): Promise<void>
}

/** Creates the tables; they are empty until the first refresh. */
export const createContext = ({ config, store, log }: ContextOptions): Context => {
  const { internal, benign, cloud } = config.networks
  const networks = createNetworks({ internal, benign, cloud, databases: databasesOf(config, log) })
  const { assets, people, refresh } = createTold(store)
  let started = false
  return {
    tables: { networks, assets, people, familiar: createFamiliar() },
    refresh,
    async refreshNetworks() {
      await networks.refresh((fault) => {
        if (!started) throw fault
        log.warn(
          { reason: messageOf(fault) },
          'A file about networks could not be read; its previous content stays active.',
        )
      })
      started = true
    },
  }
}

/** Creates the tables of an analysis in memory. They know the internal ranges only. */
export const createBareContext = (config: { readonly networks: Pick<NetworkSettings, 'internal'> }): ContextTables => {
  const { internal } = config.networks
  const nobody = { all: async () => [], state: async () => '' }
  const { assets, people } = createTold({ assets: nobody, people: nobody })
  const networks = createNetworks({ internal, benign: [], cloud: [], databases: [] })
  return { networks, assets, people, familiar: createFamiliar() }
}

const databasesOf = ({ networks }: ContextOptions['config'], log: Log): readonly GeoDatabase[] =>
  [networks.country_database ?? bundledCountries(log), networks.asn_database].flatMap((path) =>
    path === undefined ? [] : [openGeoDatabase(path)],
  )

/** Finds the bundled database of countries. It is an optional dependency. */
const bundledCountries = (log: Log): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve(
      '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
    )
  } catch {
    log.info({}, 'No database of countries is installed; networks.country_database can name one.')
    return undefined
  }
}
