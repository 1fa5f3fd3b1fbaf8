import type { Component } from '../../../../component.ts'
import { type LlmProvider, paid } from './provider.ts'

const options = paid('https://api.anthropic.com/v1')

/** Connects to models of Anthropic. */
export const anthropic: Component<typeof options, LlmProvider> = {
  name: 'anthropic',
  summary: 'Uses models by Anthropic.',
  options,
  create: ({ model, api_key: apiKey, base_url: baseURL, price }) => ({
    model,
    price,
    vendorOptions: { anthropic: { structuredOutputMode: 'outputFormat' } },
    async open(fetch) {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ apiKey, baseURL, fetch })(model)
    },
  }),
}
