import { z } from 'zod'
import { toIsoTime } from '../entry.ts'
import { defineIntel } from '../provider.ts'
import { lookupOptions, queryVendor } from './query-vendor.ts'

const answer = z.object({
  data: z.looseObject({
    abuseConfidenceScore: z.number(),
    totalReports: z.number().default(0),
    numDistinctUsers: z.number().default(0),
    lastReportedAt: z.string().nullish(),
    isWhitelisted: z.boolean().nullish(),
    usageType: z.string().nullish(),
    isTor: z.boolean().nullish(),
  }),
})

/** Queries AbuseIPDB about reports of an address. */
export const abuseipdb = defineIntel({
  name: 'abuseipdb',
  summary: 'Queries AbuseIPDB about reports of an address.',
  types: ['ip'],
  licence: 'Free with a key: 1,000 queries per day.',
  options: z.strictObject({
    url: z.url().default('https://api.abuseipdb.com/api/v2/').describe('The URL of the API.'),
    max_age_days: z.int().min(1).max(365).default(90).describe('The maximum age of reports.'),
    ...lookupOptions('abuseipdb', 1000, 60),
  }),
  create({ url, api_key, max_age_days }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const address = new URL('check', url)
        address.searchParams.set('ipAddress', observable.value)
        address.searchParams.set('maxAgeInDays', String(max_age_days))
        const found = await queryVendor(
          { fetch, server: 'AbuseIPDB', url: address.href, headers: { Key: api_key }, signal },
          answer,
        )
        if (!found) return undefined
        const { abuseConfidenceScore: score, totalReports, numDistinctUsers, usageType, lastReportedAt } = found.data
        if (found.data.isWhitelisted) {
          const list = `AbuseIPDB's whitelist${usageType ? ` (${usageType})` : ''}`
          return { kind: 'benign', list, types: ['ip'], match: 'exact', value: observable.value }
        }
        if (totalReports === 0 && score === 0) return undefined
        return {
          kind: 'report',
          observable,
          report: {
            threat_level: score >= 75 ? 'high' : score >= 40 ? 'medium' : score >= 10 ? 'low' : 'info',
            confidence: Math.min(1, Math.max(0, score / 100)),
            description: `${totalReports} reports by ${numDistinctUsers} users, abuse confidence ${score} %`,
            tags: [...(usageType ? [usageType] : []), ...(found.data.isTor ? ['tor-exit'] : [])],
            first_seen: null,
            last_seen: toIsoTime(lastReportedAt),
            valid_until: null,
          },
        }
      },
    }
  },
})
