import { z } from 'zod'
import { scoreOptions } from '../intel/score.ts'
import { component, componentName, duration, secret } from './shapes.ts'

const egress = (fallback: 'send' | 'never', what: string) =>
  z.enum(['send', 'never']).default(fallback).describe(`Whether others may be asked about ${what}.`)

/** Where threat intelligence comes from, and what may be told to others to get it. Nothing is fetched or asked unless it is named here. */
export const intel = z.strictObject({
  feeds: z
    .array(
      component.extend({
        name: componentName.optional().describe('What it is called; its type unless given.'),
        every: duration('12h', 'How long after a pull the next one begins.'),
      }),
    )
    .default([])
    .describe('Lists that are pulled.'),
  lookups: z
    .array(component)
    .default([])
    .describe(
      'Who is asked about the values of an alert; whoever has a key under `api_keys` is asked without being named here.',
    ),
  api_keys: z
    .strictObject({
      abuse_ch: secret(1, 'The Auth-Key of abuse.ch: asks URLhaus, and is used by the feeds of abuse.ch.'),
      abuseipdb: secret(1, 'The key of AbuseIPDB.'),
      greynoise: secret(1, 'The key of GreyNoise.'),
      otx: secret(1, 'The key of AlienVault OTX.'),
      virustotal: secret(1, 'The key of VirusTotal.'),
    })
    .prefault({}),
  egress: z
    .strictObject({
      ip: egress('send', 'addresses of the internet'),
      domain: egress('send', 'names of the internet'),
      hash: egress('send', 'hashes of files'),
      url: egress('never', 'links, which may hold secrets'),
      email: egress('never', 'mail addresses'),
      certificate: egress('send', 'fingerprints of certificates'),
    })
    .prefault({}),
  internal_domains: z
    .array(z.string().min(1).max(253))
    .default([])
    .describe(
      'Your own names: they and all below them are never told to others. Addresses of yours are `networks.internal`.',
    ),
  timeout: duration('10s', 'How long an alert waits for others.'),
  answer_timeout: duration('5s', 'How long one of them may take.'),
  remember_found: duration('24h', 'How long an answer counts.'),
  remember_nothing: duration('6h', 'How long it counts that somebody knew nothing.'),
  score: scoreOptions.prefault({}),
})
