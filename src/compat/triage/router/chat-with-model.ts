import { AppError } from '../../../errors.ts'
import { minute } from '../../../lib/units/time.ts'
import type { AnswerListener } from '../../../operations/answer-listener.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { conversation, modelReply } from '../../../schema/triage/conversation.ts'
import { routeChat } from './route-chat.ts'

const longest = 10 * minute

/** Forwards a conversation to a language model, within the budget, and returns the unchecked answer. */
export const chatWithModel = defineOperation({
  name: 'chat_with_model',
  summary:
    'Forwards a conversation to one of the configured language models, within the budget. The answer is not checked.',
  // Each call costs money.
  role: 'analyst',
  input: conversation,
  output: modelReply.extend({ routed: routeChat.output }).meta({ id: 'ModelReply' }),
  async run(
    asked,
    {
      languageModels,
      actor,
      watcher,
    }: Pick<Deps, 'languageModels'> & { readonly actor: Actor } & { readonly watcher?: AnswerListener | undefined },
  ) {
    const routed = await routeChat.run(asked, { languageModels, actor })
    const signal = watcher?.signal ?? AbortSignal.timeout(longest)
    const said = await languageModels.chat(asked, asked.model === undefined ? undefined : routed.name, signal)
    if ('failed' in said) {
      throw new AppError('UNAVAILABLE', `No language model answered: ${said.failed}.`, { retryable: true })
    }
    return { ...said, routed }
  },
})
