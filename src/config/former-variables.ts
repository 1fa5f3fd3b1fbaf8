/** Variables of the log-agent service that need nothing here, and why. */
const unused: readonly (readonly [names: string, why: string])[] = [
  ['DB_MIN_CONNECTIONS DB_MAX_CONNECTIONS DB_POOL_TIMEOUT', 'One connection reads the log entries.'],
  [
    'REDIS_HOST REDIS_PORT REDIS_DB REDIS_PASSWORD REDIS_MAX_CONNECTIONS REDIS_SOCKET_TIMEOUT CACHE_TTL',
    'There is no Redis: everything is kept in the database.',
  ],
  ['API_HOST API_PORT API_PREFIX', 'Where clients find the API, SERVICE_HOST and SERVICE_PORT say.'],
  ['CORS_ORIGINS', 'Pages of other sites may not ask.'],
  [
    'ANALYSIS_INTERVAL AGENT_INTERVAL FEATURE_WINDOW',
    'Agents judge lines as they come, within the window that their files say.',
  ],
  ['MAX_RETRIES RETRY_DELAY', 'A database that is away is tried again for as long as it takes.'],
  [
    'MODEL_PATH MODEL_UPDATE_INTERVAL MODEL_THRESHOLD MIN_SAMPLES ANOMALY_THRESHOLD MAX_ANOMALIES TRAINING_INTERVAL MIN_TRAINING_SAMPLES',
    'The detector "agent-model" learns by itself; its options under "detectors" say how keenly it judges.',
  ],
  [
    'NOTIFICATION_ENABLED NOTIFICATION_URL NOTIFICATION_TOKEN NOTIFICATION_TIMEOUT NOTIFICATION_MAX_RETRIES',
    'Who is told of incidents stands under "notify".',
  ],
  ['SFTP_HOST SFTP_PORT SFTP_USER SFTP_PASSWORD SFTP_REMOTE_PATH SFTP_TIMEOUT', 'Models are not carried about.'],
  [
    'THRESHOLD_SIGNAL_STRENGTH THRESHOLD_PACKET_LOSS_RATE THRESHOLD_RETRY_RATE THRESHOLD_DATA_RATE RESOURCE_MONITORING_ENABLED RESOURCE_CHECK_INTERVAL RESOURCE_THRESHOLD_CPU RESOURCE_THRESHOLD_MEMORY RESOURCE_THRESHOLD_DISK RESOURCE_THRESHOLD_NETWORK',
    'Thresholds stand in the files of the agents: see "network_agents.paths".',
  ],
  ['EXPORT_PATH EXPORT_RETENTION EXPORT_FORMAT', 'Lists are read over the API.'],
  ['BACKUP_PATH BACKUP_RETENTION BACKUP_SCHEDULE', '`vedette backup` writes a copy when it is asked to.'],
  ['LOG_DIR LOG_RETENTION LOG_FORMAT', 'The log goes to standard error, as JSON.'],
  [
    'SQLITE_JOURNAL_MODE SQLITE_SYNCHRONOUS SQLITE_CACHE_SIZE SQLITE_TEMP_STORE SQLITE_MMAP_SIZE',
    'The SQLite file is for others to read; it needs no tuning.',
  ],
]

/** Says why a variable of an older system means nothing here; undefined when it does, or when nobody knows it. */
export const whyUnused = (variable: string): string | undefined =>
  unused.find(([names]) => names.split(' ').includes(variable))?.[1]
