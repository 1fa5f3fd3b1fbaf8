import { z } from 'zod'

const stageQueue = (content: string) =>
  z
    .string()
    .max(200)
    .default('')
    .describe(`The queue for ${content}; none by default. It is published with the result.`)

export const triageConfig = {
  name: 'triage',
  signature: [
    'CHROMA_HOST',
    'DB_MAX_OVERFLOW',
    'DB_POOL_SIZE',
    'ENCRYPTION_KEY',
    'JWT_EXPIRATION_HOURS',
    'JWT_SECRET_KEY',
    'LLM_MOCK_MODE',
    'LLM_ROUTER_URL',
    'RABBITMQ_URL',
    'SIMILARITY_SEARCH_URL',
  ],
  keys: z
    .strictObject({
      url: z
        .string()
        .regex(/^amqps?:\/\/./, 'expected amqp://… or amqps://…')
        .optional()
        .meta({
          description:
            'A broker with the queues of the alert triage services: `amqp://user:password@host:5672/vhost`. Alerts are read from one queue and results published to another.',
          secret: 'url',
        }),
      alerts: z.string().max(200).default('alert.raw').describe('The queue to read alerts from; empty for none.'),
      results: z
        .string()
        .max(200)
        .default('alert.result')
        .describe('The queue for the triage result of each alert; empty for none.'),
      normalized: stageQueue('each alert in the form of a SecurityAlert: `alert.normalized`'),
      enriched: stageQueue('each alert with its context: `alert.enriched`'),
      contextualized: stageQueue('each alert with its context and threat intelligence: `alert.contextualized`'),
    })
    .prefault({}),
  variables: { RABBITMQ_URL: 'rabbitmq.url' },
  unused: {
    'REDIS_URL REDIS_HOST REDIS_PORT REDIS_DB REDIS_PASSWORD REDIS_MAX_CONNECTIONS REDIS_SOCKET_TIMEOUT CACHE_TTL':
      'Vedette does not use Redis; all data is in the database.',
    'DB_POOL_SIZE DB_MAX_OVERFLOW': 'Vedette sizes its database connection pool itself.',
    'LLM_ROUTER_URL SIMILARITY_SEARCH_URL': 'This service is built in.',
    LLM_MOCK_MODE: 'Without a language model, rules alone decide: see "triage.llm.providers".',
    'CHROMA_HOST CHROMA_PORT': 'The database finds similar alerts.',
    'JWT_SECRET_KEY JWT_ALGORITHM JWT_EXPIRATION_HOURS ENCRYPTION_KEY':
      'Sessions and tokens are stored in the database as hashes.',
    'ENABLE_METRICS METRICS_PORT': 'Metrics are always available at /metrics.',
    'SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD SLACK_WEBHOOK_URL': 'Configure receivers of incidents under "notify".',
  },
}
