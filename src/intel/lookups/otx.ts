import { isIP } from 'node:net'
import { z } from 'zod'
import { plural } from '../../lib/units/number.ts'
import type { Observable } from '../../schema/intelligence/indicator.ts'
import { toIsoTime } from '../entry.ts'
import { defineIntel } from '../provider.ts'
import { lookupOptions, queryVendor } from './query-vendor.ts'

const pulse = z.looseObject({
  name: z.string().default(''),
  tags: z.array(z.string()).default([]),
  TLP: z.string().nullish(),
  created: z.string().nullish(),
  modified: z.string().nullish(),
  author: z.looseObject({ username: z.string().default('') }).optional(),
})
const answer = z.looseObject({
  pulse_info: z.looseObject({ count: z.number().default(0), pulses: z.array(pulse).default([]) }),
  validation: z.array(z.looseObject({ source: z.string().default(''), message: z.string().default('') })).default([]),
  false_positive: z.array(z.looseObject({ assessment: z.string().default('') })).default([]),
})

const sectionOf = ({ type, value }: Observable): string => {
  if (type === 'ip') return isIP(value) === 6 ? 'IPv6' : 'IPv4'
  return type === 'domain' ? 'hostname' : type === 'url' ? 'url' : 'file'
}

/** Queries AlienVault OTX for the pulses that contain a value. */
export const otx = defineIntel({
  name: 'otx',
  summary: 'Queries AlienVault OTX for pulses that contain an address, domain, URL or hash.',
  types: ['ip', 'domain', 'url', 'hash'],
  licence: 'Free with a key: 10,000 queries per hour.',
  options: z.strictObject({
    url: z.url().default('https://otx.alienvault.com/api/v1/').describe('The URL of the API.'),
    ...lookupOptions('otx', 10_000, 100),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const path = `indicators/${sectionOf(observable)}/${encodeURIComponent(observable.value)}/general`
        const found = await queryVendor(
          { fetch, server: 'OTX', url: new URL(path, url).href, headers: { 'X-OTX-API-KEY': api_key }, signal },
          answer,
        )
        if (!found) return undefined
        const { count, pulses } = found.pulse_info
        // OTX marks values on its whitelists, and values that were reported and accepted as false positives.
        const benignReason =
          found.validation.find(({ source }) => source !== '')?.message ??
          (found.false_positive.some(({ assessment }) => assessment === 'accepted') ? 'false positive' : undefined)
        if (benignReason !== undefined && (observable.type === 'ip' || observable.type === 'domain')) {
          return {
            kind: 'benign',
            list: `OTX: ${benignReason}`,
            types: [observable.type],
            match: 'exact',
            value: observable.value,
          }
        }
        if (count === 0) return undefined
        const newest = pulses
          .map(({ modified }) => toIsoTime(modified))
          .filter((time) => time !== null)
          .sort()
          .at(-1)
        const oldest = pulses
          .map(({ created }) => toIsoTime(created))
          .filter((time) => time !== null)
          .sort()[0]
        return {
          kind: 'report',
          observable,
          report: {
            threat_level: count >= 10 ? 'high' : count >= 3 ? 'medium' : 'low',
            confidence: Math.min(0.9, 0.3 + count * 0.05),
            description: `in ${plural(count, 'pulse')}: ${pulses[0]?.name ?? ''}`.slice(0, 200),
            tags: [...new Set(pulses.flatMap(({ tags }) => tags))].slice(0, 10),
            first_seen: oldest ?? null,
            last_seen: newest ?? null,
            valid_until: null,
          },
        }
      },
    }
  },
})
