import { z } from 'zod'
import { secret } from '../../config/shapes.ts'

const percent = (what: string) =>
  z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe(`The threshold for ${what} in use, in percent, for all agents that check it.`)

const keys = z
  .strictObject({
    agents: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'The agents to run. By default all of them if `database.host`, `port` or `sqlite_path` is set, else only `wifi`.',
      ),
    paths: z
      .array(z.string().min(1))
      .default([])
      .describe('Folders of your own agents, in YAML or JSON. An agent with the id of a bundled one replaces it.'),
    thresholds: z
      .record(z.string(), z.number().min(0))
      .default({})
      .describe('Thresholds by anomaly type that override the files of agents: `{ deauth_flood: 30 }`.'),
    resources: z
      .strictObject({
        cpu: percent('CPU time'),
        memory: percent('memory'),
        disk: percent('disk space'),
      })
      .prefault({}),
    link: z
      .strictObject({
        signal_strength: z.number().default(-70).describe('The lowest signal strength that is usual, in dBm.'),
        packet_loss: z.number().min(0).max(1).default(0.1).describe('The highest share of lost packets that is usual.'),
        retry_rate: z.number().min(0).max(1).default(0.2).describe('The highest share of retries that is usual.'),
        data_rate: z.number().min(0).default(24).describe('The lowest data rate that is usual, in Mbit/s.'),
      })
      .prefault({})
      .describe('Thresholds for measurements that clients send to `POST /api/v1/predict`.'),
    notification: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether messages are sent.'),
        url: z
          .url({ protocol: /^https?$/, error: 'expected an http or https address' })
          .optional()
          .meta({
            description:
              'The URL that receives incidents, as the receiver `network-agents` of type `webhook`; none by default.',
            secret: 'url',
          }),
        token: secret(1, 'The token to send as `Authorization: Bearer …`.'),
      })
      .prefault({}),
    database: z
      .strictObject({
        host: z
          .string()
          .min(1)
          .optional()
          .describe('The PostgreSQL server whose `log_entries` are read as the source `log-entries`; none by default.'),
        port: z.int().min(1).max(65_535).default(5432).describe('The port.'),
        name: z.string().min(1).default('netmonitor_db').describe('The name of the database.'),
        user: z.string().min(1).default('postgres').describe('A user with read access.'),
        password: secret(1, 'The password.'),
      })
      .prefault({}),
    host: z
      .string()
      .min(1)
      .optional()
      .describe('The address on which the port of the agents listens; `compat.host` by default.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'The port that serves the findings of agents, always with a token; 0 disables it. The default is 5555 if one of these keys enables all agents, else none.',
      ),
    every: z.number().min(0.1).default(10).describe('Seconds between two queries of the database.'),
    lookback: z.number().min(0).default(30).describe('How many minutes late a row may appear.'),
    batch: z.int().min(1).max(10_000).default(1_000).describe('The number of rows to read at once.'),
    sqlite_path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A SQLite file with the findings of agents for other programs, as the table `mcp_anomalies`; none by default.',
      ),
    retention_days: z.int().min(0).default(30).describe('How long anomalies of agents are listed; 0 means forever.'),
  })
  .prefault({})
  .describe('Compatibility with the network agents: `GET /api/v1/anomalies`.')

export type NetworkAgentsConfig = z.output<typeof keys>

export const networkAgentsConfig = {
  name: 'network-agents',
  keys,
  signature: [
    'AGENT_BATCH_SIZE',
    'AGENT_INTERVAL',
    'AGENT_LOOKBACK_WINDOW',
    'AGENT_PROCESSING_INTERVAL',
    'DB_MIN_CONNECTIONS',
    'DB_NAME=netmonitor_db',
    'RESOURCE_THRESHOLD_CPU',
    'SERVICE_HOST',
    'SERVICE_PORT',
    'SFTP_HOST',
    'SQLITE_DB_PATH',
    'SQLITE_JOURNAL_MODE',
    'THRESHOLD_SIGNAL_STRENGTH',
  ],
  variables: {
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
    HEALTH_TOKEN: 'health_token',
    NOTIFICATION_ENABLED: 'network_agents.notification.enabled',
    NOTIFICATION_TOKEN: 'network_agents.notification.token',
    NOTIFICATION_URL: 'network_agents.notification.url',
    RESOURCE_THRESHOLD_CPU: 'network_agents.resources.cpu',
    RESOURCE_THRESHOLD_DISK: 'network_agents.resources.disk',
    RESOURCE_THRESHOLD_MEMORY: 'network_agents.resources.memory',
    SERVICE_HOST: 'network_agents.host',
    SERVICE_PORT: 'network_agents.port',
    SQLITE_DB_PATH: 'network_agents.sqlite_path',
    THRESHOLD_DATA_RATE: 'network_agents.link.data_rate',
    THRESHOLD_PACKET_LOSS_RATE: 'network_agents.link.packet_loss',
    THRESHOLD_RETRY_RATE: 'network_agents.link.retry_rate',
    THRESHOLD_SIGNAL_STRENGTH: 'network_agents.link.signal_strength',
  },
  unused: {
    'DB_MIN_CONNECTIONS DB_MAX_CONNECTIONS DB_POOL_TIMEOUT': 'A single connection reads the log entries.',
    'API_HOST API_PORT API_PREFIX': 'SERVICE_HOST and SERVICE_PORT set the address of the API.',
    CORS_ORIGINS: 'Cross-origin requests are not allowed.',
    'ANALYSIS_INTERVAL AGENT_INTERVAL FEATURE_WINDOW':
      'Agents evaluate lines as they arrive, within the window of their files.',
    'MAX_RETRIES RETRY_DELAY': 'Vedette retries an unreachable database until it is back.',
    'ANOMALY_THRESHOLD MODEL_DIR MODEL_PATH MODEL_VERSION MODEL_UPDATE_INTERVAL MODEL_THRESHOLD MIN_SAMPLES MAX_ANOMALIES TRAINING_INTERVAL MIN_TRAINING_SAMPLES':
      'The detector "agent-model" trains itself; tune it with its options under "detectors".',
    'NOTIFICATION_TIMEOUT NOTIFICATION_MAX_RETRIES':
      'Failed deliveries are retried eight times with back-off, then dead-lettered.',
    'SFTP_HOST SFTP_PORT SFTP_USER SFTP_PASSWORD SFTP_REMOTE_PATH SFTP_TIMEOUT': 'Models are not distributed.',
    'RESOURCE_MONITORING_ENABLED RESOURCE_CHECK_INTERVAL RESOURCE_THRESHOLD_NETWORK':
      'No bundled agent counts this; write your own: see "network_agents.paths".',
    'EXPORT_PATH EXPORT_RETENTION EXPORT_FORMAT': 'Read the lists over the API.',
    'BACKUP_PATH BACKUP_RETENTION BACKUP_SCHEDULE':
      '`vedette backup` writes an archive; docs/operate.md shows a timer for it.',
    'LOG_DIR LOG_RETENTION LOG_FORMAT': 'The log goes to standard error, as JSON.',
    'SQLITE_JOURNAL_MODE SQLITE_SYNCHRONOUS SQLITE_CACHE_SIZE SQLITE_TEMP_STORE SQLITE_MMAP_SIZE':
      'The SQLite file is for other programs to read and needs no tuning.',
  },
}
