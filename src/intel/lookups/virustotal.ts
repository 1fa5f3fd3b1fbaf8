import { z } from 'zod'
import type { Observable } from '../../schema/intelligence/indicator.ts'
import { toIsoTime } from '../entry.ts'
import { defineIntel } from '../provider.ts'
import { lookupOptions, queryVendor } from './query-vendor.ts'

const count = z.number().default(0)
const answer = z.object({
  data: z.looseObject({
    attributes: z.looseObject({
      last_analysis_stats: z
        .looseObject({ malicious: count, suspicious: count, harmless: count, undetected: count })
        .optional(),
      last_analysis_date: z.number().optional(),
      first_submission_date: z.number().optional(),
      popular_threat_classification: z.looseObject({ suggested_threat_label: z.string().optional() }).optional(),
      tags: z.array(z.string()).default([]),
    }),
  }),
})

/** The API path of a value. The ID of a URL is its text in base64url. */
const pathOf = ({ type, value }: Observable): string => {
  switch (type) {
    case 'ip':
      return `ip_addresses/${encodeURIComponent(value)}`
    case 'domain':
      return `domains/${encodeURIComponent(value)}`
    case 'url':
      return `urls/${Buffer.from(value).toString('base64url')}`
    default:
      return `files/${value}`
  }
}

/** Queries VirusTotal (API v3) for the verdicts of its engines. */
export const virustotal = defineIntel({
  name: 'virustotal',
  summary: 'Queries VirusTotal for the verdicts of its engines on an address, domain, URL or hash.',
  types: ['ip', 'domain', 'url', 'hash'],
  licence: 'The public API is for non-commercial use: 500 queries per day, 4 per minute.',
  options: z.strictObject({
    url: z.url().default('https://www.virustotal.com/api/v3/').describe('The URL of the API.'),
    ...lookupOptions('virustotal', 500, 4),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const found = await queryVendor(
          {
            fetch,
            server: 'VirusTotal',
            url: new URL(pathOf(observable), url).href,
            headers: { 'x-apikey': api_key },
            signal,
          },
          answer,
        )
        const attributes = found?.data.attributes
        const stats = attributes?.last_analysis_stats
        if (!attributes || !stats) return undefined
        const bad = stats.malicious + stats.suspicious / 2
        if (bad === 0) return undefined
        const engines = stats.malicious + stats.suspicious + stats.harmless + stats.undetected
        const label = attributes.popular_threat_classification?.suggested_threat_label
        return {
          kind: 'report',
          observable,
          report: {
            threat_level: levelOf(bad),
            // Ten engines rarely agree by chance.
            confidence: Math.min(0.98, 0.3 + bad * 0.07),
            description: `flagged by ${stats.malicious + stats.suspicious} of ${engines} engines${label ? ` (${label})` : ''}`,
            tags: attributes.tags.slice(0, 10),
            first_seen: toIsoTime(attributes.first_submission_date),
            last_seen: toIsoTime(attributes.last_analysis_date),
            valid_until: null,
          },
        }
      },
    }
  },
})

/** A single engine of seventy is often wrong, five rarely are. */
const levelOf = (bad: number) => (bad >= 10 ? 'critical' : bad >= 5 ? 'high' : bad >= 2 ? 'medium' : 'low')
