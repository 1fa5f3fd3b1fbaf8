import { z } from 'zod'
import { parseRange } from '../lib/addresses/address.ts'
import { riskOptions } from '../pipeline/triage/risk.ts'
import { ruleStatus } from '../schema/rule.ts'
import { severity } from '../schema/severity.ts'
import { intel } from './intel.ts'
import { llm } from './llm.ts'
import { networkAgents } from './network-agents.ts'
import { queryGuard } from './query-guard.ts'
import { component, componentName, duration, secret, size } from './shapes.ts'
import { signIn } from './sign-in.ts'

const logLevels: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal', off: 'silent' }

const defaultDetectors = [
  'agent',
  'agent-model',
  'baseline',
  'external',
  'indicator',
  'isolation-forest',
  'rarity',
  'sequence',
  'session',
  'sigma',
  'template',
]

const server = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on; `0.0.0.0` for all of this machine.'),
  port: z.int().min(0).max(65_535).default(8787).describe('The port to listen on; 0 takes a free one.'),
  public_url: z
    .url()
    .optional()
    .describe('The address that people use, for links in messages; else made from host and port.'),
  allowed_hosts: z
    .array(z.string().min(1).max(253))
    .default([])
    .describe(
      'Host names that requests to MCP and to the ports of older systems may use besides those of loopback, for a proxy in front: `logs.example.org`, `*.example.org`, or `*` for any.',
    ),
  tls: z
    .strictObject({
      cert: z.string().optional().describe('The certificate chain, PEM; usually given as `cert_file`.'),
      key: z
        .string()
        .optional()
        .meta({ description: 'Its private key, PEM; usually given as `key_file`.', secret: true }),
    })
    .prefault({}),
  trusted_proxies: z
    .array(z.string())
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-* headers are believed.'),
  rate_limit: z
    .strictObject({
      requests: z.int().min(1).default(6000).describe('Requests a minute, per token or address.'),
      sign_ins: z.int().min(1).default(20).describe('Wrong tokens a minute, per address.'),
    })
    .prefault({}),
  live_streams: z
    .strictObject({
      total: z
        .int()
        .min(1)
        .default(200)
        .describe(
          'Connections that may follow changes at once: server-sent events, WebSockets, GraphQL and MCP together.',
        ),
      per_caller: z
        .int()
        .min(1)
        .default(20)
        .describe('How many of them one token or account may have (429). Each open dashboard tab has one.'),
      reserved: z.int().min(0).default(20).describe('How many of them only admins may use; others get 503.'),
    })
    .prefault({}),
})

/** The whole configuration. Every key has a default and a description; what is unknown is an error. */
export const configSchema = z.strictObject({
  data_dir: z
    .string()
    .min(1)
    .default('./data')
    .describe('The folder for everything that is kept; made with mode 0700.'),
  server: server.prefault({}),
  storage: z
    .strictObject({
      url: z
        .string()
        // other programs name a driver in it, too: postgresql+asyncpg://
        .overwrite((text) => text.replace(/^(postgres(?:ql)?)\+\w+:/, '$1:'))
        .regex(/^(sqlite|postgres|postgresql):/, 'expected sqlite:PATH or postgres://…')
        .optional()
        .meta({ description: 'The database; `sqlite:<data_dir>/vedette.db` unless said otherwise.', secret: 'url' }),
    })
    .prefault({}),
  queue: z
    .strictObject({
      max_records: z
        .int()
        .min(1000)
        .default(2_000_000)
        .describe('Records that may wait before senders are told to (429).'),
      max_bytes: size('2GB', 'Bytes that may wait, compressed, before senders are told to (429).'),
    })
    .prefault({}),
  analysis: z
    .strictObject({
      max_records: z.int().min(1).default(200_000).describe('The most records in one request; more are refused (413).'),
      max_bytes: size('64MB', 'The largest body of one request, uncompressed; larger ones are refused (413).'),
      waiting: z
        .int()
        .min(1)
        .default(4)
        .describe(
          'Requests that may wait while one runs; more are refused (503). One token or account may take all places but one (429).',
        ),
      timeout: duration('5m', 'How long one request may run.'),
      memory: size('512MB', 'The memory for one request, besides its body.'),
    })
    .prefault({})
    .describe('Requests that analyse the records they bring. A worker thread runs them, one at a time.'),
  partition: z
    .int()
    .min(0)
    .max(9999)
    .default(0)
    .describe('The number of this process among those that share a database.'),
  sources: z
    .array(component.extend({ name: componentName.describe('What its events are called.') }))
    .default([])
    .describe('What is read besides what is sent over HTTP.'),
  samples: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('Whether the first start shows the recorded sample week, as long as nothing else is to be read.'),
  detectors: z
    .array(component)
    .default(() => defaultDetectors.map((type) => ({ type })))
    .describe('What judges events, and how keenly.'),
  rules: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether the rules that come with the program are in force.'),
      paths: z.array(z.string().min(1)).default([]).describe('Folders of Sigma rules of your own.'),
      taxonomy: z
        .array(z.string().min(1))
        .default([])
        .describe('Files that tell what events are for rules, and where they keep their fields.'),
      placeholders: z
        .record(z.string(), z.array(z.string()))
        .default({})
        .describe('Values for the placeholders of rules: `{ admins: [root, ana] }` for `%admins%`.'),
      min_status: ruleStatus
        .default('experimental')
        .describe('The least mature status at which a rule is in force unless somebody enables it.'),
    })
    .prefault({}),
  networks: z
    .strictObject({
      internal: z
        .array(
          z.string().refine((text) => parseRange(text) !== undefined, 'Write an address or a range: 198.51.100.0/24.'),
        )
        .default([])
        .describe('Public ranges that are yours: addresses in them count as internal.'),
      country_database: z
        .string()
        .min(1)
        .optional()
        .describe(
          'An .mmdb file that tells the countries, and perhaps cities, of addresses; else the one that comes along.',
        ),
      asn_database: z
        .string()
        .min(1)
        .optional()
        .describe('An .mmdb file that tells who runs the networks of addresses, such as GeoLite2-ASN.'),
      benign: z
        .array(z.string().min(1))
        .default([])
        .describe('Files with ranges that are known and harmless: MISP warninglists, or one range a line.'),
      cloud: z.array(z.string().min(1)).default([]).describe('Files with ranges of clouds, in the same form.'),
    })
    .prefault({}),
  triage: z.strictObject({ risk: riskOptions.prefault({}), llm: llm.prefault({}) }).prefault({}),
  intel: intel.prefault({}),
  correlate: z
    .strictObject({
      gap: duration('30m', 'Alerts that share something and lie no further apart belong to one incident.'),
    })
    .prefault({}),
  remediation: z
    .strictObject({
      playbooks: z
        .array(z.string().min(1))
        .default([])
        .describe('Folders with playbooks of your own; one with the id of one of ours replaces it.'),
      webhooks: z
        .array(
          z.strictObject({
            name: componentName.describe('What playbooks call it.'),
            url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).describe('Where to post.'),
            secret: z
              .string()
              .min(16, 'use at least 16 characters')
              .meta({ description: 'Signs each message: `X-Vedette-Signature`, HMAC-SHA256.', secret: true }),
            timeout: duration('30s', 'How long it may take.'),
          }),
        )
        .default([])
        .describe('What can carry out actions when a person says so: `name`, `url`, `secret`, `timeout`.'),
    })
    .prefault({}),
  notify: z
    .array(
      component.extend({
        name: componentName.describe('What it is called in the record of deliveries.'),
        min_severity: severity.default('medium').describe('The mildest incident it is told of.'),
      }),
    )
    .default([])
    .describe('Who is told about incidents.'),
  rabbitmq: z
    .strictObject({
      url: z
        .string()
        .regex(/^amqps?:\/\/./, 'expected amqp://… or amqps://…')
        .optional()
        .meta({
          description:
            'A broker with the queues of the alert triage services: `amqp://user:password@host:5672/vhost`. With it, alerts are taken from one and results put in another.',
          secret: 'url',
        }),
      alerts: z
        .string()
        .max(200)
        .default('alert.raw')
        .describe('The queue that alerts are taken from; empty for none.'),
      results: z
        .string()
        .max(200)
        .default('alert.result')
        .describe('The queue that gets the result of triage of each alert; empty for none.'),
    })
    .prefault({}),
  compat: z
    .strictObject({
      ports: z
        .array(
          z
            .string()
            .regex(
              /^(all|[a-z][a-z-]*(:\d{1,5})?)$/,
              'write `all`, or names like `log-analyzer` or `log-analyzer:13000`',
            ),
        )
        .default([])
        .describe(
          'Older systems whose own ports are opened for their unchanged clients: `all`, or names, each with a port of your choice behind a colon.',
        ),
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe('The address these ports listen on. Who reaches them may send and read without a token.'),
    })
    .prefault({}),
  log_analyzer: z
    .strictObject({
      threshold: z.number().min(0).max(1).default(0.8).describe('A batch that scores more is an incident.'),
      ml_url: z.url().optional().describe('A scorer elsewhere, asked instead of the formula while it answers.'),
      model_version: z.string().optional().describe('What `/meta` calls the model.'),
    })
    .prefault({})
    .describe('The contract of the log analyser: `POST /ingest`, `GET /incidents`.'),
  log_detection: z
    .strictObject({
      model_dir: z
        .string()
        .min(1)
        .default('anomaly_outputs')
        .describe('The folder of the model that judges log events; loaded at the start if it is there.'),
      root: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Only folders below it may be loaded as models; the one that holds `model_dir` unless said otherwise.',
        ),
    })
    .prefault({})
    .describe('The contract of the log detection service: `POST /analyze`, `/models/load`.'),
  network_agents: networkAgents.prefault({}),
  query_guard: queryGuard.prefault({}),
  mcp: z
    .strictObject({
      allow_write: z
        .boolean()
        .default(false)
        .describe('Whether AI tools may change things, as far as their token may.'),
      roots: z
        .array(z.string().min(1))
        .default([])
        .describe('The folders that AI tools may read files from; none unless named.'),
    })
    .prefault({}),
  retention: z
    .strictObject({
      events: duration('14d', 'How long events are kept.'),
      max_bytes: size('20GB', 'How much events may occupy; then the oldest go. 0 is without limit.'),
      alerts: duration(
        '365d',
        'How long alerts are kept after they last changed. Open alerts stay; an alert in an incident stays as long as the incident. 0 keeps all.',
      ),
      incidents: duration(
        '365d',
        'How long incidents are kept after they last changed, with their notifications and actions. Open incidents stay, and so do incidents with an alert that stays. 0 keeps all.',
      ),
      detections: duration(
        '90d',
        'How long detections are kept after they were last seen to go on. Those of open alerts stay. 0 keeps all.',
      ),
      audit: duration('0', 'How long audit entries are kept; the rest can still be verified. 0 keeps all.'),
    })
    .prefault({}),
  sign_in: signIn.prefault({}),
  admin_token: secret(8, 'A token that may do everything. Without it one is made at the first start and shown once.'),
  health_token: secret(1, 'A token for monitors, with the role `viewer`: it may read, and change nothing.'),
  log: z
    .strictObject({
      level: z
        .preprocess(
          (level) => (typeof level === 'string' ? (logLevels[level.toLowerCase()] ?? level.toLowerCase()) : level),
          z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
        )
        .prefault('info')
        .meta({ description: 'How much is logged.' }),
    })
    .prefault({}),
})

type Parsed = z.output<typeof configSchema>

/** The configuration as the program uses it: paths absolute, times in milliseconds, sizes in bytes. */
export type Config = Omit<Parsed, 'storage'> & { readonly storage: { readonly url: string } }
