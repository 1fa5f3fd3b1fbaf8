import { z } from 'zod'
import type { Conversation, ModelReply } from '../../../schema/conversation.ts'
import type { AskModels, NamedProvider } from './ask-models.ts'

interface ChatOptions {
  /** All of them, in their order. */
  readonly models: Pick<AskModels, 'ask'>
  /** Makes what asks one of them alone. */
  readonly each: (one: NamedProvider) => Pick<AskModels, 'ask'>
  readonly providers: readonly NamedProvider[]
  readonly now: () => number
}

const spoken = z.object({ text: z.string(), finishReason: z.string() })

/**
 * Makes what passes conversations of other programs on to language models. They pay from the same purse as triage, and all of an hour
 * together no more than one incident may cost, so that triage is not left without.
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
      // Whoever asks twice wants to hear it twice.
      { anew: true },
    )
    if (said?.answer === undefined) return { failed: said?.reason ?? 'there is none of that name' }
    const { provider, model, input_tokens, output_tokens, cost_usd } = said
    const { text, finishReason } = said.answer
    const finish_reason =
      finishReason === 'length' ? 'length' : finishReason === 'content-filter' ? 'content_filter' : 'stop'
    return { text, finish_reason, name: provider, model, input_tokens, output_tokens, cost_usd }
  }
}
