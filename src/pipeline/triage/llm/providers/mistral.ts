import type { Component } from '../../../../component.ts'
import { type LlmProvider, paid } from './provider.ts'

const options = paid('https://api.mistral.ai/v1')

/** Connects to models of Mistral. */
export const mistral: Component<typeof options, LlmProvider> = {
  name: 'mistral',
  summary: 'Uses models by Mistral.',
  options,
  create: ({ model, api_key: apiKey, base_url: baseURL, price }) => ({
    model,
    price,
    vendorOptions: { mistral: { strictJsonSchema: true } },
    async open(fetch) {
      const { createMistral } = await import('@ai-sdk/mistral')
      return createMistral({ apiKey, baseURL, fetch })(model)
    },
  }),
}
