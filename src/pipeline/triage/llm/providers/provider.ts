import type { LanguageModel } from 'ai'
import { z } from 'zod'

/** A language model somewhere, and what it costs. */
export interface LlmProvider {
  /** What its vendor calls it. */
  readonly model: string
  /** In dollars for a million tokens. */
  readonly price: { readonly input: number; readonly output: number }
  /** The model, which asks through this fetch. Loads the vendor's library at the first call. */
  open(fetch: typeof globalThis.fetch): Promise<Exclude<LanguageModel, string>>
  /** What this vendor needs to be told besides: not to keep what it is asked, to answer in the form that is asked for. */
  readonly vendorOptions?: Readonly<Record<string, Readonly<Record<string, string | boolean>>>>
}

const perMillion = (what: string) =>
  z.number().min(0).max(10_000).describe(`Dollars for a million tokens that ${what}.`)

export const price = z.strictObject({ input: perMillion('it reads'), output: perMillion('it writes') })

export const model = z.string().min(1).max(200).describe('The model, as its vendor calls it.')
export const apiKey = z.string().min(1).max(1_000).describe('The key; best given as `api_key_file`.')
export const baseUrl = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .default(fallback)
    .describe('Where its API begins.')

/** What vendors ask for that are paid. */
export const paid = (url: string) =>
  z.strictObject({
    model,
    api_key: apiKey,
    base_url: baseUrl(url),
    price: price.describe('What it costs: `{ input: 3, output: 15 }`. The budget is reckoned with it.'),
  })
