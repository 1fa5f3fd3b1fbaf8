import { z } from 'zod'
import type { Observable } from '../../schema/indicator.ts'
import { toTime } from '../entry.ts'
import { abuseChLicence } from '../feeds/abuse-ch.ts'
import { defineIntel } from '../provider.ts'
import { ask, askOptions } from './ask.ts'

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

/** Which question of URLhaus is for which type; of hashes it knows MD5 and SHA-256. */
const questionOf = ({ type, value }: Observable): readonly [path: string, field: string] | undefined => {
  if (type === 'url') return ['url/', 'url']
  if (type === 'ip' || type === 'domain') return ['host/', 'host']
  if (value.length === 32) return ['payload/', 'md5_hash']
  return value.length === 64 ? ['payload/', 'sha256_hash'] : undefined
}

/** Asks URLhaus of abuse.ch whether malware was served by an address, a name or a link, or is of a hash. */
export const abuseCh = defineIntel({
  name: 'abuse-ch',
  summary: 'Asks URLhaus of abuse.ch for links, hosts and hashes of malware.',
  types: ['ip', 'domain', 'url', 'hash'],
  licence: abuseChLicence,
  options: z.strictObject({
    url: z.url().default('https://urlhaus-api.abuse.ch/v1/').describe('Where its API is.'),
    ...askOptions('abuse_ch', 2000, 60),
  }),
  create({ url, api_key }, { fetch }) {
    return {
      async lookup(observable, signal) {
        const question = questionOf(observable)
        if (!question) return undefined
        const [path, field] = question
        const found = await ask(
          {
            fetch,
            whom: 'URLhaus',
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
        const words = isHost
          ? `served malware from ${found.url_count ?? 'some'} links`
          : path === 'url/'
            ? 'serves malware'
            : 'malware that was served from links'
        return {
          kind: 'report',
          observable,
          report: {
            // A host may serve others' malware among much else; a link and a hash are what they are.
            threat_level: isHost ? 'medium' : 'high',
            confidence: isHost ? 0.6 : found.url_status === 'offline' ? 0.7 : 0.9,
            description: `${words}${found.signature ? ` (${found.signature})` : ''}`,
            tags: [...(found.threat ? [found.threat] : []), ...(found.tags ?? [])].slice(0, 10),
            first_seen: toTime(found.firstseen ?? found.date_added),
            last_seen: toTime(found.lastseen ?? found.last_online),
            valid_until: null,
          },
        }
      },
    }
  },
})
