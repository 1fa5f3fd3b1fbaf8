import { z } from 'zod'
import type { nameKinds } from '../lib/redaction/redaction.ts'
import { severity } from '../schema/severity.ts'
import { component, componentName, durationSetting } from './shapes.ts'

const names: Readonly<Record<(typeof nameKinds)[number], string>> = {
  ip: 'addresses',
  host: 'host and asset names',
  user: 'user and account names',
  email: 'email addresses',
  domain: 'public domain names',
  url: 'links',
  hash: 'file hashes',
  file: 'file names',
  process: 'process names',
}
const sentAsTheyAre: readonly string[] = ['hash', 'file', 'process']

const treatment = (kind: (typeof nameKinds)[number]) =>
  z
    .enum(['send', 'mask', 'never'])
    .default(sentAsTheyAre.includes(kind) ? 'send' : 'mask')
    .describe(`How models see ${names[kind]}: as they are, as a placeholder, or not at all.`)
const part = (what: string) => z.enum(['send', 'never']).default('send').describe(`Whether models see ${what}.`)

/** Language models that may add to triage. None is used unless it is configured here. */
export const llm = z.strictObject({
  providers: z
    .array(
      component.extend({
        name: componentName.optional().describe('The name; the type by default.'),
        shadow: z
          .boolean()
          .default(false)
          .describe('Shadow mode: its answers are stored and compared, but change nothing.'),
      }),
    )
    .default([])
    .describe(
      'The models to ask, in order of preference. The next one is asked if one does not answer. None by default.',
    ),
  send: z
    .strictObject({
      ip: treatment('ip'),
      host: treatment('host'),
      user: treatment('user'),
      email: treatment('email'),
      domain: treatment('domain'),
      url: treatment('url'),
      hash: treatment('hash'),
      file: treatment('file'),
      process: treatment('process'),
      lines: part('the log lines of an alert'),
      indicators: part('threat intelligence'),
      context: part('context about assets, users and networks'),
      similar: part('earlier alerts'),
    })
    .prefault({}),
  budget: z
    .strictObject({
      month: z.number().min(0).default(20).describe('The budget per month, in dollars.'),
      incident: z.number().min(0).default(0.5).describe('The budget per incident, in dollars.'),
      hour_calls: z.int().min(0).default(100).describe('The maximum number of requests per hour.'),
      hour_tokens: z.int().min(0).default(2_000_000).describe('The maximum number of tokens per hour.'),
    })
    .prefault({}),
  min_level: severity.default('medium').describe('The lowest severity at which a model is asked about an alert.'),
  timeout: durationSetting('30s', 'The timeout of one answer.'),
  again: durationSetting('15m', 'How long to wait before asking again about an alert that has changed.'),
  remember: durationSetting('30d', 'How long an answer to the same request is cached.'),
  concurrency: z.int().min(1).max(32).default(2).describe('The maximum number of concurrent requests.'),
  language: z
    .string()
    .regex(/^[\p{L} ()-]{2,40}$/u, 'write a language, such as `English`')
    .default('English')
    .describe('The language of the answers.'),
  prompts: z
    .array(z.string().min(1))
    .default([])
    .describe('Folders of your own prompts. A `triage.md` in one of them replaces the bundled prompt.'),
})
