/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the variables this process was started with; the only place that does. */
export const environment = (): Environment => process.env

/** What every variable of ours begins with. */
export const prefix = 'VEDETTE_'

/** Names that others expect and that mean a key of ours. */
export const aliases: Readonly<Record<string, string>> = {
  HEALTH_TOKEN: 'health_token',
  HOST: 'server.host',
  LOG_LEVEL: 'log.level',
  PORT: 'server.port',
}

/** Names the variable of a key: `server.port` is `VEDETTE_SERVER_PORT`. */
export const variableOf = (key: string): string => prefix + key.replaceAll('.', '_').toUpperCase()
