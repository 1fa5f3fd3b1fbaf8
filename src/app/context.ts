import { createRequire } from 'node:module'
import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { createFamiliar } from '../context/familiar.ts'
import { type GeoDatabase, openGeoDatabase } from '../context/geo-database.ts'
import { createNetworks } from '../context/networks.ts'
import type { ContextTables } from '../context/tables.ts'
import { createTold } from '../context/told.ts'
import { messageOf } from '../errors.ts'
import type { Store } from '../store/store.ts'

interface ContextOptions {
  readonly config: Pick<Config, 'networks'>
  readonly store: Pick<Store, 'assets' | 'people'>
  readonly log: Log
}

/** The tables that events and alerts are put into context by, and how they are kept up to date. */
export interface Context {
  readonly tables: ContextTables
  /** Reads what people told since. */
  refresh(): Promise<void>
  /** Reads the files about networks. At the start what cannot be read stops it; later what it told before stays. */
  refreshNetworks(): Promise<void>
}

/** Makes the tables; what is told and what files tell is known after the first refresh. */
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
        log.warn({ reason: messageOf(fault) }, 'A file about networks could not be read; what it told before stays.')
      })
      started = true
    },
  }
}

/** The tables of an analysis in memory: our own ranges are known, and nothing else. */
export const createBareContext = (config: Pick<Config, 'networks'>): ContextTables => {
  const { internal } = config.networks
  const nobody = { all: async () => [], state: async () => '' }
  const { assets, people } = createTold({ assets: nobody, people: nobody })
  const networks = createNetworks({ internal, benign: [], cloud: [], databases: [] })
  return { networks, assets, people, familiar: createFamiliar() }
}

const databasesOf = ({ networks }: Pick<Config, 'networks'>, log: Log): readonly GeoDatabase[] =>
  [networks.country_database ?? bundledCountries(log), networks.asn_database].flatMap((path) =>
    path === undefined ? [] : [openGeoDatabase(path)],
  )

/** Where the countries are that come along; they may be left out when the program is installed. */
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
