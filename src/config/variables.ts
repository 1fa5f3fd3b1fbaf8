import { formerVariables } from '../compat/config.ts'

/** The prefix of our own variables. */
export const prefix = 'VEDETTE_'

/** Well-known variable names, each with the key that it is an alias of. A name may have several. */
export const aliases: readonly (readonly [variable: string, key: string])[] = [
  ...Object.entries({
    ABUSECH_API_KEY: 'intel.api_keys.abuse_ch',
    ABUSEIPDB_API_KEY: 'intel.api_keys.abuseipdb',
    ABUSE_CH_API_KEY: 'intel.api_keys.abuse_ch',
    DATABASE_URL: 'storage.url',
    GREYNOISE_API_KEY: 'intel.api_keys.greynoise',
    HOST: 'server.host',
    LOG_LEVEL: 'log.level',
    OTX_API_KEY: 'intel.api_keys.otx',
    PORT: 'server.port',
    VIRUSTOTAL_API_KEY: 'intel.api_keys.virustotal',
  }),
  ...formerVariables,
]

/** Returns the variable of a key: `server.port` is `VEDETTE_SERVER_PORT`. */
const variableOf = (key: string): string => prefix + key.replaceAll('.', '_').toUpperCase()

/** Lists the variables of a key, the first one winning. */
export const variablesOf = (key: string): readonly string[] => [
  variableOf(key),
  ...aliases.flatMap(([variable, meant]) => (meant === key ? [variable] : [])),
]
