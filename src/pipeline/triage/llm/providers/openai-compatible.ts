import { z } from 'zod'
import type { Component } from '../../../../component.ts'
import { apiKey, baseUrl, type LlmProvider, model, price } from './provider.ts'

const options = z.strictObject({
  model,
  api_key: apiKey.optional(),
  base_url: baseUrl('http://127.0.0.1:11434/v1'),
  price: price.default({ input: 0, output: 0 }).describe('The price of a paid model.'),
})

/** Connects to servers with OpenAI's chat API. */
export const openaiCompatible: Component<typeof options, LlmProvider> = {
  name: 'openai-compatible',
  summary: 'Uses Ollama, vLLM, llama.cpp, LM Studio and others that implement the chat API of OpenAI.',
  options,
  create: ({ model, api_key: apiKey, base_url: baseURL, price }) => ({
    model,
    price,
    async open(fetch) {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const open = createOpenAICompatible({
        name: 'compatible',
        baseURL,
        fetch,
        supportsStructuredOutputs: true,
        includeUsage: true,
        ...(apiKey !== undefined && { apiKey }),
      })
      return open(model)
    },
  }),
}
