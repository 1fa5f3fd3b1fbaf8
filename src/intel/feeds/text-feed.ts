import { z } from 'zod'
import type { Runtime } from '../../component.ts'
import type { ObservableType } from '../../schema/intelligence/indicator.ts'
import { fetchText } from '../fetch-text.ts'
import { defineIntel, type IntelComponent, type Provider, reportDefaults } from '../provider.ts'
import { type FormatName, formats } from './formats.ts'

/** The options of all feeds. */
export const feedLimits = {
  max_bytes: z.int().min(1024).default(67_108_864).describe('The maximum size of a response in bytes, decompressed.'),
  timeout_seconds: z.int().min(1).max(3600).default(120).describe('The time limit of a request in seconds.'),
}

const url = z.url({ protocol: /^(https?|file)$/ }).describe('The URL of the list: https://… or file:///…')

const credentials = {
  headers: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'HTTP headers to send, such as `Authorization`.', secret: true }),
}

interface TextFeed {
  readonly name: string
  readonly summary: string
  readonly format: FormatName
  readonly types: readonly ObservableType[]
  readonly licence: string
  /** Whether each response is the whole list, so that missing entries are withdrawn. */
  readonly complete: boolean
}

interface Request {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether the request contains a secret. Redirects of such requests are not followed. */
  readonly secret: boolean
}

/** Creates the provider of a list that is fetched with one request. */
const createTextProvider = (
  feed: TextFeed,
  options: z.output<typeof shared>,
  request: Request,
  { fetch, now }: Runtime,
): Provider => ({
  async pull(since, signal) {
    const { secret, ...target } = request
    const { text, etag, lastModified } = await fetchText({
      fetch,
      server: feed.name,
      ...target,
      redirect: !secret,
      signal,
      maxBytes: options.max_bytes,
      timeout: options.timeout_seconds * 1000,
      etag: since.etag,
      lastModified: since.lastModified,
    })
    const format = formats[feed.format]
    return {
      etag,
      lastModified,
      cursor: null,
      complete: feed.complete,
      entries: text === undefined ? undefined : format.read(text, options, now()),
      ...('notice' in format && { notice: () => format.notice(text ?? '') }),
    }
  },
})

const shared = z.strictObject({ ...reportDefaults, ...feedLimits })

/** Defines a feed whose URL is in the configuration. */
export const defineOwnList = (feed: TextFeed): IntelComponent =>
  defineIntel({
    ...feed,
    options: z.strictObject({ url, ...credentials, ...reportDefaults, ...feedLimits }),
    create: (options, runtime) =>
      createTextProvider(
        feed,
        options,
        { url: options.url, headers: options.headers, secret: Object.keys(options.headers).length > 0 },
        runtime,
      ),
  })

/** Defines a public feed with a default URL. */
export const definePublicList = (feed: TextFeed, address: string): IntelComponent =>
  defineIntel({
    ...feed,
    options: z.strictObject({ url: url.default(address), ...reportDefaults, ...feedLimits }),
    create: (options, runtime) => createTextProvider(feed, options, { url: options.url, secret: false }, runtime),
  })

/** Defines a feed that requires an API key. */
export const defineKeyedList = (
  feed: TextFeed,
  address: string,
  toRequest: (url: string, key: string) => Omit<Request, 'secret'>,
): IntelComponent =>
  defineIntel({
    ...feed,
    options: z.strictObject({
      url: url.default(address),
      api_key: z
        .string()
        .min(1, 'set api_key, or the key that all feeds of this vendor share under intel.api_keys')
        .meta({ description: 'The API key. The default is the one in intel.api_keys.', secret: true }),
      ...reportDefaults,
      ...feedLimits,
    }),
    create: (options, runtime) =>
      createTextProvider(feed, options, { ...toRequest(options.url, options.api_key), secret: true }, runtime),
  })
