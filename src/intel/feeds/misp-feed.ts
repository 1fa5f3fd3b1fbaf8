import { z } from 'zod'
import { observableTypes } from '../../schema/intelligence/indicator.ts'
import { skipped } from '../entry.ts'
import { fetchText } from '../fetch-text.ts'
import { parseFeedJson } from '../parse-json.ts'
import { defineIntel, type FeedEntry, reportDefaults } from '../provider.ts'
import { readMisp } from './misp.ts'
import { feedLimits } from './text-feed.ts'

const manifest = z.record(z.string(), z.looseObject({ timestamp: z.coerce.number(), info: z.string().default('') }))

/** Pulls a MISP feed: a manifest and a file per event. Only changed events are fetched. */
export const mispFeed = defineIntel({
  name: 'misp-feed',
  summary: 'Pulls a MISP feed: a manifest and a file per event.',
  types: observableTypes,
  licence: 'See the publisher’s terms.',
  options: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('The URL of the folder that contains manifest.json.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: 'HTTP headers to send, such as `Authorization`.', secret: true }),
    max_age_days: z.number().positive().default(180).describe('The maximum age of an event, by its last change.'),
    max_events: z
      .int()
      .min(1)
      .max(100_000)
      .default(2000)
      .describe('The maximum number of events per pull, oldest change first.'),
    ...reportDefaults,
    valid_days: z
      .number()
      .positive()
      .default(180)
      .describe('The number of days that an attribute is valid after it was fetched.'),
    ...feedLimits,
  }),
  create(options, { fetch, now }) {
    const folder = options.url.endsWith('/') ? options.url : `${options.url}/`
    const get = async (file: string, signal: AbortSignal) => {
      const { text } = await fetchText({
        fetch,
        server: 'The MISP feed',
        url: new URL(file, folder).href,
        headers: options.headers,
        redirect: Object.keys(options.headers).length === 0,
        signal,
        maxBytes: options.max_bytes,
        timeout: options.timeout_seconds * 1000,
      })
      return text ?? ''
    }
    return {
      async pull({ cursor }, signal) {
        const since = Math.max(Number(cursor ?? 0), now() / 1000 - options.max_age_days * 86_400)
        const listed = parseFeedJson(manifest, await get('manifest.json', signal), 'the manifest of a MISP feed')
        const changed = Object.entries(listed)
          .filter(([uuid, { timestamp }]) => timestamp > since && /^[\w-]{1,64}$/.test(uuid))
          .sort(([, a], [, b]) => a.timestamp - b.timestamp)
          .slice(0, options.max_events)
        let newest = cursor
        async function* entries(): AsyncGenerator<FeedEntry> {
          for (const [uuid, { timestamp, info }] of changed) {
            const text = await get(`${uuid}.json`, signal)
            try {
              yield* readMisp(text, options, now())
            } catch (error) {
              // An invalid event does not stop the pull.
              yield skipped(`invalid event (${error instanceof Error ? error.message : 'unknown'})`, info)
            }
            newest = String(timestamp)
          }
        }
        return { entries: entries(), complete: false, etag: null, lastModified: null, cursor, next: () => newest }
      },
    }
  },
})
