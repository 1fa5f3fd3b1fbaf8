import { defineRegistry, type Runtime } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { didYouMean } from '../../../lib/spelling/closest.ts'
import type { NamedProvider } from './ask-models.ts'
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

/** A configured language model. The component validates its other options. */
export interface ConfiguredProvider {
  readonly type: string
  readonly name?: string | undefined
  /** Whether its opinions have no effect and are only compared. */
  readonly shadow: boolean
}

/** Creates the configured language models. Throws CONFIG_INVALID for an unknown type and for two models with one name. */
export const createProviders = (
  entries: readonly ConfiguredProvider[],
  runtime: Runtime,
): readonly (NamedProvider & { readonly shadow: boolean })[] => {
  const named = entries.map(({ type, name, shadow, ...options }) => {
    if (!llmRegistry.names.includes(type)) {
      throw new AppError('CONFIG_INVALID', `Unknown type of language model: "${type}".`, {
        hint: didYouMean(type, llmRegistry.names),
      })
    }
    return { name: name ?? type, shadow, provider: llmRegistry.create(type, options, runtime) }
  })
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i)
  if (twice) {
    throw new AppError('CONFIG_INVALID', `Two language models are named "${twice.name}".`, {
      hint: 'Name one of them.',
    })
  }
  return named
}
