import { z } from 'zod'
import { toIsoTime } from '../entry.ts'
import { defineIntel } from '../provider.ts'
import { lookupOptions, queryVendor } from './query-vendor.ts'

const answer = z.looseObject({
  noise: z.boolean().default(false),
  riot: z.boolean().default(false),
  classification: z.string().default('unknown'),
  name: z.string().default('unknown'),
  last_seen: z.string().nullish(),
})

/** Queries GreyNoise (community API): does an address scan the internet, or belong to a common service? */
export const greynoise = defineIntel({
  name: 'greynoise',
  summary: 'Queries GreyNoise whether an address scans the internet or belongs to a common service.',
  types: ['ip'],
  licence: 'The community API allows about 50 queries per week.',
  options: z.strictObject({
    url: z.url().default('https://api.greynoise.io/v3/').describe('The URL of the API.'),
    ...lookupOptions('greynoise', 50, 10),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const address = new URL(`community/${encodeURIComponent(observable.value)}`, url).href
        const found = await queryVendor(
          { fetch, server: 'GreyNoise', url: address, headers: { key: api_key }, signal },
          answer,
        )
        if (!found) return undefined
        const { noise, riot, classification, name, last_seen } = found
        const suffix = name === 'unknown' ? '' : `: ${name}`
        if (riot || (noise && classification === 'benign')) {
          const list = riot ? `GreyNoise's common services${suffix}` : `GreyNoise's benign scanners${suffix}`
          return { kind: 'benign', list, types: ['ip'], match: 'exact', value: observable.value }
        }
        if (!noise) return undefined
        const isMalicious = classification === 'malicious'
        return {
          kind: 'report',
          observable,
          report: {
            threat_level: isMalicious ? 'medium' : 'info',
            confidence: isMalicious ? 0.8 : 0.5,
            description: `${isMalicious ? 'malicious ' : ''}internet scanner${suffix}`,
            tags: ['scanner'],
            first_seen: null,
            last_seen: toIsoTime(last_seen),
            valid_until: null,
          },
        }
      },
    }
  },
})
