/** Variables of older systems that have no effect here, and why. */
const unused: readonly (readonly [names: string, why: string])[] = [
  ['DB_MIN_CONNECTIONS DB_MAX_CONNECTIONS DB_POOL_TIMEOUT', 'A single connection reads the log entries.'],
  [
    'REDIS_URL REDIS_HOST REDIS_PORT REDIS_DB REDIS_PASSWORD REDIS_MAX_CONNECTIONS REDIS_SOCKET_TIMEOUT CACHE_TTL',
    'Vedette does not use Redis; all data is in the database.',
  ],
  ['DB_POOL_SIZE DB_MAX_OVERFLOW', 'Vedette sizes its database connection pool itself.'],
  ['DB_CONNECT_ARGS', 'Set database options in the URL: see "storage.url".'],
  ['STORAGE_PATH', 'Results are stored in the database: see "storage.url".'],
  ['SKIP_PATTERNS', 'Exclude datasets with "query_guard.excluded_datasets".'],
  ['WORKERS', 'One process does all the work. To scale out, run several behind a load balancer.'],
  ['LLM_ROUTER_URL SIMILARITY_SEARCH_URL', 'This service is built in.'],
  ['LLM_MOCK_MODE', 'Without a language model, rules alone decide: see "triage.llm.providers".'],
  ['CHROMA_HOST CHROMA_PORT', 'The database finds similar alerts.'],
  [
    'JWT_SECRET_KEY JWT_ALGORITHM JWT_EXPIRATION_HOURS ENCRYPTION_KEY',
    'Sessions and tokens are stored in the database as hashes.',
  ],
  ['ENABLE_METRICS METRICS_PORT', 'Metrics are always available at /metrics.'],
  ['SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD SLACK_WEBHOOK_URL', 'Configure receivers of incidents under "notify".'],
  ['API_HOST API_PORT API_PREFIX', 'SERVICE_HOST and SERVICE_PORT set the address of the API.'],
  ['CORS_ORIGINS', 'Cross-origin requests are not allowed.'],
  [
    'ANALYSIS_INTERVAL AGENT_INTERVAL FEATURE_WINDOW',
    'Agents evaluate lines as they arrive, within the window of their files.',
  ],
  ['MAX_RETRIES RETRY_DELAY', 'Vedette retries an unreachable database until it is back.'],
  [
    'MODEL_PATH MODEL_UPDATE_INTERVAL MODEL_THRESHOLD MIN_SAMPLES ANOMALY_THRESHOLD MAX_ANOMALIES TRAINING_INTERVAL MIN_TRAINING_SAMPLES',
    'The detector "agent-model" trains itself; tune it with its options under "detectors".',
  ],
  [
    'NOTIFICATION_TIMEOUT NOTIFICATION_MAX_RETRIES',
    'Failed deliveries are retried eight times with back-off, then dead-lettered.',
  ],
  ['SFTP_HOST SFTP_PORT SFTP_USER SFTP_PASSWORD SFTP_REMOTE_PATH SFTP_TIMEOUT', 'Models are not distributed.'],
  [
    'THRESHOLD_SIGNAL_STRENGTH THRESHOLD_PACKET_LOSS_RATE THRESHOLD_RETRY_RATE THRESHOLD_DATA_RATE RESOURCE_MONITORING_ENABLED RESOURCE_CHECK_INTERVAL RESOURCE_THRESHOLD_NETWORK',
    'No bundled agent counts this; write your own: see "network_agents.paths".',
  ],
  ['EXPORT_PATH EXPORT_RETENTION EXPORT_FORMAT', 'Read the lists over the API.'],
  [
    'BACKUP_PATH BACKUP_RETENTION BACKUP_SCHEDULE',
    '`vedette backup` writes an archive; docs/operate.md shows a timer for it.',
  ],
  ['LOG_DIR LOG_RETENTION LOG_FORMAT', 'The log goes to standard error, as JSON.'],
  [
    'SQLITE_JOURNAL_MODE SQLITE_SYNCHRONOUS SQLITE_CACHE_SIZE SQLITE_TEMP_STORE SQLITE_MMAP_SIZE',
    'The SQLite file is for other programs to read and needs no tuning.',
  ],
]

/** Says why a variable of an older system has no effect here; undefined if it has one or is unknown. */
export const whyUnused = (variable: string): string | undefined =>
  unused.find(([names]) => names.split(' ').includes(variable))?.[1]
