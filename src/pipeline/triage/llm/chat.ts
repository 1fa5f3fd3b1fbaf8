import { z } from 'zod'
import type { Conversation, ModelReply } from '../../../schema/triage/conversation.ts'
import type { AskModels, NamedProvider } from './ask-models.ts'

interface ChatOptions {
  /** Asks the models in order. */
  readonly models: Pick<AskModels, 'ask'>
  /** Creates the function that asks one model alone. */
  readonly each: (one: NamedProvider) => Pick<AskModels, 'ask'>
  readonly providers: readonly NamedProvider[]
  readonly now: () => number
}

const spoken = z.object({ text: z.string(), finishReason: z.string() })

/**
 * Creates the function that forwards conversations of other programs to language models. They share the budget of triage. Within an hour,
 * together they may cost at most as much as one incident, so that triage keeps its share.
 */
export const createChat = ({ models, each, providers, now }: ChatOptions) => {
  const alone = new Map(providers.map((one) => [one.name, each(one)]))

  return async (
    { task_type, messages, temperature, max_tokens, top_p }: Conversation,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<ModelReply | { readonly failed: string }> => {
    const talk = {
      messages: messages.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }])),
      temperature,
      topP: top_p,
    }
    const instructions = messages.flatMap(({ role, content }) => (role === 'system' ? [content] : [])).join('\n\n')
    const asker = name === undefined ? models : alone.get(name)
    const hour = `chat ${new Date(now()).toISOString().slice(0, 13)}`
    const said = await asker?.ask(
      { instructions, question: JSON.stringify(talk), schema: spoken, mostAnswer: max_tokens, talk },
      { alertId: 'chat', incident: hour, prompt: `chat ${task_type}` },
      signal,
      // A repeated message deserves a new answer.
      { anew: true },
    )
    if (said?.answer === undefined) return { failed: said?.reason ?? 'no model has that name' }
    const { provider, model, input_tokens, output_tokens, cost_usd } = said
    const { text, finishReason } = said.answer
    const finish_reason =
      finishReason === 'length' ? 'length' : finishReason === 'content-filter' ? 'content_filter' : 'stop'
    return { text, finish_reason, name: provider, model, input_tokens, output_tokens, cost_usd }
  }
}
