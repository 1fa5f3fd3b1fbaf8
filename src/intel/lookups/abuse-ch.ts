import { z } from 'zod'
import type { Observable } from '../../schema/intelligence/indicator.ts'
import { toIsoTime } from '../entry.ts'
import { abuseChLicence } from '../feeds/abuse-ch.ts'
import { defineIntel } from '../provider.ts'
import { lookupOptions, queryVendor } from './query-vendor.ts'

const tags = z.array(z.string()).nullish()
const answer = z.looseObject({
  query_status: z.string(),
  threat: z.string().nullish(),
  url_status: z.string().nullish(),
  url_count: z.coerce.number().nullish(),
  signature: z.string().nullish(),
  date_added: z.string().nullish(),
  firstseen: z.string().nullish(),
  lastseen: z.string().nullish(),
  last_online: z.string().nullish(),
  tags,
})

/** The URLhaus endpoint and parameter for a value. URLhaus supports only MD5 and SHA-256 hashes. */
const endpointOf = ({ type, value }: Observable): readonly [path: string, field: string] | undefined => {
  if (type === 'url') return ['url/', 'url']
  if (type === 'ip' || type === 'domain') return ['host/', 'host']
  if (value.length === 32) return ['payload/', 'md5_hash']
  return value.length === 64 ? ['payload/', 'sha256_hash'] : undefined
}

/** Queries URLhaus by abuse.ch about hosts and URLs that serve malware, and about malware hashes. */
export const abuseCh = defineIntel({
  name: 'abuse-ch',
  summary: 'Queries URLhaus by abuse.ch about URLs, hosts and hashes of malware.',
  types: ['ip', 'domain', 'url', 'hash'],
  licence: abuseChLicence,
  options: z.strictObject({
    url: z.url().default('https://urlhaus-api.abuse.ch/v1/').describe('The URL of the API.'),
    ...lookupOptions('abuse_ch', 2000, 60),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const endpoint = endpointOf(observable)
        if (!endpoint) return undefined
        const [path, field] = endpoint
        const found = await queryVendor(
          {
            fetch,
            server: 'URLhaus',
            url: new URL(path, url).href,
            method: 'POST',
            headers: { 'auth-key': api_key, 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({ [field]: observable.value }).toString(),
            signal,
          },
          answer,
        )
        if (found?.query_status !== 'ok') return undefined
        const isHost = path === 'host/'
        const text = isHost
          ? `served malware from ${found.url_count ?? 'some'} URLs`
          : path === 'url/'
            ? 'serves malware'
            : 'malware that was served from URLs'
        return {
          kind: 'report',
          observable,
          report: {
            // A host may serve malware among other content. URLs and hashes are specific.
            threat_level: isHost ? 'medium' : 'high',
            confidence: isHost ? 0.6 : found.url_status === 'offline' ? 0.7 : 0.9,
            description: `${text}${found.signature ? ` (${found.signature})` : ''}`,
            tags: [...(found.threat ? [found.threat] : []), ...(found.tags ?? [])].slice(0, 10),
            first_seen: toIsoTime(found.firstseen ?? found.date_added),
            last_seen: toIsoTime(found.lastseen ?? found.last_online),
            valid_until: null,
          },
        }
      },
    }
  },
})
