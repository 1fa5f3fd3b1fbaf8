import type { Component } from '../../../../component.ts'
import { type LlmProvider, paid } from './provider.ts'

const options = paid('https://api.openai.com/v1')

/** Connects to models of OpenAI. */
export const openai: Component<typeof options, LlmProvider> = {
  name: 'openai',
  summary: 'Uses models by OpenAI.',
  options,
  create: ({ model, api_key: apiKey, base_url: baseURL, price }) => ({
    model,
    price,
    vendorOptions: { openai: { store: false, strictJsonSchema: true } },
    async open(fetch) {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ apiKey, baseURL, fetch })(model)
    },
  }),
}
