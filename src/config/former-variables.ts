/** Variables of older systems that need nothing here, and why. */
const unused: readonly (readonly [names: string, why: string])[] = [
  ['DB_MIN_CONNECTIONS DB_MAX_CONNECTIONS DB_POOL_TIMEOUT', 'One connection reads the log entries.'],
  [
    'REDIS_URL REDIS_HOST REDIS_PORT REDIS_DB REDIS_PASSWORD REDIS_MAX_CONNECTIONS REDIS_SOCKET_TIMEOUT CACHE_TTL',
    'There is no Redis: everything is kept in the database.',
  ],
  ['DB_POOL_SIZE DB_MAX_OVERFLOW', 'The program opens as many connections to its database as it needs.'],
  ['DB_CONNECT_ARGS', 'What a database needs to know besides stands in its address: see "storage.url".'],
  ['STORAGE_PATH', 'What is kept of results lies in the database: see "storage.url".'],
  ['SKIP_PATTERNS', 'Datasets are left out by "query_guard.excluded_datasets".'],
  ['WORKERS', 'One process does the work; where it is not enough, several stand behind a balancer.'],
  ['LLM_ROUTER_URL SIMILARITY_SEARCH_URL', 'It is part of this program.'],
  ['LLM_MOCK_MODE', 'Without a language model the rules judge alone: see "triage.llm.providers".'],
  ['CHROMA_HOST CHROMA_PORT', 'Alerts that are alike are found in the database.'],
  [
    'JWT_SECRET_KEY JWT_ALGORITHM JWT_EXPIRATION_HOURS ENCRYPTION_KEY',
    'Sessions and tokens are kept in the database, as hashes.',
  ],
  ['ENABLE_METRICS METRICS_PORT', 'Metrics are always there, at /metrics.'],
  ['SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD SLACK_WEBHOOK_URL', 'Who is told of incidents stands under "notify".'],
  ['API_HOST API_PORT API_PREFIX', 'Where clients find the API, SERVICE_HOST and SERVICE_PORT say.'],
  ['CORS_ORIGINS', 'Pages of other sites may not ask.'],
  [
    'ANALYSIS_INTERVAL AGENT_INTERVAL FEATURE_WINDOW',
    'Agents judge lines as they come, within the window that their files say.',
  ],
  ['MAX_RETRIES RETRY_DELAY', 'A database that is away is waited for and tried again for as long as it takes.'],
  [
    'MODEL_PATH MODEL_UPDATE_INTERVAL MODEL_THRESHOLD MIN_SAMPLES ANOMALY_THRESHOLD MAX_ANOMALIES TRAINING_INTERVAL MIN_TRAINING_SAMPLES',
    'The detector "agent-model" learns by itself; its options under "detectors" say how keenly it judges.',
  ],
  [
    'NOTIFICATION_TIMEOUT NOTIFICATION_MAX_RETRIES',
    'What cannot be delivered is tried eight times, ever more rarely, and then set aside.',
  ],
  ['SFTP_HOST SFTP_PORT SFTP_USER SFTP_PASSWORD SFTP_REMOTE_PATH SFTP_TIMEOUT', 'Models are not carried about.'],
  [
    'THRESHOLD_SIGNAL_STRENGTH THRESHOLD_PACKET_LOSS_RATE THRESHOLD_RETRY_RATE THRESHOLD_DATA_RATE RESOURCE_MONITORING_ENABLED RESOURCE_CHECK_INTERVAL RESOURCE_THRESHOLD_NETWORK',
    'No agent counts this; one of your own can: see "network_agents.paths".',
  ],
  ['EXPORT_PATH EXPORT_RETENTION EXPORT_FORMAT', 'Lists are read over the API.'],
  [
    'BACKUP_PATH BACKUP_RETENTION BACKUP_SCHEDULE',
    '`vedette backup` writes an archive; docs/operate.md shows a timer.',
  ],
  ['LOG_DIR LOG_RETENTION LOG_FORMAT', 'The log goes to standard error, as JSON.'],
  [
    'SQLITE_JOURNAL_MODE SQLITE_SYNCHRONOUS SQLITE_CACHE_SIZE SQLITE_TEMP_STORE SQLITE_MMAP_SIZE',
    'The SQLite file is for others to read; it needs no tuning.',
  ],
]

/** Says why a variable of an older system means nothing here; undefined when it does, or when nobody knows it. */
export const whyUnused = (variable: string): string | undefined =>
  unused.find(([names]) => names.split(' ').includes(variable))?.[1]
