import { z } from 'zod'
import type { Runtime } from '../../component.ts'
import { fetchText } from '../fetch-text.ts'
import { parseFeedJson } from '../parse-json.ts'

/** The options of all lookups. */
export const lookupOptions = (vendor: string, daily: number, perMinute: number) => ({
  api_key: z
    .string()
    .min(1, `set api_key, or intel.api_keys.${vendor}`)
    .meta({ description: `The API key. The default is intel.api_keys.${vendor}.`, secret: true }),
  daily: z
    .int()
    .min(0)
    .default(daily)
    .describe('The maximum number of queries per day. The default is the limit of the free plan.'),
  per_minute: z.int().min(1).default(perMinute).describe('The maximum number of queries per minute.'),
})

/** The quota options of a lookup. */
export const quota = z.looseObject({ daily: z.int(), per_minute: z.int() })

interface Query {
  readonly fetch: Runtime['fetch']
  readonly server: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly signal: AbortSignal
}

/** Queries the API of a vendor. Undefined for status 404: the vendor has no data. The caller's signal sets the time limit. */
export const queryVendor = async <Schema extends z.ZodType>(
  query: Query,
  answer: Schema,
): Promise<z.output<Schema> | undefined> => {
  const { server } = query
  const { status, text } = await fetchText(
    { ...query, headers: { accept: 'application/json', ...query.headers }, maxBytes: 4_194_304, timeout: 30_000 },
    [404],
  )
  return status === 404 ? undefined : parseFeedJson(answer, text ?? '', `a response of ${server}`)
}
