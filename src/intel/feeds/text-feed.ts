import { z } from 'zod'
import type { Runtime } from '../../component.ts'
import type { ObservableType } from '../../schema/indicator.ts'
import { fetchText } from '../fetch-text.ts'
import { defineIntel, type IntelComponent, type Provider, reportDefaults } from '../provider.ts'
import { type FormatName, formats } from './formats.ts'

/** What all feeds take. */
export const limits = {
  max_bytes: z.int().min(1024).default(67_108_864).describe('How large an answer may be, unpacked, in bytes.'),
  timeout_seconds: z.int().min(1).max(3600).default(120).describe('How long an answer may take.'),
}

const url = z.url({ protocol: /^(https?|file)$/ }).describe('Where the list is: https://… or file:///…')

const credentials = {
  headers: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Headers to send along, such as `Authorization`.', secret: true }),
}

interface TextFeed {
  readonly name: string
  readonly summary: string
  readonly format: FormatName
  readonly types: readonly ObservableType[]
  readonly licence: string
  /** Whether what is no longer in the answer is no longer listed. */
  readonly complete: boolean
}

interface Request {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether a secret goes along: then a redirect is not followed. */
  readonly secret: boolean
}

/** Makes the provider of a list that is fetched in one piece. */
const createTextProvider = (
  feed: TextFeed,
  options: z.output<typeof shared>,
  request: Request,
  { fetch, now }: Runtime,
): Provider => ({
  async pull(since, signal) {
    const { secret, ...asked } = request
    const { text, etag, lastModified } = await fetchText({
      fetch,
      whom: feed.name,
      ...asked,
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

const shared = z.strictObject({ ...reportDefaults, ...limits })

/** A list at an address that its operator knows. */
export const defineOwnList = (feed: TextFeed): IntelComponent =>
  defineIntel({
    ...feed,
    options: z.strictObject({ url, ...credentials, ...reportDefaults, ...limits }),
    create: (options, runtime) =>
      createTextProvider(
        feed,
        options,
        { url: options.url, headers: options.headers, secret: Object.keys(options.headers).length > 0 },
        runtime,
      ),
  })

/** A list that the whole world fetches from the same address. */
export const definePublicList = (feed: TextFeed, address: string): IntelComponent =>
  defineIntel({
    ...feed,
    options: z.strictObject({ url: url.default(address), ...reportDefaults, ...limits }),
    create: (options, runtime) => createTextProvider(feed, options, { url: options.url, secret: false }, runtime),
  })

/** A list that is given out to those who have a key. */
export const defineKeyedList = (
  feed: TextFeed,
  address: string,
  ask: (url: string, key: string) => Omit<Request, 'secret'>,
): IntelComponent =>
  defineIntel({
    ...feed,
    options: z.strictObject({
      url: url.default(address),
      api_key: z
        .string()
        .min(1, 'set api_key, or the key that all feeds of this vendor share under intel.api_keys')
        .meta({ description: 'The key; that of intel.api_keys unless given here.', secret: true }),
      ...reportDefaults,
      ...limits,
    }),
    create: (options, runtime) =>
      createTextProvider(feed, options, { ...ask(options.url, options.api_key), secret: true }, runtime),
  })
