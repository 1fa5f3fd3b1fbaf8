import { z } from 'zod'
import type { nameKinds } from '../lib/redaction/redaction.ts'
import { severity } from '../schema/severity.ts'
import { component, componentName, duration } from './shapes.ts'

const names: Readonly<Record<(typeof nameKinds)[number], string>> = {
  ip: 'addresses',
  host: 'hosts and assets',
  user: 'people and accounts',
  email: 'mail addresses',
  domain: 'names of the internet',
  url: 'links',
  hash: 'hashes of files',
  file: 'names of files',
  process: 'names of processes',
}
const sentAsTheyAre: readonly string[] = ['hash', 'file', 'process']

const treatment = (kind: (typeof nameKinds)[number]) =>
  z
    .enum(['send', 'mask', 'never'])
    .default(sentAsTheyAre.includes(kind) ? 'send' : 'mask')
    .describe(`What a model sees of ${names[kind]}: themselves, a stand-in, or nothing.`)
const part = (what: string) => z.enum(['send', 'never']).default('send').describe(`Whether a model sees ${what}.`)

/** Language models that may add to what triage says. None is asked unless it is named here. */
export const llm = z.strictObject({
  providers: z
    .array(
      component.extend({
        name: componentName.optional().describe('What it is called; its type unless given.'),
        shadow: z
          .boolean()
          .default(false)
          .describe('Whether what it says changes nothing: it is kept beside, and compared.'),
      }),
    )
    .default([])
    .describe('The models that are asked, the next one when one does not answer; none unless named here.'),
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
      indicators: part('what threat intelligence says'),
      context: part('what is known of assets, people and networks'),
      similar: part('what earlier alerts were'),
    })
    .prefault({}),
  budget: z
    .strictObject({
      month: z.number().min(0).default(20).describe('Dollars that may be spent in a month.'),
      incident: z.number().min(0).default(0.5).describe('Dollars that may be spent on one incident.'),
      hour_calls: z.int().min(0).default(100).describe('Questions that may be asked in an hour.'),
      hour_tokens: z.int().min(0).default(2_000_000).describe('Tokens that may be used in an hour.'),
    })
    .prefault({}),
  min_level: severity.default('medium').describe('The mildest alert that a model is asked about.'),
  timeout: duration('30s', 'How long one answer may take.'),
  again: duration('15m', 'How long after an answer the same alert is asked about again, if it has changed.'),
  remember: duration('30d', 'How long an answer counts for the same question.'),
  concurrency: z.int().min(1).max(32).default(2).describe('How many questions are asked at once.'),
  language: z
    .string()
    .regex(/^[\p{L} ()-]{2,40}$/u, 'write a language, like `English`')
    .default('English')
    .describe('What a model writes in.'),
  prompts: z
    .array(z.string().min(1))
    .default([])
    .describe('Folders with prompts of your own; `triage.md` in one of them replaces the one that comes along.'),
})
