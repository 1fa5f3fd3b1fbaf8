import { z } from 'zod'
import { toTime } from '../entry.ts'
import { defineIntel } from '../provider.ts'
import { ask, askOptions } from './ask.ts'

const answer = z.looseObject({
  noise: z.boolean().default(false),
  riot: z.boolean().default(false),
  classification: z.string().default('unknown'),
  name: z.string().default('unknown'),
  last_seen: z.string().nullish(),
})

/** Asks GreyNoise (community API) whether an address scans the whole internet, or belongs to a service that everybody uses. */
export const greynoise = defineIntel({
  name: 'greynoise',
  summary: 'Asks GreyNoise whether an address scans the whole internet, or is a service that everybody uses.',
  types: ['ip'],
  licence: 'The community API allows some 50 questions a week.',
  options: z.strictObject({
    url: z.url().default('https://api.greynoise.io/v3/').describe('Where its API is.'),
    ...askOptions('greynoise', 50, 10),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const address = new URL(`community/${encodeURIComponent(observable.value)}`, url).href
        const found = await ask({ fetch, whom: 'GreyNoise', url: address, headers: { key: api_key }, signal }, answer)
        if (!found) return undefined
        const { noise, riot, classification, name, last_seen } = found
        const who = name === 'unknown' ? '' : `: ${name}`
        if (riot || (noise && classification === 'benign')) {
          const list = riot ? `GreyNoise's common services${who}` : `GreyNoise's benign scanners${who}`
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
            description: `scans the whole internet${isMalicious ? ', with malice' : ''}${who}`,
            tags: ['scanner'],
            first_seen: null,
            last_seen: toTime(last_seen),
            valid_until: null,
          },
        }
      },
    }
  },
})
