import { z } from 'zod'
import type { Runtime } from '../../component.ts'
import { fetchText } from '../fetch-text.ts'
import { parseJson } from '../parse-json.ts'

/** What all lookups take. */
export const askOptions = (vendor: string, daily: number, perMinute: number) => ({
  api_key: z
    .string()
    .min(1, `set api_key, or intel.api_keys.${vendor}`)
    .meta({ description: `The key; intel.api_keys.${vendor} unless given here.`, secret: true }),
  daily: z.int().min(0).default(daily).describe('How many questions a day; what its free plan allows unless changed.'),
  per_minute: z.int().min(1).default(perMinute).describe('How many questions a minute.'),
})

/** What every lookup declares beside its answers. */
export const quota = z.looseObject({ daily: z.int(), per_minute: z.int() })

interface Question {
  readonly fetch: Runtime['fetch']
  readonly whom: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly signal: AbortSignal
}

/** Asks a vendor one question. Undefined is 404: nothing is known. The caller's signal says how long it may take. */
export const ask = async <Schema extends z.ZodType>(
  question: Question,
  answer: Schema,
): Promise<z.output<Schema> | undefined> => {
  const { whom } = question
  const { status, text } = await fetchText(
    { ...question, headers: { accept: 'application/json', ...question.headers }, maxBytes: 4_194_304, timeout: 30_000 },
    [404],
  )
  return status === 404 ? undefined : parseJson(answer, text ?? '', `an answer of ${whom}`)
}
