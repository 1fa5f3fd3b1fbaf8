import { z } from 'zod'
import { scoreOptions } from '../intel/score.ts'
import { component, componentName, durationSetting, secret } from './shapes.ts'

const egress = (fallback: 'send' | 'never', what: string) =>
  z.enum(['send', 'never']).default(fallback).describe(`Whether vendors may be queried about ${what}.`)

/** Sources of threat intelligence, and the data that may be sent to them. Only sources configured here are fetched or queried. */
export const intel = z.strictObject({
  feeds: z
    .array(
      component.extend({
        name: componentName.optional().describe('The name; the type by default.'),
        every: durationSetting('12h', 'The interval between two pulls.'),
      }),
    )
    .default([])
    .describe('Lists to pull.'),
  lookups: z
    .array(component)
    .default([])
    .describe(
      'Vendors to query about the values of an alert. A vendor with a key under `api_keys` needs no entry here.',
    ),
  api_keys: z
    .strictObject({
      abuse_ch: secret(1, 'The Auth-Key of abuse.ch, for URLhaus lookups and the feeds of abuse.ch.'),
      abuseipdb: secret(1, 'The API key of AbuseIPDB.'),
      greynoise: secret(1, 'The API key of GreyNoise.'),
      otx: secret(1, 'The API key of AlienVault OTX.'),
      virustotal: secret(1, 'The API key of VirusTotal.'),
    })
    .prefault({}),
  egress: z
    .strictObject({
      ip: egress('send', 'public IP addresses'),
      domain: egress('send', 'public domain names'),
      hash: egress('send', 'file hashes'),
      url: egress('never', 'URLs, which may contain secrets'),
      email: egress('never', 'email addresses'),
      certificate: egress('send', 'certificate fingerprints'),
    })
    .prefault({}),
  internal_domains: z
    .array(z.string().min(1).max(253))
    .default([])
    .describe(
      'Your own domains. They and their subdomains are never sent to vendors. Set your own addresses in `networks.internal`.',
    ),
  timeout: durationSetting('10s', 'How long an alert waits for all lookups.'),
  answer_timeout: durationSetting('5s', 'The timeout of one lookup.'),
  remember_found: durationSetting('24h', 'How long an answer is cached.'),
  remember_nothing: durationSetting('6h', 'How long an empty answer is cached.'),
  score: scoreOptions.prefault({}),
})
