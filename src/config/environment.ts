import { existsSync } from 'node:fs'

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the variables this process was started with, and behind them those of a file `.env`; the only place that does. */
export const environment = (): Environment => {
  if (existsSync('.env')) process.loadEnvFile()
  return process.env
}

/** What every variable of ours begins with. */
export const prefix = 'VEDETTE_'

/** Names that others expect and that mean a key of ours. */
export const aliases: Readonly<Record<string, string>> = {
  ABUSECH_API_KEY: 'intel.api_keys.abuse_ch',
  ABUSEIPDB_API_KEY: 'intel.api_keys.abuseipdb',
  ABUSE_CH_API_KEY: 'intel.api_keys.abuse_ch',
  AGENT_BATCH_SIZE: 'network_agents.batch',
  AGENT_LOOKBACK_WINDOW: 'network_agents.lookback',
  AGENT_PROCESSING_INTERVAL: 'network_agents.every',
  ANOMALY_RETENTION_DAYS: 'network_agents.retention_days',
  BATCH_SIZE: 'network_agents.batch',
  DB_HOST: 'network_agents.database.host',
  DB_NAME: 'network_agents.database.name',
  DB_PASSWORD: 'network_agents.database.password',
  DB_PORT: 'network_agents.database.port',
  DB_USER: 'network_agents.database.user',
  GREYNOISE_API_KEY: 'intel.api_keys.greynoise',
  HEALTH_TOKEN: 'health_token',
  HOST: 'server.host',
  LOG_LEVEL: 'log.level',
  ML_URL: 'log_analyzer.ml_url',
  MODEL_DIR: 'log_detection.model_dir',
  MODEL_VERSION: 'log_analyzer.model_version',
  OTX_API_KEY: 'intel.api_keys.otx',
  PORT: 'server.port',
  SERVICE_HOST: 'network_agents.host',
  SERVICE_PORT: 'network_agents.port',
  SQLITE_DB_PATH: 'network_agents.sqlite_path',
  THRESHOLD: 'log_analyzer.threshold',
  VIRUSTOTAL_API_KEY: 'intel.api_keys.virustotal',
}

/** Names the variable of a key: `server.port` is `VEDETTE_SERVER_PORT`. */
export const variableOf = (key: string): string => prefix + key.replaceAll('.', '_').toUpperCase()
