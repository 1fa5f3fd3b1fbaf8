import { z } from 'zod'
import { compatKeys } from '../compat/config.ts'
import { parseRange } from '../lib/address/address.ts'
import { plainDatabaseUrl } from '../pipeline/ingest/sql/database-url.ts'
import { digestOptions } from '../pipeline/notify/digest/digest-schedule.ts'
import { maintenanceWindow, routingOptions } from '../pipeline/notify/routing-options.ts'
import { riskOptions } from '../pipeline/triage/risk.ts'
import { fieldMap } from '../schema/record/field-map.ts'
import { ruleStatus } from '../schema/rule/rule.ts'
import { intel } from './intel.ts'
import { llm } from './llm.ts'
import { component, componentName, durationSetting, optionalDuration, optionalSize, secret, size } from './shapes.ts'
import { signInSettings } from './sign-in.ts'

const logLevels: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal', off: 'silent' }

const defaultDetectors = [
  'agent',
  'agent-model',
  'baseline',
  'external',
  'indicator',
  'isolation-forest',
  'job',
  'rarity',
  'sequence',
  'session',
  'sigma',
  'template',
  'transfer',
  'trend',
]

const server = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on; `0.0.0.0` for all interfaces.'),
  port: z.int().min(0).max(65_535).default(8787).describe('The port to listen on; 0 picks a free one.'),
  public_url: z
    .url()
    .optional()
    .describe(
      'The URL under which users reach the server, for links in messages; host and port by default. It may have a path, below which a proxy serves Vedette.',
    ),
  allowed_hosts: z
    .array(z.string().min(1).max(253))
    .default([])
    .describe(
      'Additional host names, besides loopback, for requests to MCP and to the ports of older systems. Needed behind a proxy: `logs.example.org`, `*.example.org`, or `*` for any.',
    ),
  tls: z
    .strictObject({
      cert: z.string().optional().describe('The certificate chain in PEM, usually set with `cert_file`.'),
      key: z
        .string()
        .optional()
        .meta({ description: 'The private key in PEM, usually set with `key_file`.', secret: true }),
    })
    .prefault({}),
  trusted_proxies: z
    .array(z.string())
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-* headers are trusted.'),
  rate_limit: z
    .strictObject({
      requests: z.int().min(1).default(6000).describe('Requests per minute, per token or address.'),
      sign_ins: z.int().min(1).default(20).describe('Invalid tokens per minute, per address.'),
    })
    .prefault({}),
  live_streams: z
    .strictObject({
      total: z
        .int()
        .min(1)
        .default(200)
        .describe('Concurrent live connections: server-sent events, WebSockets, GraphQL and MCP together.'),
      per_caller: z
        .int()
        .min(1)
        .default(20)
        .describe('Live connections per token or account (429 above that). Each open dashboard tab has one.'),
      reserved: z.int().min(0).default(20).describe('Live connections reserved for admins; others get 503.'),
    })
    .prefault({}),
})

/** The whole configuration. Every key has a default and a description; unknown keys are errors. */
const topicNames = ['records', 'facts', 'detections', 'alerts', 'incidents'] as const

export const configSchema = z.strictObject({
  data_dir: z.string().min(1).default('./data').describe('The folder for all data, created with mode 0700.'),
  server: server.prefault({}),
  storage: z
    .strictObject({
      url: z
        .string()
        .overwrite(plainDatabaseUrl)
        .regex(/^(sqlite|postgres|postgresql):/, 'expected sqlite:PATH or postgres://…')
        .refine((url) => url.startsWith('sqlite:') || URL.canParse(url), {
          error: 'is no URL: write special characters of the password as %XX, such as %23 for "#"',
          abort: true,
        })
        .optional()
        .meta({ description: 'The URL of the database; `sqlite:<data_dir>/vedette.db` by default.', secret: 'url' }),
      blocks: z
        .string()
        .regex(/^s3:\/\/[a-z\d][a-z\d-]{1,61}[a-z\d](\/[\w./=-]*)?$/, 'expected s3://BUCKET or s3://BUCKET/PREFIX')
        .optional()
        .describe(
          'Where to store events, such as `s3://BUCKET/PREFIX`: S3 or a compatible service. Their index stays in the database. By default the database holds both.',
        ),
      s3: z
        .strictObject({
          endpoint: z
            .url({ protocol: /^https?$/ })
            .optional()
            .describe('The URL of another service than AWS, such as `https://minio.example.com`.'),
          region: z
            .string()
            .regex(/^[a-z\d-]{1,63}$/, 'expected a region such as eu-central-1')
            .default('us-east-1')
            .describe('The region of the bucket.'),
          access_key_id: z.string().min(1).optional().describe('The ID of the access key.'),
          secret_access_key: secret(1, 'The access key.'),
          session_token: secret(1, 'The token of temporary credentials.'),
        })
        .prefault({}),
    })
    .refine(({ blocks, s3 }) => blocks === undefined || (s3.access_key_id && s3.secret_access_key), {
      path: ['s3'],
      message: 'expected access_key_id and secret_access_key, because blocks is set',
    })
    .prefault({}),
  queue: z
    .strictObject({
      url: z
        .string()
        .regex(/^amqps?:\/\/./, 'expected amqp://… or amqps://…')
        .optional()
        .meta({
          description:
            'The URL of a RabbitMQ broker that carries records which wait, `amqp://user:password@host:5672/vhost`, or of a cluster, `amqp://user:password@one:5672,two:5672/vhost`. Without it, they wait in the database. Needs PostgreSQL.',
          secret: 'url',
        }),
      max_records: z
        .int()
        .min(1000)
        .default(2_000_000)
        .describe(
          'The maximum number of queued records; above it, senders get 429, or 503 while object storage is away.',
        ),
      max_bytes: size(
        '2GB',
        'The maximum size of queued records, compressed; above it, senders get 429, or 503 while object storage is away.',
      ),
    })
    .prefault({}),
  analysis: z
    .strictObject({
      max_records: z
        .int()
        .min(1)
        .default(200_000)
        .describe('The maximum number of records in one request (413 above that).'),
      max_bytes: size('64MB', 'The maximum size of a request body, uncompressed (413 above that).'),
      waiting: z
        .int()
        .min(1)
        .default(4)
        .describe(
          'Requests that may wait while one runs (503 above that). One token or account may use all but one of these places (429 above that).',
        ),
      timeout: durationSetting('5m', 'The timeout of one request.'),
      memory: size('512MB', 'The memory limit of one request, without its body.'),
    })
    .prefault({})
    .describe('Requests that analyse records in their body. A worker thread runs them one at a time.'),
  workers: z
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe(
      'Worker threads for the pipeline, which divide the partitions among themselves. With one or more, requests are answered while a backlog is worked off. 0: the pipeline shares the main thread, which needs about 100 MB less memory.',
    ),
  topics: z
    .array(z.enum(topicNames))
    .default(() => [...topicNames])
    .describe(
      'The topics that this process works: `records` finds what is unusual, `facts` counts over all partitions, `detections` become alerts, `alerts` does triage, `incidents` sends messages. Others on the same database work the rest.',
    ),
  partitions: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe(
      'The parts that the records are divided into, by source and host. Each is worked by one thread at a time, so this is the largest number of threads that share the work. Fixed at the first start.',
    ),
  sources: z
    .array(component.extend({ name: componentName.describe('The source name of its events.') }))
    .default([])
    .describe('Sources to read, in addition to HTTP.'),
  samples: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('Whether the first start shows the recorded sample week until real data arrives.'),
  detectors: z
    .array(component)
    .default(() => defaultDetectors.map((type) => ({ type })))
    .describe('The detectors and their options.'),
  rules: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether the bundled rules are enabled.'),
      paths: z.array(z.string().min(1)).default([]).describe('Folders of your own Sigma rules.'),
      taxonomy: z
        .array(z.string().min(1))
        .default([])
        .describe('Taxonomy files: they map log sources and fields of rules to events.'),
      placeholders: z
        .record(z.string(), z.array(z.string()))
        .default({})
        .describe('Values for placeholders in rules: `{ admins: [root, ana] }` for `%admins%`.'),
      min_status: ruleStatus
        .default('experimental')
        .describe('The least mature status at which rules are enabled by default.'),
    })
    .prefault({}),
  formats: z
    .strictObject({
      paths: z.array(z.string().min(1)).default([]).describe('Folders of your own log formats.'),
      map: z
        .array(
          z.strictObject({
            source: z.string().min(1).describe('The name of the source; `*` stands for any characters.'),
            fields: fieldMap.describe(
              'The name of the field with the `time`, `message`, `level`, `host`, `user`, `service` or `ip`.',
            ),
          }),
        )
        .default([])
        .describe(
          'Which fields of records mean what, for some sources: `{ source: shop, fields: { time: when_happened } }`. The first that matches decides.',
        ),
    })
    .prefault({}),
  networks: z
    .strictObject({
      internal: z
        .array(
          z.string().refine((text) => parseRange(text) !== undefined, 'Write an address or a range: 198.51.100.0/24.'),
        )
        .default([])
        .describe('Your own public ranges. Their addresses count as internal.'),
      country_database: z
        .string()
        .min(1)
        .optional()
        .describe(
          'An .mmdb file with the countries, and optionally cities, of addresses; the bundled file by default.',
        ),
      asn_database: z
        .string()
        .min(1)
        .optional()
        .describe('An .mmdb file with the network operators of addresses, such as GeoLite2-ASN.'),
      benign: z
        .array(z.string().min(1))
        .default([])
        .describe('Files with known harmless ranges: MISP warninglists, or one range per line.'),
      cloud: z
        .array(z.string().min(1))
        .default([])
        .describe('Files with ranges of cloud providers, in the same format.'),
    })
    .prefault({}),
  triage: z.strictObject({ risk: riskOptions.prefault({}), llm: llm.prefault({}) }).prefault({}),
  intel: intel.prefault({}),
  correlate: z
    .strictObject({
      gap: durationSetting('30m', 'The maximum time between related alerts of one incident.'),
      quiet_after: durationSetting(
        '1d',
        'An incident of low or medium severity that nobody works on is resolved after this time without news. 0 means never.',
      ),
    })
    .prefault({}),
  remediation: z
    .strictObject({
      playbooks: z
        .array(z.string().min(1))
        .default([])
        .describe('Folders of your own playbooks. A playbook with the id of a bundled one replaces it.'),
      webhooks: z
        .array(
          z.strictObject({
            name: componentName.describe('The name that playbooks use.'),
            url: z
              .url({ protocol: /^https?$/, error: 'expected an http or https address' })
              .describe('The URL to post to.'),
            secret: z
              .string()
              .min(16, 'use at least 16 characters')
              .meta({ description: 'Signs each message: `X-Vedette-Signature`, HMAC-SHA256.', secret: true }),
            timeout: durationSetting('30s', 'The timeout of one request.'),
          }),
        )
        .default([])
        .describe('Webhooks that run approved actions: `name`, `url`, `secret`, `timeout`.'),
    })
    .prefault({}),
  notify: z
    .array(
      component.extend({
        name: componentName.describe('The name in the delivery log.'),
        ...routingOptions,
      }),
    )
    .prefault([])
    .describe('Receivers of incidents.'),
  digests: z
    .array(digestOptions)
    .prefault([])
    .describe('Daily and weekly digests: `period`, `on`, `at`, `time_zone`, and the receivers `to`.'),
  maintenance: z
    .array(maintenanceWindow)
    .prefault([])
    .describe(
      'Periods in which no messages are sent about incidents of which all alerts match: `name`, `only`, `from` and `to`, or `weekly`.',
    ),
  ...compatKeys,
  mcp: z
    .strictObject({
      allow_write: z
        .boolean()
        .default(false)
        .describe('Whether AI tools may change data, within the permissions of their token.'),
      roots: z
        .array(z.string().min(1))
        .default([])
        .describe('The folders that AI tools may read files from; none by default.'),
    })
    .prefault({}),
  retention: z
    .strictObject({
      events: durationSetting('14d', 'How long events are stored.'),
      max_bytes: size('20GB', 'The maximum size of stored events; the oldest are removed first. 0 means no limit.'),
      sources: z
        .array(
          z.strictObject({
            source: z.string().min(1).describe('The name of the source; `*` stands for any characters.'),
            events: optionalDuration(
              '3d',
              'How long its events are stored; `retention.events` by default, 0 means forever.',
            ),
            max_bytes: optionalSize('5GB', 'The maximum size of its events; no limit by default.'),
          }),
        )
        .default([])
        .describe(
          'Other limits for the events of some sources: `source`, `events`, `max_bytes`. The first that matches decides. Events are stored in blocks; a block with events of several sources is stored as long as any of them.',
        ),
      alerts: durationSetting(
        '365d',
        'How long closed alerts are stored after their last change. Open alerts are never removed; an alert in an incident is stored as long as the incident. 0 means forever.',
      ),
      incidents: durationSetting(
        '365d',
        'How long closed incidents are stored after their last change, with their notifications and actions. Open incidents and incidents with a stored alert are never removed. 0 means forever.',
      ),
      detections: durationSetting(
        '90d',
        'How long detections are stored after their last event. Detections of open alerts are never removed. 0 means forever.',
      ),
      audit: durationSetting(
        '0',
        'How long audit entries are stored; the remaining entries can still be verified. 0 means forever.',
      ),
    })
    .prefault({}),
  sign_in: signInSettings.prefault({}),
  admin_token: secret(8, 'A token with full access. By default the first start creates one and prints it once.'),
  health_token: secret(1, 'A read-only token for monitoring, with the role `viewer`.'),
  log: z
    .strictObject({
      level: z
        .preprocess(
          (level) => (typeof level === 'string' ? (logLevels[level.toLowerCase()] ?? level.toLowerCase()) : level),
          z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
        )
        .prefault('info')
        .meta({ description: 'The log level.' }),
    })
    .prefault({}),
})

type Parsed = z.output<typeof configSchema>

/** The parsed configuration: absolute paths, times in milliseconds, sizes in bytes. */
export type Config = Omit<Parsed, 'storage'> & {
  readonly storage: Omit<Parsed['storage'], 'url'> & { readonly url: string }
}
