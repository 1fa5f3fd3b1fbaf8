import { existsSync } from 'node:fs'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment of this process, with `.env` as a fallback. No other code reads it. */
export const environment = (): Environment => {
  if (existsSync('.env')) process.loadEnvFile()
  return process.env
}

/** The prefix of our own variables. */
export const prefix = 'VEDETTE_'

/** Well-known variable names, each an alias of one or several of our keys. */
export const aliases: Readonly<Record<string, string | readonly string[]>> = {
  ABUSECH_API_KEY: 'intel.api_keys.abuse_ch',
  ABUSEIPDB_API_KEY: 'intel.api_keys.abuseipdb',
  ABUSE_CH_API_KEY: 'intel.api_keys.abuse_ch',
  AGENT_BATCH_SIZE: 'network_agents.batch',
  AGENT_LOOKBACK_WINDOW: 'network_agents.lookback',
  AGENT_PROCESSING_INTERVAL: 'network_agents.every',
  ANOMALY_DETECTION_DATA: 'data_dir',
  ANOMALY_RETENTION_DAYS: ['network_agents.retention_days', 'query_guard.anomaly_days'],
  ANOMALY_THRESHOLD: 'query_guard.threshold',
  ANTHROPIC_API_KEY: 'query_guard.language_model.api_key',
  BATCH_SIZE: 'network_agents.batch',
  CLAUDE_MODEL: 'query_guard.language_model.model',
  DATABASE_URL: 'storage.url',
  DB_HOST: 'network_agents.database.host',
  DB_NAME: 'network_agents.database.name',
  DB_PASSWORD: 'network_agents.database.password',
  DB_PORT: 'network_agents.database.port',
  DB_USER: 'network_agents.database.user',
  EXCLUDED_DATASETS: 'query_guard.excluded_datasets',
  GREYNOISE_API_KEY: 'intel.api_keys.greynoise',
  HEALTH_TOKEN: 'health_token',
  HISTORICAL_RETENTION_DAYS: 'query_guard.history_days',
  HOST: 'server.host',
  LOG_LEVEL: 'log.level',
  MAX_HISTORICAL_RECORDS: 'query_guard.max_history',
  MAX_RECORDS_PER_BATCH: 'query_guard.max_records_per_batch',
  MINIMUM_TRAINING_RECORDS: 'query_guard.min_training_records',
  ML_URL: 'log_analyzer.ml_url',
  MODEL_DIR: 'log_detection.model_dir',
  MODEL_RETENTION_DAYS: 'query_guard.model_days',
  MODEL_VERSION: 'log_analyzer.model_version',
  M_AUTH_KEY: 'query_guard.auth_key',
  NOTIFICATION_ENABLED: 'network_agents.notification.enabled',
  NOTIFICATION_TOKEN: 'network_agents.notification.token',
  NOTIFICATION_URL: 'network_agents.notification.url',
  OTX_API_KEY: 'intel.api_keys.otx',
  PORT: 'server.port',
  RABBITMQ_URL: 'rabbitmq.url',
  RESOURCE_THRESHOLD_CPU: 'network_agents.resources.cpu',
  RESOURCE_THRESHOLD_DISK: 'network_agents.resources.disk',
  RESOURCE_THRESHOLD_MEMORY: 'network_agents.resources.memory',
  SERVICE_HOST: 'network_agents.host',
  SERVICE_PORT: 'network_agents.port',
  SQLITE_DB_PATH: 'network_agents.sqlite_path',
  THRESHOLD: 'log_analyzer.threshold',
  VIRUSTOTAL_API_KEY: 'intel.api_keys.virustotal',
}

/** Returns the variable of a key: `server.port` is `VEDETTE_SERVER_PORT`. */
export const variableOf = (key: string): string => prefix + key.replaceAll('.', '_').toUpperCase()
