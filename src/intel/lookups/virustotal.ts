import { z } from 'zod'
import type { Observable } from '../../schema/indicator.ts'
import { toTime } from '../entry.ts'
import { defineIntel } from '../provider.ts'
import { ask, askOptions } from './ask.ts'

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

/** Where each type is asked for. Of a link the id is its text in base64. */
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

/** Asks VirusTotal (API v3) what its engines say. */
export const virustotal = defineIntel({
  name: 'virustotal',
  summary: 'Asks VirusTotal what its engines say of an address, a name, a link or a hash.',
  types: ['ip', 'domain', 'url', 'hash'],
  licence: 'The public API is for non-commercial use: 500 questions a day, 4 a minute.',
  options: z.strictObject({
    url: z.url().default('https://www.virustotal.com/api/v3/').describe('Where its API is.'),
    ...askOptions('virustotal', 500, 4),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const found = await ask(
          {
            fetch,
            whom: 'VirusTotal',
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
            // Ten engines do not agree by chance.
            confidence: Math.min(0.98, 0.3 + bad * 0.07),
            description: `${stats.malicious + stats.suspicious} of ${engines} engines object${label ? ` (${label})` : ''}`,
            tags: attributes.tags.slice(0, 10),
            first_seen: toTime(attributes.first_submission_date),
            last_seen: toTime(attributes.last_analysis_date),
            valid_until: null,
          },
        }
      },
    }
  },
})

/** One engine among seventy errs often, five seldom do. */
const levelOf = (bad: number) => (bad >= 10 ? 'critical' : bad >= 5 ? 'high' : bad >= 2 ? 'medium' : 'low')
