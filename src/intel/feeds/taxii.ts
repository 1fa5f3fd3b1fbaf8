import { z } from 'zod'
import { observableTypes } from '../../schema/intelligence/indicator.ts'
import { fetchText } from '../fetch-text.ts'
import { parseFeedJson } from '../parse-json.ts'
import { defineIntel, type FeedEntry, reportDefaults } from '../provider.ts'
import { readStixObjects } from './stix.ts'
import { feedLimits } from './text-feed.ts'

const media = 'application/taxii+json;version=2.1'
const maxPages = 10_000

const page = z.looseObject({
  more: z.boolean().default(false),
  next: z.string().optional(),
  objects: z.array(z.unknown()).default([]),
})

/** Pulls the indicators of a TAXII 2.1 collection page by page. Each pull fetches only new objects. */
export const taxii = defineIntel({
  name: 'taxii',
  summary: 'Pulls a collection of a TAXII 2.1 server.',
  types: observableTypes,
  licence: 'See the publisher’s terms.',
  options: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('The API root: https://taxii.example.org/api1/'),
    collection: z.string().min(1).max(200).describe('The id of the collection.'),
    username: z.string().optional().describe('For basic authentication.'),
    password: z.string().optional().meta({ description: 'For basic authentication.', secret: true }),
    token: z.string().optional().meta({ description: 'Sent as a bearer token.', secret: true }),
    page_size: z.int().min(1).max(10_000).default(500).describe('The number of objects per request.'),
    ...reportDefaults,
    ...feedLimits,
  }),
  create(options, { fetch, now }) {
    const authorization =
      options.token !== undefined
        ? `Bearer ${options.token}`
        : options.username !== undefined
          ? `Basic ${Buffer.from(`${options.username}:${options.password ?? ''}`).toString('base64')}`
          : undefined
    const root = options.url.endsWith('/') ? options.url : `${options.url}/`
    const objects = new URL(`collections/${encodeURIComponent(options.collection)}/objects/`, root)

    const fetchPage = async (query: Readonly<Record<string, string>>, signal: AbortSignal) => {
      const url = new URL(objects)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      const { text, headers } = await fetchText({
        fetch,
        server: 'The TAXII server',
        url: url.href,
        headers: { accept: media, ...(authorization !== undefined && { authorization }) },
        signal,
        maxBytes: options.max_bytes,
        timeout: options.timeout_seconds * 1000,
      })
      // A collection without new objects may respond with an empty object.
      return { ...parseFeedJson(page, text || '{}', 'a TAXII envelope: {"more", "next", "objects"}'), headers }
    }

    return {
      async pull({ cursor }, signal) {
        const query = {
          limit: String(options.page_size),
          'match[type]': 'indicator',
          ...(cursor !== null && { added_after: cursor }),
        }
        const first = await fetchPage(query, signal)
        let newest = cursor
        async function* entries(): AsyncGenerator<FeedEntry> {
          let answer = first
          for (let pages = 1; ; pages++) {
            yield* readStixObjects(answer.objects, options, now())
            newest = answer.headers.get('x-taxii-date-added-last') ?? newest
            if (!answer.more || answer.next === undefined || pages >= maxPages) return
            answer = await fetchPage({ ...query, next: answer.next }, signal)
          }
        }
        return { entries: entries(), complete: false, etag: null, lastModified: null, cursor, next: () => newest }
      },
    }
  },
})
