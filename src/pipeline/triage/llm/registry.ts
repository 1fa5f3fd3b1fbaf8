import { defineRegistry } from '../../../component.ts'
import { anthropic } from './providers/anthropic.ts'
import { google } from './providers/google.ts'
import { mistral } from './providers/mistral.ts'
import { openai } from './providers/openai.ts'
import { openaiCompatible } from './providers/openai-compatible.ts'
import type { LlmProvider } from './providers/provider.ts'

/** Lists the language models that a configuration can name. */
export const llmRegistry = defineRegistry<LlmProvider>('language model', [
  anthropic,
  google,
  mistral,
  openai,
  openaiCompatible,
])
