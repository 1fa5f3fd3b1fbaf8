import type { LanguageModel } from 'ai'
import { z } from 'zod'

/** A language model with its price. */
export interface LlmProvider {
  /** The vendor's name for it. */
  readonly model: string
  /** In dollars per million tokens. */
  readonly price: { readonly input: number; readonly output: number }
  /** Creates the model with the given fetch. Loads the vendor's library at the first call. */
  open(fetch: typeof globalThis.fetch): Promise<Exclude<LanguageModel, string>>
  /** Further options of the vendor: not to store questions, to follow the schema. */
  readonly vendorOptions?: Readonly<Record<string, Readonly<Record<string, string | boolean>>>>
}

const perMillion = (what: string) =>
  z.number().min(0).max(10_000).describe(`US dollars per million tokens that ${what}.`)

export const price = z.strictObject({ input: perMillion('it reads'), output: perMillion('it writes') })

export const model = z.string().min(1).max(200).describe('The name of the model at its vendor.')
export const apiKey = z.string().min(1).max(1_000).describe('The API key. Prefer `api_key_file`.')
export const baseUrl = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .default(fallback)
    .describe('The base URL of its API.')

/** Options of paid vendors. */
export const paid = (url: string) =>
  z.strictObject({
    model,
    api_key: apiKey,
    base_url: baseUrl(url),
    price: price.describe('The price, which the budget is calculated with: `{ input: 3, output: 15 }`.'),
  })
