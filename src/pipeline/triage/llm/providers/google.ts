import type { Component } from '../../../../component.ts'
import { type LlmProvider, paid } from './provider.ts'

const options = paid('https://generativelanguage.googleapis.com/v1beta')

/** Connects to models of Google. */
export const google: Component<typeof options, LlmProvider> = {
  name: 'google',
  summary: 'Uses models by Google.',
  options,
  create: ({ model, api_key: apiKey, base_url: baseURL, price }) => ({
    model,
    price,
    vendorOptions: { google: { structuredOutputs: true } },
    async open(fetch) {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
      return createGoogleGenerativeAI({ apiKey, baseURL, fetch })(model)
    },
  }),
}
