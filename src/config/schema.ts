import { z } from 'zod'
import { ruleStatus } from '../schema/rule.ts'
import { severity } from '../schema/severity.ts'
import { parseDuration, parseSize } from './quantity.ts'

const quantity = (
  format: 'duration' | 'size',
  parse: (text: string) => number | undefined,
  fallback: string,
  description: string,
) =>
  z
    .union([z.string(), z.number()], { error: `expected a ${format} like ${fallback}` })
    .transform((value, context) => {
      const amount = parse(String(value))
      if (amount === undefined) {
        const units = format === 'duration' ? '30s, 15m, 12h, 14d or 0' : '64KB, 512MB, 20GB or 0'
        context.addIssue({ code: 'custom', message: `"${value}" is not a ${format}; write it like ${units}` })
        return z.NEVER
      }
      return amount
    })
    .prefault(fallback)
    .meta({ description, format })

const duration = (fallback: string, description: string) => quantity('duration', parseDuration, fallback, description)
const size = (fallback: string, description: string) => quantity('size', parseSize, fallback, description)

const componentName = z
  .string()
  .regex(/^[\w][\w.-]{0,62}$/, 'use letters, digits, ".", "_" and "-", at most 63, beginning with a letter or digit')

/** A component as an operator writes it: which, and its options, which the component itself checks. */
const component = z.looseObject({ type: z.string().describe('Which one.') })

const logLevels: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal', off: 'silent' }

const defaultDetectors = ['baseline', 'isolation-forest', 'rarity', 'sequence', 'session', 'sigma', 'template']

const secret = (least: number, description: string) =>
  z.string().min(least, `use at least ${least} characters`).optional().meta({ description, secret: true })

const server = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on; `0.0.0.0` for all of this machine.'),
  port: z.int().min(0).max(65_535).default(8787).describe('The port to listen on; 0 takes a free one.'),
  public_url: z
    .url()
    .optional()
    .describe('The address that people use, for links in messages; else made from host and port.'),
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
  correlate: z
    .strictObject({
      gap: duration('30m', 'Alerts that share something and lie no further apart belong to one incident.'),
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
  retention: z
    .strictObject({
      events: duration('14d', 'How long events are kept.'),
      max_bytes: size('20GB', 'How much events may occupy; then the oldest go. 0 is without limit.'),
    })
    .prefault({}),
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
